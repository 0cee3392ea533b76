//! The main job: results that are there, complete, and the same however they came about.

use crate::support::{Project, Text, assert_same, committed, walk};
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
            ".gitattributes",
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
fn what_is_of_other_settings_stays_and_is_said_and_not_compared() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--set", "training.epochs=1"]);
    let words = ["run", "experiments/tiny.toml", "--set", "training.epochs=2", "--only", "dropout=on"];
    let some = project.succeeds(&words);
    let kept = "kept as they were, but not compared: dropout=off seed 0, dropout=off seed 1";
    assert!(some.stderr.contains(kept), "{}", some.stderr);
    let runs = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    let order: Vec<_> = runs.lines().skip(1).map(|line| line.split(",completed,").next().unwrap()).collect();
    assert!(order[0].contains("dropout=on") && order[3].contains("dropout=off"), "{runs}");
    let comparison = fs::read_to_string(project.results().join("comparison.csv")).unwrap();
    assert!(comparison.contains("dropout=off,dropout=off,best_val_accuracy,0,"), "{comparison}");
    // Once they are trained again, nothing tells of what was.
    project.succeeds(&words[..4]);
    let again = ["run", "experiments/tiny.toml", "--set", "training.epochs=2", "--out", "anew"];
    project.succeeds(&again);
    assert_same(&committed(&project.path().join("anew/tiny")), &committed(&project.results()));
}

