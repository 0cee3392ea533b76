//! A model program as a process: what it reads, what it says, and that it dies with its tool.
//!
//! The test starts itself, with the argument `serve`, as the program of a small network.

mod support;

use plan::Request;
use record::{Event, RunDirectory, Status};
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use support::{Small, draw_images, prepare, run};
use tempfile::TempDir;

fn main() -> ExitCode {
    // First of all: a decoder that ran these tests would start decoders that run them.
    data::apart::serve_if_asked();
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return train::program::<Small>();
    }
    let tests: [(&str, fn()); 6] = [
        ("a_training_program_reports_and_leaves_a_record", a_training_program_reports_and_leaves_a_record),
        ("predictions_and_pictures", predictions_and_pictures),
        ("it_dies_with_its_tool_and_the_next_one_ends_with_the_same_bytes", dies_with_its_tool),
        ("it_ends_quietly_where_nobody_listens", ends_quietly_where_nobody_listens),
        ("what_is_no_request_fails", what_is_no_request_fails),
        ("a_panic_is_a_failure_with_words", a_panic_is_a_failure_with_words),
    ];
    let filters: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, test) in tests {
        if filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str())) {
            print!("test {name} ... ");
            test();
            println!("ok");
        }
    }
    ExitCode::SUCCESS
}

/// A program at work.
struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    events: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(first_line: &str) -> Program {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(first_line.as_bytes()).unwrap();
        let events = BufReader::new(child.stdout.take().unwrap()).lines();
        Program { child, stdin: Some(stdin), events }
    }

    fn serve(request: &Request) -> Program {
        Program::start(&(serde_json::to_string(request).unwrap() + "\n"))
    }

    fn next(&mut self) -> Option<Event> {
        self.events.next().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
    }

    /// The rest of the events, and the exit status.
    fn end(mut self) -> (Vec<Event>, Option<i32>) {
        let events = std::iter::from_fn(|| self.next()).collect();
        (events, self.child.wait().unwrap().code())
    }

    /// Reads on to that epoch, or to the first one that there is where the program went on from a later one.
    fn wait_for_epoch(&mut self, number: u32) {
        while !matches!(self.next().unwrap(), Event::Epoch { row, .. } if row.epoch >= number) {}
    }
}

fn project() -> (TempDir, plan::Run) {
    let folder = tempfile::tempdir().unwrap();
    draw_images(&folder.path().join("data"));
    let run = run(&folder.path().join("data"));
    (folder, run)
}

fn train_request(run: &plan::Run, directory: &Path, threads: usize) -> Request {
    std::fs::create_dir_all(directory).unwrap();
    let (run, images, directory) = (run.clone(), prepare(run), directory.to_path_buf());
    Request::Train { run, run_id: "feed".into(), images, directory, threads }
}

fn left(directory: &Path) -> (Vec<u8>, Vec<u8>) {
    let directory = RunDirectory::at(directory.to_path_buf());
    (std::fs::read(directory.record()).unwrap(), std::fs::read(directory.model()).unwrap())
}

fn a_training_program_reports_and_leaves_a_record() {
    let (project, run) = project();
    let directory = project.path().join("run");
    let (events, code) = Program::serve(&train_request(&run, &directory, 2)).end();
    assert_eq!(code, Some(0));
    assert!(matches!(events.first(), Some(Event::Started { resumed_from: 0, epochs: 4, steps_per_epoch: 5 })));
    let Some(Event::Finished { record }) = events.last() else { panic!("{events:?}") };
    assert_eq!(record.status, Status::Completed);
    let text = std::fs::read_to_string(directory.join("run.json")).unwrap();
    assert_eq!(serde_json::from_str::<record::RunRecord>(&text).unwrap(), *record);

    let request = train_request(&run, &directory, 1);
    std::fs::remove_dir_all(project.path().join("cache")).unwrap();
    let (events, code) = Program::serve(&request).end();
    assert_eq!(code, Some(1));
    assert!(matches!(&events[..], [Event::Failed { message }] if message.contains("run again")), "{events:?}");
}

