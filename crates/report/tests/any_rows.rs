//! Whatever the rows and names, there is a report, and its files are what they claim to be: SVGs are XML, CSV files read
//! back, tables for a terminal hold nothing that drives one, and Markdown has no tag and no line that a name began.

#[allow(dead_code, reason = "each test file uses some of it")]
mod fixture;

use proptest::prelude::*;
use record::{Earlier, Epoch, ExperimentDirectory, Measures, RunRecord, Status, Weights, epochs_csv, runs_csv};
use report::{Input, VariantInput, summary_table, write};
use std::fs;

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => 0.0..1.0f64,
        3 => -10.0..1e4f64,
        1 => any::<f64>(),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(1e-11), Just(0.0)],
    ]
}

fn measures() -> impl Strategy<Value = Option<Measures>> {
    let measured = (value(), value());
    proptest::option::weighted(
        0.9,
        measured.prop_map(|(loss, accuracy)| Measures { loss, metrics: vec![("accuracy".into(), accuracy)] }),
    )
}

fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z=,.0-9+-]{1,12}",
        "[<>&\"'`|*_#~$=@\\[\\](){}!\\\\\t\r\n -]{1,6}",
        Just("<script>alert(1)</script>".to_owned()),
        Just("\u{1b}[2J".to_owned()),
        Just("\u{202e}\u{fffe}\u{ffff}\u{0}\u{b}\u{85}\u{2028}".to_owned()),
        Just("増強 é🐱".to_owned()),
        "\\PC{1,8}",
    ];
    proptest::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

fn run(variant: String, seed: u64) -> impl Strategy<Value = RunRecord> {
    let status = prop_oneof![3 => Just(Status::Completed), 1 => Just(Status::Stopped), 1 => Just(Status::Diverged), 1 => Just(Status::Failed)];
    let first = prop_oneof![9 => 0..3u32, 1 => any::<u32>().prop_map(|epoch| epoch.saturating_sub(8))];
    let epochs = proptest::collection::vec((measures(), measures(), value()), 0..6);
    (status, first, epochs, measures(), any::<u64>(), 0..8u32).prop_map(
        move |(status, first, epochs, test, parameter_count, best)| {
            let row = |(epoch, (train, validation, learning_rate))| Epoch { epoch, learning_rate, train, validation };
            let epochs: Vec<Epoch> = (first..).zip(epochs).map(row).collect();
            let best_epoch = epochs.get(best as usize).map(|epoch| epoch.epoch);
            let (variant, run_id, classes) = (variant.clone(), "0".repeat(16), Vec::new());
            RunRecord { variant, seed, run_id, status, epochs, best_epoch, test, parameter_count, classes }
        },
    )
}

fn experiment() -> impl Strategy<Value = (Input, Vec<RunRecord>)> {
    let digest = || prop_oneof![1 => Just(None), 4 => Just(Some("d1".to_owned())), 1 => Just(Some("d2".to_owned()))];
    let weights = prop_oneof![2 => Just(Weights::BestEpoch), 1 => Just(Weights::LastEpoch)];
    let variant = (name(), name(), digest(), digest(), weights).prop_map(|(name, swept, validation, test, weights)| {
        let levels = name.split(',').filter_map(|part| part.split_once('=')).map(|(f, l)| (f.to_owned(), l.to_owned()));
        VariantInput { levels: levels.collect(), swept: vec![swept], name, validation, test, weights }
    });
    let variants = proptest::collection::vec(variant, 1..6).prop_map(|mut variants| {
        let mut known = std::collections::HashSet::new();
        variants.retain(|variant: &VariantInput| known.insert(variant.name.clone()));
        variants
    });
    (variants, 1..4u64, name(), name(), any::<bool>()).prop_flat_map(
        |(variants, seeds, description, file, accuracy)| {
            let input = Input {
                name: "any".into(),
                description,
                baseline: variants[0].name.clone(),
                swept_paths: vec!["data.directory".into()],
                seeds: (0..seeds).collect(),
                metrics: if accuracy { vec!["accuracy".into()] } else { vec![] },
                data_digest: None,
                file,
                variants,
            };
            let cells = input.variants.iter().flat_map(|variant| (0..seeds).map(|seed| (variant.name.clone(), seed)));
            let runs: Vec<_> = cells.map(|(name, seed)| proptest::option::weighted(0.9, run(name, seed))).collect();
            (Just(input), runs.prop_map(|runs| runs.into_iter().flatten().collect::<Vec<RunRecord>>()))
        },
    )
}

/// What no file that people open may hold.
fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_is_a_report((input, runs) in experiment()) {
        let folder = tempfile::tempdir().unwrap();
        let directory = ExperimentDirectory::new(folder.path(), "any");
        write(&directory, &input, &runs, &Earlier::default()).unwrap();
        let read = |path: std::path::PathBuf| fs::read_to_string(path).unwrap();
        for plot in ["curves", "comparison"] {
            let svg = read(directory.plot(plot, "svg"));
            let parsed = roxmltree::Document::parse(&svg);
            prop_assert!(parsed.is_ok(), "{plot}: {:?}", parsed.err());
            prop_assert!(!svg.contains(is_harmful) && !svg.contains("NaN") && !svg.contains("inf\""), "{plot}");
        }
        let (_, epochs) = epochs_csv::parse(&read(directory.epochs_csv())).unwrap();
        let table = runs_csv::parse(&read(directory.runs_csv())).unwrap();
        prop_assert_eq!(table.rows.len(), runs.len());
        for row in &table.rows {
            let variant = input.variants.iter().find(|variant| variant.name == row.variant).unwrap();
            prop_assert_eq!(&row.swept, &variant.swept);
        }
        prop_assert_eq!(epochs.len(), runs.iter().map(|run| run.epochs.len()).sum::<usize>());
        for path in [directory.epochs_csv(), directory.runs_csv(), directory.comparison_csv()] {
            let mut reader = csv::Reader::from_path(path).unwrap();
            for cell in reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
                let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
                prop_assert!(!runs, "{cell}");
            }
        }
        let readme = read(directory.readme());
        prop_assert!(!readme.contains(is_harmful), "{readme}");
        for line in readme.lines().filter(|line| !line.starts_with("    ")) {
            prop_assert!(!outside_code(line).contains('<'), "{line}");
        }
        let headings: Vec<&str> = readme.lines().filter(|line| line.starts_with("## ")).collect();
        prop_assert!(headings.iter().all(|line| ["## Results", "## Runs that did not finish", "## Reproduce", "## Files"].contains(line)));
        let table = summary_table(&input, &runs).unwrap();
        prop_assert!(!table.contains(is_harmful), "{table}");
        // A report of the files alone is the same report.
        let again = runs_csv::assemble(&runs_csv::parse(&read(directory.runs_csv())).unwrap().rows, &epochs);
        prop_assert!(write(&directory, &input, &again, &Earlier::default()).unwrap().changed.is_empty());
    }
}

/// A line of Markdown without its code spans and what is escaped.
fn outside_code(line: &str) -> String {
    let mut text = String::new();
    let (mut in_code, mut characters) = (false, line.chars());
    while let Some(c) = characters.next() {
        match c {
            '\\' if !in_code => drop(characters.next()),
            '`' => in_code = !in_code,
            _ if !in_code => text.push(c),
            _ => {}
        }
    }
    text
}
