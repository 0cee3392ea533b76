//! Result files as merges, editors and disks leave them: what cannot be understood is named with its line.

use record::runs_csv::{self, RunRow};
use record::{Earlier, Epoch, ExperimentDirectory, Measures, RunRecord, Status, epochs_csv};
use std::fs;
use tempfile::TempDir;

fn run(variant: &str, seed: u64) -> RunRecord {
    let measures = |loss| Some(Measures { loss, metrics: vec![("accuracy".into(), 0.5)] });
    let epoch =
        |epoch, loss| Epoch { epoch, learning_rate: 1e-4, train: measures(loss), validation: measures(loss + 0.1) };
    RunRecord {
        variant: variant.into(),
        seed,
        run_id: "0123456789abcdef".into(),
        status: Status::Completed,
        epochs: vec![epoch(1, 0.5), epoch(2, 0.25)],
        best_epoch: Some(2),
        test: measures(f64::NAN),
        parameter_count: 17,
        classes: Vec::new(),
    }
}

/// A folder with the results of two runs.
fn results() -> (TempDir, ExperimentDirectory) {
    let folder = tempfile::tempdir().unwrap();
    let directory = ExperimentDirectory::new(folder.path(), "one");
    fs::create_dir(directory.path()).unwrap();
    let (runs, metrics) = ([run("a", 0), run("b", 7)], ["accuracy".to_owned()]);
    let rows = runs.each_ref().map(|run| RunRow::new(run, vec!["0.5".into()]));
    fs::write(directory.runs_csv(), runs_csv::render(&rows, &metrics, &["rate".into()])).unwrap();
    fs::write(directory.epochs_csv(), epochs_csv::render(&runs, &metrics)).unwrap();
    (folder, directory)
}

