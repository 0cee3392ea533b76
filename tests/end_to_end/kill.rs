//! `kill -9` and Ctrl-C at any moment: the next call goes on, and every byte comes out the same.

use crate::support::{Project, assert_same, committed, models, walk};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A number from 0 to 1 for the n-th moment: spread evenly, in an order that looks random (the golden ratio's
/// multiples), and the same in every run of the test.
fn moment(n: u32) -> f64 {
    (f64::from(n) * 0.618_033_988_749_895).fract()
}

/// Starts the experiment into folder `out`, in a process group of its own so that tool and program can be struck in one
/// blow. Standard error goes to a file, which is returned.
fn start(project: &Project, out: &str, log: &str) -> Child {
    start_with(project, &["run", "experiments/tiny.toml", "--jobs", "1", "--out", out], log)
}

/// The same with these words.
fn start_with(project: &Project, words: &[&str], log: &str) -> Child {
    project
        .ablate(words)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(project.path().join(log)).unwrap())
        .spawn()
        .unwrap()
}

fn signal(name: &str, group: u32) {
    // The group may have ended already: that is no failure.
    let group = format!("-{group}");
    Command::new("kill").args([name, "--", &group]).stderr(Stdio::null()).status().unwrap();
}

/// Waits until the log tells of `epochs` finished epochs, and then a moment of up to a few epochs' time, so that the
/// blow falls anywhere: within a step, a checkpoint, a report. Not by the clock alone: how fast an epoch is depends on
/// what else this machine does.
fn wait(tool: &mut Child, log: &Path, epochs: usize, moment: f64) {
    let told = || fs::read_to_string(log).unwrap_or_default().matches(": epoch ").count();
    while told() < epochs && tool.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(25).mul_f64(moment));
}

/// An experiment long enough to be struck in the middle, with its undisturbed results.
fn long() -> Project {
    let project = Project::with(|text| text.replace("epochs = 3", "epochs = 40"));
    let undisturbed = ["run", "experiments/tiny.toml", "--jobs", "1", "--out", "undisturbed"];
    project.succeeds(&undisturbed);
    project
}

#[test]
fn killed_twenty_times_the_results_are_the_same_bytes() {
    let project = long();
    let mut resumed = 0;
    for folder in 0..5 {
        let out = format!("killed-{folder}");
        for blow in 0..4 {
            let n = folder * 4 + blow;
            let log = format!("log-{n}");
            let mut tool = start(&project, &out, &log);
            // Four blows within the 160 epochs of the four runs; some before the first epoch.
            wait(&mut tool, &project.path().join(&log), (moment(n) * 36.0) as usize, moment(n + 20));
            // Every third time the tool alone is killed, and the program must end by itself.
            if n % 3 == 0 {
                tool.kill().unwrap()
            } else {
                signal("-9", tool.id())
            }
            tool.wait().unwrap();
            resumed += fs::read_to_string(project.path().join(log)).unwrap().matches("goes on after epoch").count();
        }
        let end = project.succeeds(&["run", "experiments/tiny.toml", "--jobs", "1", "--out", &out]);
        resumed += end.stderr.matches("goes on after epoch").count();
        let results = |name: &str| project.path().join(name).join("tiny");
        assert_same(&committed(&results("undisturbed")), &committed(&results(&out)));
        assert_same(&models(&results("undisturbed")), &models(&results(&out)));
        let left = walk(&results(&out)).into_keys();
        let left: Vec<_> = left.filter(|name| name.ends_with(".tmp") || name.ends_with(".damaged")).collect();
        assert!(left.is_empty(), "{left:?}");
        let rows = |name: &str| walk(&results(name)).keys().filter(|name| name.ends_with("epochs.jsonl")).count();
        assert_eq!(rows(&out), rows("undisturbed"));
    }
    assert!(resumed >= 5, "only {resumed} runs went on in the middle: the blows missed");
}

/// Two settings take turns in one place; each time the run that is to take it is killed while it is trained, ends or moves in.
#[test]
fn killed_while_it_is_replaced_a_run_is_the_old_one_or_the_new_one() {
    let project = Project::tiny();
    let rates = ["training.optimizer.learning_rate=1e-3", "training.optimizer.learning_rate=2e-3"];
    let words = |rate: usize, out: &'static str| {
        let words = ["run", "experiments/tiny.toml", "--jobs", "1", "--only", "dropout=on", "--set", "seeds=[0]"];
        [&words[..], &["--set", rates[rate], "--out", out]].concat()
    };
    let variant = |out: &str| project.path().join(out).join("tiny/runs/dropout=on");
    let run =
        |folder: &Path| ["run.json", "plan.json", "model.safetensors"].map(|name| fs::read(folder.join(name)).ok());
    let whole = ["one", "two"].map(|out| {
        project.succeeds(&words(usize::from(out == "two"), out));
        (run(&variant(out).join("seed-0")), committed(&project.path().join(out).join("tiny")))
    });
    project.succeeds(&words(0, "turns"));
    let mut struck = 0;
    for n in 0..12 {
        let (old, new) = (n as usize % 2, (n as usize + 1) % 2);
        let log = format!("log-{n}");
        let mut tool = start_with(&project, &words(new, "turns"), &log);
        // In the first two epochs, or in the tenth of a second after the last.
        let epochs = 1 + n as usize / 2 % 3;
        wait(&mut tool, &project.path().join(&log), epochs, moment(n) * if epochs == 3 { 4.0 } else { 0.5 });
        signal("-9", tool.id());
        struck += usize::from(!tool.wait().unwrap().success());
        let place = variant("turns").join("seed-0");
        let place = if place.exists() { place } else { place.with_file_name("seed-0.old") };
        let found = run(&place);
        assert!(found == whole[old].0 || found == whole[new].0, "blow {n}: neither the old run nor the new one");
        project.succeeds(&words(new, "turns"));
        assert_eq!(run(&variant("turns").join("seed-0")), whole[new].0, "blow {n}");
        assert_same(&whole[new].1, &committed(&project.path().join("turns/tiny")));
        let left: Vec<_> = fs::read_dir(variant("turns")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["seed-0"], "blow {n}");
    }
    assert!(struck >= 4, "only {struck} runs were struck: the blows missed");
}

#[test]
fn an_interrupt_stops_at_once_and_says_how_to_go_on() {
    let project = long();
    let mut tool = start(&project, "interrupted", "log");
    wait(&mut tool, &project.path().join("log"), 50, 0.5);
    signal("-INT", tool.id());
    let status = tool.wait().unwrap();
    let log = fs::read_to_string(project.path().join("log")).unwrap();
    assert_eq!(status.code(), Some(130), "{log}");
    assert!(log.contains("interrupted; finished epochs are kept"), "{log}");
    assert!(log.contains("cargo ablate run experiments/tiny.toml --jobs 1 --out interrupted"), "{log}");
    assert!(!log.contains("failed"), "{log}");
    let epochs = log.matches(": epoch ").count();
    assert!((50..160).contains(&epochs), "it went on to the end: {log}");
    let runs = fs::read_to_string(project.path().join("interrupted/tiny/runs.csv")).unwrap();
    // A run whose last epoch was told in this very moment may not have ended.
    let finished = (epochs - 2) / 40..=epochs / 40;
    assert!(finished.contains(&runs.matches(",completed,").count()), "what is finished is written: {log}{runs}");
    project.succeeds(&["run", "experiments/tiny.toml", "--out", "interrupted"]);
    let results = |name: &str| project.path().join(name).join("tiny");
    assert_same(&committed(&results("undisturbed")), &committed(&results("interrupted")));
}
