//! The main job: results that are there, complete, and the same however they came about.

use crate::support::{Project, assert_same, committed};
use std::fs;

#[test]
fn a_run_writes_its_results_and_running_again_changes_no_byte() {
    let project = Project::tiny();
    let first = project.succeeds(&["run", "experiments/tiny.toml"]);
    assert!(first.stdout.contains("dropout=off") && first.stdout.contains("dropout=on"), "{}", first.stdout);
    let files = committed(&project.results());
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "README.md",
            "comparison.csv",
            "comparison.png",
            "comparison.svg",
            "curves.png",
            "curves.svg",
            "epochs.csv",
            "runs.csv"
        ]
    );
    let epochs = String::from_utf8(files["epochs.csv"].clone()).unwrap();
    assert_eq!(epochs.lines().count(), 1 + 2 * 2 * 3, "{epochs}");
    assert!(!epochs.contains('\r'));
    let runs = String::from_utf8(files["runs.csv"].clone()).unwrap();
    assert_eq!(runs.matches(",completed,").count(), 4, "{runs}");

    let second = project.succeeds(&["run", "experiments/tiny.toml"]);
    assert!(second.stderr.contains("nothing to train"), "{}", second.stderr);
    assert_eq!(first.stdout, second.stdout);
    assert_same(&files, &committed(&project.results()));
}

#[test]
fn variants_share_initial_weights_and_data_order_whatever_is_turned_on() {
    // With a learning rate that moves nothing, the epoch's validation row tells the initial weights.
    let still = |text: String| text.replace("learning_rate = 1e-3", "learning_rate = 1e-30");
    let project = Project::with(still);
    project.succeeds(&["run", "experiments/tiny.toml", "--set", "training.epochs=1"]);
    let epochs = fs::read_to_string(project.results().join("epochs.csv")).unwrap();
    let column = |line: &str, index: usize| line.rsplit(',').nth(index).unwrap().to_owned();
    let rows: Vec<&str> = epochs.lines().skip(1).collect();
    let validation = |row: &str| (column(row, 0), column(row, 1));
    assert_eq!(validation(rows[0]), validation(rows[2]), "{epochs}");
    assert_eq!(validation(rows[1]), validation(rows[3]), "{epochs}");
    assert_ne!(validation(rows[0]), validation(rows[1]), "{epochs}");
}

#[test]
fn a_changed_file_makes_its_runs_stale_and_an_unchanged_one_does_not() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--set", "seeds=[0]"]);
    let dry = project.succeeds(&["run", "experiments/tiny.toml", "--dry-run"]);
    assert_eq!(dry.stdout.matches(": current").count(), 2, "{}", dry.stdout);
    assert_eq!(dry.stdout.matches(": would be trained").count(), 2, "{}", dry.stdout);
    let longer = project.succeeds(&["run", "experiments/tiny.toml", "--dry-run", "--set", "training.epochs=4"]);
    assert_eq!(longer.stdout.matches(": stale").count(), 2, "{}", longer.stdout);
}

#[test]
fn epochs_zero_only_evaluates() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--set", "training.epochs=0", "--only", "dropout=off"]);
    let epochs = fs::read_to_string(project.results().join("epochs.csv")).unwrap();
    let rows: Vec<&str> = epochs.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{epochs}");
    assert!(rows.iter().all(|row| row.split(',').nth(2) == Some("0")), "{epochs}");
}

#[test]
fn only_chooses_what_is_trained_and_takes_nothing_out_of_the_results() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml"]);
    let files = committed(&project.results());
    project.succeeds(&["run", "experiments/tiny.toml", "--only", "dropout=on"]);
    assert_same(&files, &committed(&project.results()));
    // Nor in a fresh clone, where the results are there and the runs are not.
    fs::remove_dir_all(project.results().join("runs")).unwrap();
    project.succeeds(&["run", "experiments/tiny.toml", "--only", "dropout=on"]);
    assert_same(&files, &committed(&project.results()));
    // The command in the README is the same from whatever folder the experiment was run.
    let inside =
        project.ablate(&["run", "tiny.toml"]).current_dir(project.path().join("experiments")).output().unwrap();
    assert!(inside.status.success(), "{}", String::from_utf8_lossy(&inside.stderr));
    assert_same(&files, &committed(&project.results()));
}

#[test]
fn what_is_left_out_of_the_results_is_said() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--set", "training.epochs=1"]);
    let words = ["run", "experiments/tiny.toml", "--set", "training.epochs=2", "--only", "dropout=on"];
    let some = project.succeeds(&words);
    assert!(some.stderr.contains("leave out dropout=off seed 0, dropout=off seed 1"), "{}", some.stderr);
    let runs = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    assert_eq!((runs.matches("dropout=on,").count(), runs.matches("dropout=off,").count()), (2, 0), "{runs}");
}

#[test]
fn a_run_without_its_model_is_trained_again() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--set", "seeds=[0]", "--set", "training.epochs=1"]);
    fs::remove_file(project.results().join("runs/dropout=on/seed-0/model.safetensors")).unwrap();
    let words = ["run", "experiments/tiny.toml", "--dry-run", "--set", "seeds=[0]", "--set", "training.epochs=1"];
    let dry = project.succeeds(&words);
    assert!(dry.stdout.contains("dropout=on seed 0: would be trained"), "{}", dry.stdout);
    assert!(dry.stdout.contains("dropout=off seed 0: current"), "{}", dry.stdout);
}

#[test]
fn overrides_are_told_in_the_results() {
    let project = Project::tiny();
    let words = ["run", "experiments/tiny.toml", "--set", "training.epochs=1", "--set", "seeds=[3]"];
    project.succeeds(&words);
    let readme = fs::read_to_string(project.results().join("README.md")).unwrap();
    let command = "cargo ablate run experiments/tiny.toml --set training.epochs=1 --set 'seeds=[3]'";
    assert!(readme.contains(command), "{readme}");
}

#[test]
fn several_files_are_run_in_one_call_from_any_folder() {
    let project = Project::tiny();
    let text = fs::read_to_string(project.path().join("experiments/tiny.toml")).unwrap();
    fs::write(project.path().join("experiments/other.toml"), text.replace("\"tiny\"", "\"other\"")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = |name: &str| project.path().join("experiments").join(name).display().to_string();
    let output = project
        .ablate(&["run", &file("tiny.toml"), &file("other.toml"), "--set", "seeds=[0]", "--set", "training.epochs=1"])
        .current_dir(elsewhere.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(project.results().join("runs.csv").is_file());
    assert!(project.path().join("results/other/runs.csv").is_file());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing is written where it was called");
}

#[test]
fn the_model_is_shown_with_a_line_for_each_layer() {
    let project = Project::tiny();
    let shown = project.succeeds(&["show", "experiments/tiny.toml", "--variant", "dropout=on"]);
    assert!(shown.stdout.contains("(12, 12, 3) -> (10, 10, 6)"), "{}", shown.stdout);
    // Rates are numbers of a run, not of a program: both variants are one network.
    let off = project.succeeds(&["show", "experiments/tiny.toml", "--variant", "dropout=off"]);
    assert_eq!(shown.stdout, off.stdout);
}