/// What is said of results of which one file is changed.
fn said(file: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> String {
    let (_folder, directory) = results();
    let path = directory.path().join(file);
    fs::write(&path, change(fs::read(&path).unwrap())).unwrap();
    let read = Earlier::read(&directory, false);
    let checked = read.and_then(|earlier| earlier.runs.iter().try_for_each(|run| run.check(&directory)));
    let error = checked.unwrap_err().to_string();
    let (first, advice) = error.split_once('\n').unwrap();
    assert!(advice.starts_with("Fix the file, restore it"), "{advice}");
    first.strip_prefix(&format!("{}: ", path.to_string_lossy())).unwrap_or(first).to_owned()
}

#[test]
fn whole_files_are_read() {
    let (_folder, directory) = results();
    let earlier = Earlier::read(&directory, false).unwrap();
    assert_eq!(
        (earlier.metrics.as_slice(), earlier.swept_paths.as_slice()),
        (&["accuracy".to_owned()][..], &["rate".to_owned()][..])
    );
    let names: Vec<_> = earlier.runs.iter().map(|run| (run.record.variant.as_str(), run.record.seed)).collect();
    assert_eq!(names, [("a", 0), ("b", 7)]);
    assert!(earlier.runs.iter().all(|run| run.record.epochs.len() == 2 && run.swept == ["0.5"]));
    earlier.runs.iter().try_for_each(|run| run.check(&directory)).unwrap();
    fs::remove_dir_all(directory.path()).unwrap();
    assert_eq!(Earlier::read(&directory, false).unwrap(), Earlier::default());
}

#[test]
fn damage_is_named_with_its_line() {
    type Change = fn(&str) -> String;
    let conflict: Change = |text| {
        let lines: Vec<&str> = text.lines().collect();
        [lines[0], "<<<<<<< HEAD", lines[1], "=======", lines[1], ">>>>>>> other", lines[2], ""].join("\n")
    };
    let cases: [(&str, Change, &str); 13] = [
        (
            "runs.csv",
            conflict,
            "line 2: a conflict marker of Git stands there (\"<<<<<<<\"): choose one of the two sides",
        ),
        (
            "epochs.csv",
            conflict,
            "line 2: a conflict marker of Git stands there (\"<<<<<<<\"): choose one of the two sides",
        ),
        (
            "runs.csv",
            |text| text.replace("b,7", ">>>>>>> other\nb,7"),
            "line 3: a conflict marker of Git stands there (\">>>>>>>\"): choose one of the two sides",
        ),
        ("runs.csv", |_| String::new(), "line 1: column 1 is \"\", expected \"variant\""),
        ("epochs.csv", |_| String::new(), "line 1: column 1 is \"\", expected \"variant\""),
        ("runs.csv", |text| text[..text.len() - 2].to_owned(), "line 3: the file ends in the middle of the line"),
        ("epochs.csv", |text| text.replace("a,0,2,", "a,0,"), "line 3: 7 cells, expected 8 as in line 1"),
        ("runs.csv", |text| text.replace("b,7", "a,0"), "line 3: a second row of a seed 0"),
        ("epochs.csv", |text| text.replace("b,7,2", "b,7,1"), "line 5: a second row of b seed 7 epoch 1"),
        (
            "epochs.csv",
            |text| text.replace("b,7,2", "b,9,2"),
            "line 5: b seed 9 has no row in runs.csv (--prune removes such epochs)",
        ),
        ("runs.csv", |text| text.replace("0.350000", "0.360000"), "line 2: a seed 0 has other epochs in epochs.csv"),
        (
            "runs.csv",
            |text| text.replace("completed,2,", "completed,3,"),
            "line 2: a seed 0 has other epochs in epochs.csv",
        ),
        ("runs.csv", |text| text.replace("b,7", "b,x"), "line 3: seed is \"x\", expected a whole number"),
    ];
    for (file, change, words) in cases {
        let changed = said(file, |bytes| change(std::str::from_utf8(&bytes).unwrap()).into_bytes());
        assert_eq!(changed, words, "{file}");
    }
    let flipped = said("epochs.csv", |mut bytes| {
        let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        bytes[second] |= 0x80;
        bytes
    });
    assert_eq!(flipped, "line 2: bytes that are not UTF-8 text");
}

#[test]
fn epochs_left_by_a_call_that_was_killed_between_the_files_are_told_of_the_run_alone() {
    let (_folder, directory) = results();
    let runs = fs::read_to_string(directory.runs_csv()).unwrap();
    fs::write(directory.runs_csv(), runs.replace("completed,2,", "completed,3,")).unwrap();
    let earlier = Earlier::read(&directory, false).unwrap();
    assert!(earlier.runs.iter().all(|run| run.check(&directory).is_err()));
    let without: String = runs.lines().take(2).flat_map(|line| [line, "\n"]).collect();
    fs::write(directory.runs_csv(), without).unwrap();
    Earlier::read(&directory, false).unwrap_err();
    assert_eq!(Earlier::read(&directory, true).unwrap().runs.len(), 1);
}

#[test]
fn epochs_without_the_other_file_are_not_lost_without_a_word() {
    let (_folder, directory) = results();
    fs::remove_file(directory.runs_csv()).unwrap();
    let error = Earlier::read(&directory, false).unwrap_err();
    assert_eq!(error.path, directory.epochs_csv());
    let words = "line 2: a seed 0 has no row in runs.csv (--prune removes such epochs)";
    assert_eq!(error.reason.to_string(), words);
    assert_eq!(Earlier::read(&directory, true).unwrap(), Earlier::default());
    fs::remove_file(directory.epochs_csv()).unwrap();
    assert_eq!(Earlier::read(&directory, false).unwrap(), Earlier::default());
}

#[cfg(unix)]
#[test]
fn what_is_not_a_file_is_not_read() {
    let (_folder, directory) = results();
    fs::remove_file(directory.runs_csv()).unwrap();
    std::os::unix::fs::symlink("/dev/zero", directory.runs_csv()).unwrap();
    let error = Earlier::read(&directory, false).unwrap_err().to_string();
    assert!(error.contains("something that is not a file stands there"), "{error}");
}
