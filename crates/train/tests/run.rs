//! Whole runs of a small network on real image files: what they leave, and what does not change it.

mod support;

use plan::{Direction, EarlyStopping, Loss, Monitor, Optimizer, Prepared, Run, Split};
use record::{Event, RunDirectory, RunRecord, Status};
use std::fs;
use std::path::Path;
use std::time::Duration;
use support::{draw_images, network, prepare, run, train, train_at_pace, train_on, train_until};
use tempfile::TempDir;
use train::{Pace, TrainError};

/// A folder with images in `data`, and the run on them.
fn project() -> (TempDir, Run) {
    let folder = tempfile::tempdir().unwrap();
    draw_images(&folder.path().join("data"));
    let run = run(&folder.path().join("data"));
    (folder, run)
}

fn folder(project: &TempDir, name: &str) -> std::path::PathBuf {
    let folder = project.path().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The bytes of what a run leaves, but for its timing.
fn left(folder: &Path) -> (String, Vec<u8>) {
    let directory = RunDirectory::at(folder.to_path_buf());
    (fs::read_to_string(directory.record()).unwrap(), fs::read(directory.model()).unwrap())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What a run leaves whose epochs were all trained.
const ALL: [&str; 5] = ["checkpoint.safetensors", "epochs.jsonl", "model.safetensors", "run.json", "timing.csv"];

/// What a program said of the state that it did not go on from, and where it started.
fn notice(events: &[Event], project: &TempDir) -> (String, u32) {
    let [Event::Notice { message }, Event::Started { resumed_from, .. }, ..] = events else { panic!("{events:?}") };
    (message.replace(&project.path().to_string_lossy().into_owned(), "").replace('\\', "/"), *resumed_from)
}

/// Whether a program went on from that epoch.
fn resumed(events: &[Event], from: u32) -> bool {
    matches!(events[0], Event::Started { resumed_from, .. } if resumed_from == from)
}

fn is_epoch(event: &Event, number: u32) -> bool {
    matches!(event, Event::Epoch { row, .. } if row.epoch == number)
}

#[test]
fn a_run_learns_and_leaves_its_record_its_model_and_its_timing() {
    let (project, mut run) = project();
    run.settings.network = network(0.0, 0.0);
    run.settings.training.epochs = 20;
    let folder = folder(&project, "a");
    let (result, events) = train(&run, &folder);
    let record = result.unwrap();
    assert_eq!(record.status, Status::Completed);
    assert_eq!(record.classes, ["cross", "lie", "stand"]);
    assert_eq!(record.epochs.iter().map(|row| row.epoch).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
    let losses_of = |column| record.epochs.iter().map(|row| row.get(column).unwrap()).collect::<Vec<_>>();
    let (learnt, losses) = (losses_of("train_loss"), losses_of("val_loss"));
    assert!(learnt[19] < 0.7 * learnt[0], "{learnt:?}");
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(record.best().unwrap().get("val_loss"), Some(lowest));
    assert!(record.test.as_ref().unwrap().get("accuracy").is_some());
    assert_eq!(record.parameter_count, run.settings.network.parameter_count() as u64);

    assert_eq!(names(&folder), ALL);
    let (text, _) = left(&folder);
    assert_eq!(serde_json::from_str::<RunRecord>(&text).unwrap(), record);
    let timing = fs::read_to_string(folder.join("timing.csv")).unwrap();
    assert_eq!(timing.lines().count(), 21);
    assert!(timing.lines().skip(1).all(|line| line.ends_with(",2,cpu")), "{timing}");

    let started = Event::Started { resumed_from: 0, epochs: 20, steps_per_epoch: 5 };
    assert_eq!(events[0], started);
    let rows: Vec<_> =
        events.iter().filter_map(|e| if let Event::Epoch { row, .. } = e { Some(row) } else { None }).collect();
    assert_eq!(rows, record.epochs.iter().collect::<Vec<_>>());
}

#[test]
fn threads_do_not_change_a_bit() {
    let (project, run) = project();
    for threads in 1..=3 {
        let folder = folder(&project, &threads.to_string());
        train_until(&run, &folder, threads, |_| false).0.unwrap();
        assert_eq!(left(&folder), left(&project.path().join("1")), "{threads} threads");
    }
}

#[test]
fn a_run_cut_short_after_any_epoch_ends_with_the_same_bytes() {
    let optimizers = [
        Optimizer::Sgd { learning_rate: 0.02, momentum: 0.9, nesterov: true },
        Optimizer::Rmsprop { learning_rate: 1e-3, rho: 0.9, momentum: 0.5, epsilon: 1e-7 },
        Optimizer::Adamw { learning_rate: 3e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, weight_decay: 0.01 },
    ];
    for (index, optimizer) in optimizers.into_iter().enumerate() {
        let (project, mut run) = project();
        run.settings.training.optimizer = optimizer;
        run.settings.training.steps_per_epoch = Some(3 + index as u32); // shorter, and longer, than the 5 of a pass
        let whole = folder(&project, "whole");
        train(&run, &whole).0.unwrap();
        let cut = folder(&project, "cut");
        for epoch in 1..=4 {
            let (result, events) = train_until(&run, &cut, 1 + epoch as usize % 2, |event| is_epoch(event, epoch));
            assert!(matches!(result, Err(TrainError::Closed(_))));
            assert!(resumed(&events, epoch - 1), "{:?}", events[0]);
            assert!(cut.join("checkpoint.safetensors").exists());
        }
        train(&run, &cut).0.unwrap();
        assert_eq!(left(&cut), left(&whole), "{optimizer:?}");
        assert_eq!(names(&cut), names(&whole));
    }
}

#[test]
fn a_checkpoint_now_and_then_gives_the_same_bytes_and_reports_every_epoch() {
    let (project, run) = project();
    let whole = folder(&project, "whole");
    let (result, events) = train(&run, &whole);
    result.unwrap();
    let rows = |events: &[Event]| events.iter().filter(|event| matches!(event, Event::Epoch { .. })).count();
    assert_eq!(rows(&events), 4);
    for (name, pace) in [("never", Pace::Spaced(Duration::from_secs(3600))), ("often", Pace::Spaced(Duration::ZERO))] {
        let spaced = folder(&project, name);
        let (result, events) = train_at_pace(&run, &spaced, pace);
        result.unwrap();
        assert_eq!(rows(&events), 4, "{name}");
        assert_eq!(left(&spaced), left(&whole), "{name}");
        // The last epoch has its checkpoint, however soon it comes after the first.
        assert!(resumed(&train(&run, &spaced).1, 4), "{name}");
        assert_eq!(fs::read_to_string(spaced.join("timing.csv")).unwrap().lines().count(), 5, "{name}");
    }
}

#[test]
fn state_that_is_damaged_or_of_other_settings_is_named_and_not_gone_on_from() {
    let (project, run) = project();
    let whole = folder(&project, "whole");
    train(&run, &whole).0.unwrap();
    for (name, reason) in [
        ("checkpoint.safetensors", "its content does not match its checksum"),
        ("epochs.jsonl", "its content does not match its checksum"),
        ("epochs.jsonl", "it has lost its end"),
    ] {
        let cut = folder(&project, "cut");
        train_until(&run, &cut, 2, |event| is_epoch(event, 2)).0.unwrap_err();
        let path = cut.join(name);
        let mut damaged = fs::read(&path).unwrap();
        let middle = damaged.len() / 2;
        if reason.contains("end") {
            damaged.truncate(middle)
        } else {
            damaged[middle] ^= 4
        }
        fs::write(&path, &damaged).unwrap();
        fs::write(cut.join(".ablate-half.tmp"), "what a killed program left").unwrap();
        let (result, events) = train(&run, &cut);
        result.unwrap();
        let message = format!(
            "/cut/{name} is damaged ({reason}); it is set aside as {name}.damaged; training starts from epoch 1"
        );
        assert_eq!(notice(&events, &project), (message, 0));
        assert_eq!(left(&cut), left(&whole));
        assert_eq!(fs::read(cut.join(format!("{name}.damaged"))).unwrap(), damaged);
        fs::remove_dir_all(&cut).unwrap();
    }

    let cut = folder(&project, "cut");
    let mut other = run.clone();
    other.settings.training.optimizer = Optimizer::Sgd { learning_rate: 0.5, momentum: 0.0, nesterov: false };
    train_until(&other, &cut, 2, |event| is_epoch(event, 2)).0.unwrap_err();
    let (result, events) = train(&run, &cut);
    result.unwrap();
    let message = "/cut/checkpoint.safetensors is from other settings, images or engine; \
                   training starts from epoch 1";
    assert_eq!(notice(&events, &project), (message.to_owned(), 0));
    assert_eq!((left(&cut), names(&cut)), (left(&whole), names(&whole)));
}

#[test]
fn rows_without_their_checkpoint_are_dropped_and_a_checkpoint_without_its_rows_is_damaged() {
    let (project, run) = project();
    let whole = folder(&project, "whole");
    train(&run, &whole).0.unwrap();
    let cut = folder(&project, "cut");
    let state = |epoch| {
        train_until(&run, &cut, 2, |event| is_epoch(event, epoch)).0.unwrap_err();
        ["checkpoint.safetensors", "epochs.jsonl"].map(|name| fs::read(cut.join(name)).unwrap())
    };
    let ([checkpoint_2, rows_2], [checkpoint_3, rows_3]) = (state(2), state(3));
    assert!(rows_3.starts_with(&rows_2));
    // Killed after the rows of epoch 3, before its checkpoint; or within the rows.
    for rows in [&rows_3[..], &rows_3[..rows_3.len() - 9]] {
        fs::write(cut.join("checkpoint.safetensors"), &checkpoint_2).unwrap();
        fs::write(cut.join("epochs.jsonl"), rows).unwrap();
        let (result, events) = train(&run, &cut);
        result.unwrap();
        assert!(resumed(&events, 2), "{events:?}");
        assert_eq!((left(&cut), names(&cut)), (left(&whole), names(&whole)));
        fs::remove_file(cut.join("run.json")).unwrap();
    }
    // The other way round no program leaves it: a disk has lost what it had promised to keep.
    fs::write(cut.join("checkpoint.safetensors"), &checkpoint_3).unwrap();
    fs::write(cut.join("epochs.jsonl"), &rows_2).unwrap();
    let (result, events) = train(&run, &cut);
    result.unwrap();
    assert!(notice(&events, &project).0.contains("epochs.jsonl is damaged (it has lost its end)"), "{events:?}");
    assert_eq!(left(&cut), left(&whole));
}

#[test]
fn more_epochs_go_on_from_where_a_run_has_ended() {
    let (project, mut run) = project();
    run.settings.training.early_stopping = Some(stop_after(50, true));
    let train_to = |epochs: u32, name: &str| {
        let mut run = run.clone();
        run.settings.training.epochs = epochs;
        let folder = folder(&project, name);
        let (result, events) = train(&run, &folder);
        result.unwrap();
        (left(&folder), events)
    };
    let (of_two, _) = train_to(2, "two");
    let (of_five, _) = train_to(5, "five");
    train_to(2, "longer");
    let (longer, events) = train_to(3, "longer");
    assert!(resumed(&events, 2) && is_epoch(events.last().unwrap(), 3) && longer != of_two, "{events:?}");
    let (longer, events) = train_to(5, "longer");
    assert!(resumed(&events, 3), "{events:?}");
    assert_eq!(longer, of_five);
    // What was lost or damaged of a run that has ended comes from its last state, without a step.
    fs::remove_file(project.path().join("longer/model.safetensors")).unwrap();
    let (again, events) = train_to(5, "longer");
    assert!(resumed(&events, 5) && events.len() == 1, "{events:?}");
    assert_eq!(again, of_five);
    // There is no way back.
    let (shorter, events) = train_to(2, "longer");
    let message = "/longer/checkpoint.safetensors is of epoch 5, after the last one of this run, 2; \
                   training starts from epoch 1";
    assert_eq!(notice(&events, &project), (message.to_owned(), 0));
    assert_eq!(shorter, of_two);
}

#[test]
fn a_run_that_diverges_in_its_first_epoch_has_no_epochs_and_no_model() {
    let (project, mut run) = project();
    run.settings.training.optimizer = Optimizer::Sgd { learning_rate: 1e38, momentum: 0.0, nesterov: false };
    let folder = folder(&project, "a");
    fs::write(folder.join("model.safetensors"), "of a run before").unwrap();
    let record = train(&run, &folder).0.unwrap();
    assert_eq!((record.status, record.best_epoch, record.test.clone()), (Status::Diverged, None, None));
    assert!(record.epochs.is_empty());
    assert_eq!(names(&folder), ["run.json", "timing.csv"]);
    let text = fs::read_to_string(folder.join("run.json")).unwrap();
    assert_eq!(serde_json::from_str::<RunRecord>(&text).unwrap(), record);
}

#[test]
fn weights_that_overflow_late_leave_the_epochs_before_and_their_best_weights() {
    let (project, mut run) = project();
    // Grows by a constant factor a step until it overflows: a few epochs are finite.
    run.settings.training.optimizer =
        Optimizer::Adamw { learning_rate: 1.0, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, weight_decay: -30.0 };
    run.settings.training.epochs = 40;
    run.settings.training.steps_per_epoch = Some(2);
    let folder = folder(&project, "a");
    let record = train(&run, &folder).0.unwrap();
    assert_eq!(record.status, Status::Diverged);
    assert!((1..40).contains(&record.epochs.len()), "{}", record.epochs.len());
    assert!(record.test.is_none());
    let best = record.best_epoch.unwrap();
    run.settings.training.epochs = best;
    let to_best = self::folder(&project, "to-best");
    let short = train(&run, &to_best).0.unwrap();
    assert_eq!((short.status, short.best_epoch), (Status::Completed, Some(best)));
    assert_eq!(short.epochs, record.epochs[..best as usize]);
    assert_eq!(left(&folder).1, left(&to_best).1);
}

#[test]
fn no_epochs_measure_the_initial_weights() {
    let (project, mut run) = project();
    let trained = folder(&project, "trained");
    let best = train(&run, &trained).0.unwrap();
    run.settings.training.epochs = 0;
    run.settings.network.weights = Some(trained.join("model.safetensors"));
    let looked = folder(&project, "looked");
    let (result, events) = train(&run, &looked);
    let record = result.unwrap();
    assert_eq!((record.status, record.best_epoch), (Status::Completed, Some(0)));
    assert_eq!(record.epochs.len(), 1);
    assert_eq!((record.epochs[0].epoch, &record.epochs[0].train), (0, &None));
    assert_eq!(record.epochs[0].validation, best.best().unwrap().validation);
    assert_eq!(record.test, best.test);
    assert_eq!(left(&looked).1, left(&trained).1);
    assert_eq!(events.len(), 2);
}

fn stop_after(patience: u32, restore_best_weights: bool) -> EarlyStopping {
    let monitor = Monitor { split: Split::Validation, metric: None };
    // A change of 1000 is never seen: the first epoch stays the best.
    EarlyStopping { monitor, patience, min_delta: 1000.0, mode: Direction::Min, restore_best_weights }
}

#[test]
fn early_stopping_ends_the_run_and_decides_which_weights_stand() {
    let (project, mut run) = project();
    run.settings.training.epochs = 1;
    let one = folder(&project, "one");
    train(&run, &one).0.unwrap();
    run.settings.training.epochs = 3;
    // It is patient to the end, and keeps the last weights.
    run.settings.training.early_stopping = Some(stop_after(50, false));
    let three = folder(&project, "three");
    let record = train(&run, &three).0.unwrap();
    assert_eq!((record.status, record.best_epoch), (Status::Completed, Some(1)));
    run.settings.training.epochs = 50;
    for (restore, like) in [(true, &one), (false, &three)] {
        run.settings.training.early_stopping = Some(stop_after(2, restore));
        let stopped = folder(&project, &format!("stopped-{restore}"));
        // Killed after each epoch, it still knows how long it has waited, and after the last that it has stopped.
        for epoch in 1..=3 {
            let (result, events) = train_until(&run, &stopped, 2, |event| is_epoch(event, epoch));
            assert!(matches!(result, Err(TrainError::Closed(_))));
            assert!(resumed(&events, epoch - 1), "{:?}", events[0]);
        }
        let (result, events) = train(&run, &stopped);
        assert!(resumed(&events, 3) && events.len() == 1, "{events:?}");
        assert_eq!(
            names(&stopped),
            ["model.safetensors", "run.json", "timing.csv"],
            "more epochs would change nothing"
        );
        let record = result.unwrap();
        assert_eq!((record.status, record.epochs.len(), record.best_epoch), (Status::Stopped, 3, Some(1)));
        assert_eq!(left(&stopped).1, left(like).1, "restore_best_weights = {restore}");
        assert!(record.test.is_some());
    }
    assert_ne!(left(&project.path().join("stopped-true")).1, left(&project.path().join("stopped-false")).1);
}

#[test]
fn what_cannot_be_trained_is_said_before_the_first_epoch() {
    let (project, run) = project();
    let target = folder(&project, "a");
    let message = |run: &Run| {
        let (result, events) = train(run, &target);
        assert!(events.is_empty());
        let message = result.unwrap_err().to_string();
        message.replace(&project.path().to_string_lossy().into_owned(), "").replace('\\', "/")
    };

    let mut other = run.clone();
    other.settings.network.weights = Some(project.path().join("nowhere.safetensors"));
    assert!(message(&other).starts_with("cannot read the weights /nowhere.safetensors: "));

    let mut other = run.clone();
    other.settings.training.loss = Loss::BinaryCrossentropy;
    other.settings.data.label_mode = plan::LabelMode::Categorical;
    assert_eq!(
        message(&other),
        "binary_crossentropy tells 2 classes apart, but the data has 3: cross, lie, stand; \
         write loss = \"categorical_crossentropy\", and end the network with an output for each class"
    );

    let mut other = run.clone();
    other.settings.network = network(0.0, 0.0);
    other.settings.network.layers[4].name = "renamed".into();
    assert!(message(&other).contains("dense1"), "{}", message(&other));

    fs::remove_dir_all(project.path().join("data/validation")).unwrap();
    let mut other = run.clone();
    other.settings.training.early_stopping = Some(stop_after(1, true));
    assert_eq!(message(&other), "early_stopping watches val_loss, but there are no validation images to measure it on");
    let record = train(&run, &target).0.unwrap();
    assert_eq!(record.best_epoch, Some(4)); // without validation, the last
    assert!(record.epochs.iter().all(|row| row.validation.is_none()));
}

#[test]
fn images_that_change_after_they_were_prepared_change_no_result() {
    let (project, run) = project();
    let images = prepare(&run);
    let before = folder(&project, "before");
    train_on(&run, &images, &before).unwrap();
    let changed = project.path().join("data/train/lie/0.png");
    fs::copy(project.path().join("data/train/stand/0.png"), &changed).unwrap();
    fs::remove_file(project.path().join("data/test/lie/0.png")).unwrap();
    let after = folder(&project, "after");
    train_on(&run, &images, &after).unwrap();
    assert_eq!(left(&after), left(&before));

    // What is prepared now has another digest, and does not pass for what the run was planned on.
    let now = prepare(&run);
    assert_ne!(now.digest, images.digest);
    let mixed = Prepared { set: now.set, ..images };
    let message = train_on(&run, &mixed, &after).unwrap_err().to_string();
    assert!(message.contains("the images have changed"), "{message}");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let (project, run) = project();
    let missing = project.path().join("missing");
    let (result, _) = train(&run, &missing);
    let message = result.unwrap_err().to_string();
    assert!(message.starts_with("cannot write ") && message.contains("missing"), "{message}");
    // A folder stands where the checkpoint goes: it can be neither read nor replaced.
    let blocked = folder(&project, "blocked");
    fs::create_dir_all(blocked.join("checkpoint.safetensors/full")).unwrap();
    let message = train(&run, &blocked).0.unwrap_err().to_string();
    assert!(message.contains("checkpoint.safetensors: "), "{message}");
    assert_eq!(names(&blocked), ["checkpoint.safetensors"]);
}
