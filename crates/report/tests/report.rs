//! The files of a report, from made-up results and from CSV files.

#[allow(dead_code, reason = "each test file uses some of it")]
mod fixture;

use record::{Earlier, ExperimentDirectory, RunRecord, epochs_csv, runs_csv};
use report::{Input, ReportError, summary_table, write};
use std::fs;
use std::path::Path;

/// The report's files by name.
fn files(input: &Input, runs: &[RunRecord]) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let directory = ExperimentDirectory::new(folder.path(), &input.name);
    let written = write(&directory, input, runs, &Earlier::default()).unwrap();
    assert_eq!(written.files, written.changed);
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    written.files.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

fn text(files: &[(String, Vec<u8>)], name: &str) -> String {
    let (_, bytes) = files.iter().find(|(file, _)| file == name).unwrap();
    String::from_utf8(bytes.clone()).unwrap()
}

fn case(name: &str) -> (Input, Vec<RunRecord>) {
    let (_, input, runs) = fixture::cases().into_iter().find(|(case, _, _)| *case == name).unwrap();
    (input, runs)
}

#[test]
fn three_seeds_and_two_factors() {
    let (mut input, runs) = case("four_seeds");
    input.data_digest = Some("5f0c2d".into());
    let files = files(&input, &runs);
    insta::assert_snapshot!("four_seeds_readme", text(&files, "README.md"));
    insta::assert_snapshot!("four_seeds_comparison", text(&files, "comparison.csv"));
    insta::assert_snapshot!("four_seeds_runs", text(&files, "runs.csv"));
}

#[test]
fn runs_that_diverged_are_in_no_mean_and_named() {
    let (input, runs) = case("diverged");
    let files = files(&input, &runs);
    insta::assert_snapshot!("diverged_readme", text(&files, "README.md").split("## Reproduce").next().unwrap());
    insta::assert_snapshot!("diverged_comparison", text(&files, "comparison.csv"));
}

#[test]
fn names_cannot_break_markdown_or_csv() {
    let (input, runs) = case("long_names");
    let files = files(&input, &runs);
    insta::assert_snapshot!("long_names_readme", text(&files, "README.md").split("## Reproduce").next().unwrap());
    let table = runs_csv::parse(&text(&files, "runs.csv")).unwrap();
    assert!(table.rows.iter().any(|row| row.variant == input.variants[2].name));
}

#[test]
fn tables_for_a_terminal() {
    let tables = fixture::cases().into_iter().map(|(case, input, runs)| {
        let table = summary_table(&input, &runs).unwrap();
        format!("{case}\n{table}")
    });
    insta::assert_snapshot!("summary_tables", tables.collect::<Vec<_>>().join("\n"));
    let (mut input, mut runs) = case("four");
    input.variants[0].name = "増強=オフ".into();
    input.baseline = input.variants[0].name.clone();
    runs[0].variant = input.variants[0].name.clone();
    insta::assert_snapshot!("summary_table_wide", summary_table(&input, &runs).unwrap());
}

#[test]
fn nothing_ran_yet() {
    let (input, _) = case("four");
    let files = files(&input, &[]);
    assert_eq!(text(&files, "comparison.csv").lines().count(), 1);
    assert!(text(&files, "curves.svg").contains("not run"));
    insta::assert_snapshot!("nothing_ran_table", summary_table(&input, &[]).unwrap());
}

#[test]
fn the_same_rows_give_the_same_bytes_in_any_order() {
    for (case, input, runs) in
        fixture::cases().into_iter().filter(|(case, _, _)| ["two_of_two_seeds", "diverged"].contains(case))
    {
        let backwards: Vec<RunRecord> = runs.iter().rev().cloned().collect();
        assert!(files(&input, &runs) == files(&input, &backwards), "{case}");
    }
}

#[test]
fn a_report_from_its_own_csv_files_is_the_same() {
    let (input, runs) = case("four_seeds");
    let first = files(&input, &runs);
    let (_, epochs) = epochs_csv::parse(&text(&first, "epochs.csv")).unwrap();
    let rows = runs_csv::parse(&text(&first, "runs.csv")).unwrap().rows;
    assert!(files(&input, &runs_csv::assemble(&rows, &epochs)) == first);
}