fn predictions_and_pictures() {
    let (project, run) = project();
    let directory = project.path().join("run");
    Program::serve(&train_request(&run, &directory, 2)).end();
    let model = directory.join("model.safetensors");
    let images: Vec<PathBuf> = (0..6).map(|i| run.settings.data.directory.join(format!("train/lie/{i}.png"))).collect();
    let predict = |images: &[PathBuf]| {
        let request = Request::Predict { run: run.clone(), model: model.clone(), images: images.to_vec(), threads: 2 };
        Program::serve(&request).end()
    };
    let (events, code) = predict(&images);
    assert_eq!((events.len(), code), (6, Some(0)));
    for (index, event) in events.iter().enumerate() {
        let Event::Prediction { image, logits, probabilities } = event else { panic!("{event:?}") };
        assert_eq!(*image, index);
        assert_eq!((logits.len(), probabilities.len()), (3, 3));
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
    // Which images go together in a batch does not matter, nor which of them cannot be used.
    let outputs = |event: &Event| match event {
        Event::Prediction { logits, .. } => logits.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(outputs(&predict(&images[5..]).0[0]), outputs(&events[5]));
    let none = project.path().join("none.png");
    let some = [none.clone(), images[0].clone(), none.clone(), none.clone(), none.clone(), images[5].clone(), none];
    let (mixed, code) = predict(&some);
    assert_eq!((mixed.len(), code), (7, Some(0)));
    for (index, event) in mixed.iter().enumerate() {
        match (index, event) {
            (1, event) => assert_eq!(outputs(event), outputs(&events[0])),
            (5, event) => assert_eq!(outputs(event), outputs(&events[5])),
            (_, Event::Unusable { image, reason }) => assert!(*image == index && !reason.is_empty(), "{event:?}"),
            (_, other) => panic!("{other:?}"),
        }
    }
    // A name need not be text.
    let odd = project.path().join(std::ffi::OsString::from_vec(b"caf\xe9\n.png".to_vec()));
    std::fs::copy(&images[0], &odd).unwrap();
    assert_eq!(outputs(&predict(&[odd]).0[0]), outputs(&events[0]));

    let request = Request::Explain {
        run: run.clone(),
        model,
        image: images[0].clone(),
        directory: directory.clone(),
        threads: 1,
    };
    let (events, code) = Program::serve(&request).end();
    assert_eq!(code, Some(0));
    let mut drawn = Vec::new();
    for event in events {
        let Event::Drawn { layer, file } = event else { panic!("{event:?}") };
        let picture = image::open(directory.join(&file)).unwrap();
        drawn.push((layer, file, picture.width(), picture.height()));
    }
    // Eight channels of 14x14 are drawn 4 times as large, of 7x7 7 times; 16 units stand in one row.
    let expected = [
        ("conv1", "01_conv1.png", 8 * 57 + 1, 58),
        ("pool1", "02_pool1.png", 8 * 50 + 1, 51),
        ("conv2", "03_conv2.png", 8 * 50 + 1, 51),
        ("dense1", "05_dense1.png", 16 * 11 + 1, 12),
        ("dropout", "06_dropout.png", 16 * 11 + 1, 12),
        ("output", "07_output.png", 3 * 11 + 1, 12),
    ];
    assert_eq!(drawn, expected.map(|(layer, name, width, height)| (layer.to_owned(), name.to_owned(), width, height)));
}

fn dies_with_its_tool() {
    let (project, mut run) = project();
    // However late this test is on a loaded machine, no program may come to its end before it is killed: it stops when it
    // has filled the pipe that nobody reads, which with so long an event takes some 50 epochs after the last checkpoint.
    run.settings.training.epochs = 600;
    run.settings.training.steps_per_epoch = Some(1);
    run.settings.training.metrics = vec![plan::Metric::Accuracy; 24];
    let whole = project.path().join("whole");
    Program::serve(&train_request(&run, &whole, 2)).end();

    let cut = project.path().join("cut");
    for (round, threads) in [(1, 1), (2, 2), (3, 2)] {
        let mut program = Program::serve(&train_request(&run, &cut, threads));
        program.wait_for_epoch(10 * round);
        if round == 2 {
            program.child.kill().unwrap(); // by force
        } else {
            program.stdin = None; // the tool is gone
        }
        #[expect(clippy::disallowed_methods, reason = "how long a program outlives its tool is what is tested")]
        let begin = Instant::now();
        let status = program.child.wait().unwrap();
        assert!(!status.success() && begin.elapsed() < Duration::from_secs(10), "{status}");
        assert!(cut.join("checkpoint.safetensors").exists() && !cut.join("run.json").exists());
    }
    let mut last = Program::serve(&train_request(&run, &cut, 2));
    assert!(matches!(last.next(), Some(Event::Started { resumed_from: 30.., .. })));
    assert_eq!(last.end().1, Some(0));
    assert_eq!(left(&cut), left(&whole));
    let mut names: Vec<_> = std::fs::read_dir(&cut).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["checkpoint.safetensors", "epochs.jsonl", "model.safetensors", "run.json", "timing.csv"]);
}

fn ends_quietly_where_nobody_listens() {
    let (project, mut run) = project();
    run.settings.training.epochs = 100_000;
    let mut program = Program::serve(&train_request(&run, &project.path().join("run"), 1));
    program.wait_for_epoch(1);
    let Program { mut child, stdin, events } = program;
    drop(events);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    drop(stdin);
}

fn what_is_no_request_fails() {
    for line in ["\n", "{\"request\": \"dance\"}\n"] {
        let (events, code) = Program::start(line).end();
        assert_eq!(code, Some(1));
        assert!(matches!(&events[..], [Event::Failed { message }] if message.contains("request")), "{events:?}");
    }
}

fn a_panic_is_a_failure_with_words() {
    let (project, mut run) = project();
    // The plan's data is not what the network takes: the tool would never ask for it.
    run.settings.data.image_size = [8, 8];
    let (events, code) = Program::serve(&train_request(&run, &project.path().join("run"), 1)).end();
    assert_eq!(code, Some(1));
    let Some(Event::Failed { message }) = events.last() else { panic!("{events:?}") };
    assert!(message.starts_with("this is a mistake in ablate: ") && message.contains(".rs:"), "{message}");
}