#[test]
fn what_left_the_file_stays_until_it_is_pruned() {
    let project = Project::tiny();
    let seeds = |seeds: &str, more: &[&str]| {
        let seeds = format!("seeds={seeds}");
        let words = ["run", "experiments/tiny.toml", "--set", "training.epochs=1", "--set", &seeds];
        project.succeeds(&[&words[..], more].concat())
    };
    let rows = |file: &str| {
        let text = fs::read_to_string(project.results().join(file)).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().take(2).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    seeds("[0]", &[]);
    let old = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    let said = seeds("[1]", &[]).stderr;
    let line = "kept: dropout=off seed 0, dropout=on seed 0 (no longer in the file; --prune removes them)";
    assert!(said.contains(line), "{said}");
    for file in ["runs.csv", "epochs.csv"] {
        assert_eq!(rows(file), ["dropout=off 1", "dropout=on 1", "dropout=off 0", "dropout=on 0"], "{file}");
    }
    let runs = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    assert!(old.lines().all(|line| runs.contains(line)), "{old}{runs}");
    let plain = |file: &str| fs::read_to_string(project.results().join(file)).unwrap();
    assert!(!plain("README.md").contains("seed 0") && plain("comparison.csv").contains(",1,"));
    // Nor are they lost in a fresh clone, nor when they are in the file again.
    let files = committed(&project.results());
    fs::rename(project.results().join("runs"), project.path().join("runs")).unwrap();
    seeds("[1]", &[]);
    assert_same(&files, &committed(&project.results()));
    fs::remove_dir_all(project.results().join("runs")).unwrap();
    fs::rename(project.path().join("runs"), project.results().join("runs")).unwrap();
    let both = seeds("[0, 1]", &[]).stderr;
    assert!(both.contains("nothing to train") && !both.contains("kept"), "{both}");

    let dry = seeds("[1]", &["--prune", "--dry-run"]).stderr;
    assert!(dry.contains("pruned from the tables: dropout=off seed 0, dropout=on seed 0"), "{dry}");
    assert!(project.results().join("runs/dropout=on/seed-0/run.json").is_file());
    let pruned = seeds("[1]", &["--prune"]).stderr;
    assert!(pruned.contains("runs/dropout=on/seed-0\n"), "{pruned}");
    assert_eq!(rows("runs.csv"), ["dropout=off 1", "dropout=on 1"]);
    assert_eq!(rows("epochs.csv"), ["dropout=off 1", "dropout=on 1"]);
    assert!(!project.results().join("runs/dropout=on/seed-0").exists());
    assert!(project.results().join("runs/dropout=on/seed-1/run.json").is_file());
}

#[test]
fn a_finished_run_stays_until_the_one_that_replaces_it_is_done() {
    let project = Project::tiny();
    let train = |epochs: &str| {
        let epochs = format!("training.epochs={epochs}");
        let words = ["run", "experiments/tiny.toml", "--set", "seeds=[0]", "--only", "dropout=on", "--set", &epochs];
        Text::from(project.ablate(&words).output().unwrap())
    };
    let first = train("2");
    assert_eq!(first.status, 0, "{}", first.stderr);
    let seed = project.results().join("runs/dropout=on/seed-0");
    let all = || walk(&seed);
    let (old, files) = (all(), committed(&project.results()));

    // The new run cannot write its timing, and fails.
    let beside = seed.with_file_name("seed-0.new");
    fs::create_dir_all(beside.join("timing.csv/in the way")).unwrap();
    let failed = train("1");
    assert_eq!(failed.status, 1, "{}", failed.stderr);
    let (said, built) = (
        failed.stderr.find("dropout=on seed 0: to be replaced once the new run is done (training.epochs 2 -> 1)"),
        failed.stderr.find("building the model programs"),
    );
    assert!(said.is_some() && said < built, "{}", failed.stderr);
    assert!(failed.stderr.contains("seed-0.new/log.txt"), "{}", failed.stderr);
    assert_eq!(all(), old, "the finished run is as it was");
    let kept = committed(&project.results());
    for file in ["runs.csv", "epochs.csv"] {
        assert_eq!(kept[file], files[file], "its rows are, too: {file}");
    }
    // It is still what the other settings give.
    assert_eq!(train("2").status, 0);
    assert_same(&files, &committed(&project.results()));

    fs::remove_dir_all(beside.join("timing.csv")).unwrap();
    let done = train("1");
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_ne!(all(), old);
    let left: Vec<_> = fs::read_dir(seed.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["seed-0"]);
    let epochs = fs::read_to_string(project.results().join("epochs.csv")).unwrap();
    assert_eq!(epochs.lines().count(), 2, "{epochs}");
}

#[test]
fn tables_that_cannot_be_read_are_named_and_nothing_is_changed() {
    let project = Project::tiny();
    let words = ["run", "experiments/tiny.toml", "--set", "training.epochs=1"];
    project.succeeds(&words);
    for file in ["runs.csv", "epochs.csv"] {
        let path = project.results().join(file);
        let whole = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let merged = [&lines[..2], &["<<<<<<< HEAD"], &lines[2..3], &["=======", ">>>>>>> other"], &lines[3..], &[""]];
        fs::write(&path, merged.concat().join("\n")).unwrap();
        let before = committed(&project.results());
        for more in [&[][..], &["--dry-run"]] {
            let said = project.fails(&[&words[..], more].concat(), 2);
            let expected = format!("error: results/tiny/{file}: line 3: a conflict marker of Git stands there");
            assert!(said.starts_with(&expected), "{said}");
        }
        assert_same(&before, &committed(&project.results()));
        fs::write(&path, whole).unwrap();
    }
    project.succeeds(&words);
}

#[test]
fn where_all_chosen_runs_diverge_the_call_has_failed() {
    let rates = |text: String| {
        let (rest, _) = text.split_once("[factors.dropout]").unwrap();
        format!("{rest}[factors.rate]\npath = \"training.optimizer.learning_rate\"\nvalues = [1e-3, 1e30]\n")
    };
    let project = Project::with(rates);
    let words = ["run", "experiments/tiny.toml", "--set", "seeds=[0]", "--set", "training.epochs=1"];
    let some = project.succeeds(&words);
    assert!(some.stderr.contains("warning: rate=1e30 seed 0 diverged"), "{}", some.stderr);
    let all = project.fails(&[&words[..], &["--only", "rate=1e30"]].concat(), 1);
    assert!(all.contains("diverged") && all.contains("nothing to train"), "{all}");
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
    let file = |name: &str| project.path().join("experiments").join(name).to_string_lossy().into_owned();
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