#[test]
fn a_second_report_touches_nothing() {
    let (input, runs) = case("two_of_two_seeds");
    let folder = tempfile::tempdir().unwrap();
    let directory = ExperimentDirectory::new(folder.path(), &input.name);
    assert_eq!(write(&directory, &input, &runs, &Earlier::default()).unwrap().changed.len(), 8);
    assert_eq!(write(&directory, &input, &runs, &Earlier::default()).unwrap().changed.len(), 0);
    fs::write(directory.readme(), "edited").unwrap();
    assert_eq!(write(&directory, &input, &runs, &Earlier::default()).unwrap().changed, [directory.readme()]);
}

#[test]
fn a_file_in_the_way_is_named() {
    let (input, runs) = case("four");
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    fs::write(&results, "").unwrap();
    let error =
        write(&ExperimentDirectory::new(&results, &input.name), &input, &runs, &Earlier::default()).unwrap_err();
    let message = error.to_string().replace(folder.path().to_str().unwrap(), "");
    assert_eq!(
        message,
        "cannot write /results/augment_dropout: Not a directory (os error 20); a file stands where a folder should \
         be: move it away, or choose another folder (--out, for results)"
    );
    let ReportError::Write { path, .. } = error else { panic!("{error}") };
    assert_eq!(path, results.join(&input.name));
}

#[test]
fn runs_of_another_experiment_are_refused() {
    let (input, mut runs) = case("four");
    runs[0].variant = "else".into();
    let unknown =
        "a run of variant \"else\" (seed 0) was given, but experiment \"augment_dropout\" has no such variant";
    assert_eq!(summary_table(&input, &runs).unwrap_err().to_string(), unknown);
    runs[0] = runs[1].clone();
    let twice = "two runs of variant \"augmentation=off,dropout=on\" with seed 0 were given; each may be there once";
    assert_eq!(summary_table(&input, &runs).unwrap_err().to_string(), twice);
}

#[test]
fn kept_rows_stand_at_the_end_of_both_files_and_in_nothing_else() {
    let (input, runs) = case("two_of_two_seeds");
    let (mut old, mut old_runs) = (input.clone(), runs[..2].to_vec());
    old.variants.truncate(1);
    old.variants[0].name = "gone".into();
    old.variants[0].swept = vec!["0.9".into()];
    old.baseline = "gone".into();
    old.metrics.push("auc".into());
    old.swept_paths = vec!["model.layers.gone.rate".into()];
    for (run, seed) in old_runs.iter_mut().zip([3, 4]) {
        (run.variant, run.seed) = ("gone".into(), seed);
        run.epochs.iter_mut().for_each(|epoch| epoch.train.as_mut().unwrap().metrics.push(("auc".into(), 0.75)));
    }
    let folder = tempfile::tempdir().unwrap();
    let directory = ExperimentDirectory::new(folder.path(), &input.name);
    write(&directory, &old, &old_runs, &Earlier::default()).unwrap();
    let kept = Earlier::read(&directory, false).unwrap();
    write(&directory, &input, &runs, &kept).unwrap();

    let own = files(&input, &runs);
    for (name, bytes) in &own {
        let now = fs::read(directory.path().join(name)).unwrap();
        assert_eq!(&now == bytes, !["runs.csv", "epochs.csv"].contains(&name.as_str()), "{name}");
    }
    let table = runs_csv::parse(&fs::read_to_string(directory.runs_csv()).unwrap()).unwrap();
    let names: Vec<_> = table.rows.iter().rev().take(3).map(|row| (row.variant.as_str(), row.seed)).collect();
    let last = runs.iter().map(|run| run.seed).max().unwrap();
    assert_eq!(names, [("gone", 4), ("gone", 3), (input.variants.last().unwrap().name.as_str(), last)]);
    assert_eq!(table.swept_paths.last().unwrap(), "model.layers.gone.rate");
    assert_eq!(table.rows.last().unwrap().swept.last().unwrap(), "0.9");
    assert_eq!(table.rows[0].swept.last().unwrap(), "");
    let again = Earlier::read(&directory, false).unwrap();
    let of = |earlier: &Earlier| earlier.runs.iter().rev().take(2).map(|run| run.record.clone()).collect::<Vec<_>>();
    assert_eq!(of(&again), of(&kept), "no number of theirs is lost");
    again.runs.iter().try_for_each(|run| run.check(&directory)).unwrap();
}
