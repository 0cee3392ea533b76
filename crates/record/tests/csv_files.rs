//! What is written is read back: exactly for tables as they stand in files, rounded for values as they were measured.

use proptest::prelude::*;
use record::runs_csv::{self, RunRow};
use record::{Epoch, Measures, RunRecord, Status, epochs_csv, number};

fn measures(loss: f64, accuracy: f64) -> Option<Measures> {
    Some(Measures { loss, metrics: vec![("accuracy".into(), accuracy)] })
}

fn run(variant: &str, seed: u64) -> RunRecord {
    let epoch =
        |epoch, validation| Epoch { epoch, learning_rate: 1e-4, train: measures(0.687_654_32, 0.5), validation };
    RunRecord {
        variant: variant.into(),
        seed,
        run_id: "0123456789abcdef".into(),
        status: Status::Completed,
        epochs: vec![epoch(1, measures(2.0 / 3.0, 0.55)), epoch(2, measures(0.61, 0.625))],
        best_epoch: Some(2),
        test: measures(0.6, 1.0 / 3.0),
        parameter_count: 3_453_121,
        classes: vec!["cat".into(), "dog".into()],
    }
}

fn metrics() -> Vec<String> {
    vec!["accuracy".into()]
}

#[test]
fn the_files_are_as_promised() {
    let mut second = run("augmentation=on,dropout=on", 1);
    second.status = Status::Diverged;
    second.epochs.truncate(1);
    second.epochs[0].train = measures(f64::NAN, 0.5);
    second.epochs[0].validation = None;
    (second.best_epoch, second.test) = (None, None);
    let runs = [run("augmentation=off,dropout=on", 0), second];
    insta::assert_snapshot!("epochs", epochs_csv::render(&runs, &metrics()));
    let swept: Vec<String> = vec!["model.layers.dropout.rate".into(), "training.optimizer.type".into()];
    let rows = runs.each_ref().map(|run| RunRow::new(run, vec!["0.5".into(), "\"adam\"".into()]));
    insta::assert_snapshot!("runs", runs_csv::render(&rows, &metrics(), &swept));
}

#[test]
fn what_a_spreadsheet_would_run_is_text() {
    let runs = [run("-dash", 0), run("=1+1", 1), run("@a\tb", 2)];
    let rows = runs.each_ref().map(|run| RunRow::new(run, vec!["=cmd|' /C calc'!A0".into(), "-0.5".into()]));
    let paths = ["data.directory".to_owned(), "model.layers.x.slope".to_owned()];
    let text = runs_csv::render(&rows, &metrics(), &paths) + &epochs_csv::render(&runs, &metrics());
    let mut cells = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    for cell in cells.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']) || cell.parse::<f64>().is_ok(), "{cell}");
    }
    assert!(text.contains(",-0.5\n"), "a negative number stays one: {text}");
}

#[test]
fn a_rate_that_is_small_is_not_zero() {
    let mut run = run("a", 0);
    run.epochs[0].learning_rate = 1e-11;
    let text = epochs_csv::render(&[run], &metrics());
    assert!(text.contains("a,0,1,1e-11,") && text.contains("a,0,2,0.0001000000,"), "{text}");
}

#[test]
fn a_wrong_cell_is_named_with_its_line() {
    let text = epochs_csv::render(&[run("a", 0)], &metrics());
    let error = |text: &str| epochs_csv::parse(text).unwrap_err().to_string();
    assert_eq!(error(&text.replace("0.610000", "good")), "line 3: val_loss is \"good\", expected a number");
    assert_eq!(
        error(&text.replace("val_loss", "test_loss")),
        "line 1: column 7 is \"test_loss\", expected \"val_loss\""
    );
    assert_eq!(error(&text.replace("a,0,2,", "a,0,2,,")), "line 3: 9 cells, expected 8 as in line 1");
    let text = runs_csv::render(&[RunRow::new(&run("a", 0), vec![])], &metrics(), &[]);
    let error = runs_csv::parse(&text.replace("completed", "done")).unwrap_err().to_string();
    assert_eq!(error, "line 2: status is \"done\", expected completed, stopped, diverged or failed");
    let error = runs_csv::parse("variant,seed\n").unwrap_err().to_string();
    assert_eq!(error, "line 1: column 3 is \"\", expected \"run_id\"");
}

fn some_measures() -> impl Strategy<Value = Option<Measures>> {
    let value = prop_oneof![4 => -10.0..10.0f64, 1 => Just(f64::INFINITY), 1 => any::<f32>().prop_map(f64::from)];
    let value = value.prop_filter("NaN is not equal to itself", |value| !value.is_nan());
    proptest::option::of((value.clone(), value).prop_map(|(loss, accuracy)| {
        let [loss, accuracy] = [loss, accuracy].map(number::rounded);
        Measures { loss, metrics: vec![("accuracy".into(), accuracy)] }
    }))
}

fn some_run() -> impl Strategy<Value = RunRecord> {
    let status =
        prop_oneof![Just(Status::Completed), Just(Status::Stopped), Just(Status::Diverged), Just(Status::Failed)];
    let epochs = proptest::collection::vec((some_measures(), some_measures(), 0..10_000_000u32), 0..4);
    ("['=+@-]?[ -~äß\n\t]{1,12}", any::<u64>(), status, epochs, some_measures(), any::<u64>()).prop_map(
        |(variant, seed, status, epochs, test, parameter_count)| {
            let epochs: Vec<Epoch> = (1..)
                .zip(epochs)
                .map(|(epoch, (train, validation, rate))| {
                    let learning_rate = number::rate(f64::from(rate) / 1e15).parse().unwrap();
                    Epoch { epoch, learning_rate, train, validation }
                })
                .collect();
            let best_epoch = epochs.iter().find(|epoch| epoch.validation.is_some()).map(|epoch| epoch.epoch);
            let (run_id, classes) = (format!("{seed:016x}"), Vec::new());
            RunRecord { variant, seed, run_id, status, epochs, best_epoch, test, parameter_count, classes }
        },
    )
}

proptest! {
    #[test]
    fn runs_survive_both_files(runs in proptest::collection::vec(some_run(), 0..4), swept in "['=+@-]?[ -~]{0,8}") {
        let mut runs = runs;
        runs.dedup_by(|a, b| a.variant == b.variant && a.seed == b.seed);
        let paths = vec!["model.layers.dropout.rate".to_owned()];
        let rows: Vec<RunRow> = runs.iter().map(|run| RunRow::new(run, vec![swept.clone()])).collect();
        let (epochs_text, runs_text) = (epochs_csv::render(&runs, &metrics()), runs_csv::render(&rows, &metrics(), &paths));
        let (read_metrics, epochs) = epochs_csv::parse(&epochs_text).unwrap();
        let table = runs_csv::parse(&runs_text).unwrap();
        prop_assert_eq!(&read_metrics, &metrics());
        prop_assert_eq!((&table.metrics, &table.swept_paths, &table.rows), (&metrics(), &paths, &rows));
        prop_assert_eq!(runs_csv::assemble(&table.rows, &epochs), runs);
    }
}
