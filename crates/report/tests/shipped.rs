//! The committed results come from their own CSV files, byte for byte: what changes a report changes them in the same
//! change, or fails here.

use record::{Earlier, ExperimentDirectory, Weights, epochs_csv, runs_csv};
use report::{Input, VariantInput, write};
use std::fs;
use std::path::{Path, PathBuf};

/// What the experiment files say, as far as a report goes: factors of the levels `off` and `on`.
fn input(name: &str, description: &str, factors: &[&str], seeds: &[u64], swept: Vec<Vec<String>>) -> Input {
    let cells: Vec<Vec<(String, String)>> = (0..1 << factors.len())
        .map(|cell| {
            let level = |index: usize| if cell >> (factors.len() - 1 - index) & 1 == 1 { "on" } else { "off" };
            factors.iter().enumerate().map(|(index, factor)| ((*factor).to_owned(), level(index).to_owned())).collect()
        })
        .collect();
    let variant = |(levels, swept): (Vec<(String, String)>, Vec<String>)| VariantInput {
        name: levels.iter().map(|(factor, level)| format!("{factor}={level}")).collect::<Vec<_>>().join(","),
        levels,
        swept,
        validation: Some("validation".into()),
        test: Some("test".into()),
        weights: Weights::BestEpoch,
    };
    let variants: Vec<VariantInput> = cells.into_iter().zip(swept).map(variant).collect();
    Input {
        name: name.into(),
        description: description.into(),
        baseline: variants[0].name.clone(),
        variants,
        swept_paths: vec![],
        seeds: seeds.to_vec(),
        metrics: vec!["accuracy".into()],
        data_digest: None,
        file: format!("experiments/{name}.toml"),
    }
}

fn is_made_from_its_rows(name: &str, description: &str, factors: &[&str], seeds: &[u64]) {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results").join(name);
    let read = |file: &str| fs::read_to_string(committed.join(file)).unwrap();
    let table = runs_csv::parse(&read("runs.csv")).unwrap();
    let (_, epochs) = epochs_csv::parse(&read("epochs.csv")).unwrap();
    let swept = table.rows.iter().filter(|row| row.seed == seeds[0]).map(|row| row.swept.clone()).collect();
    let mut input = input(name, description, factors, seeds, swept);
    input.swept_paths.clone_from(&table.swept_paths);
    let readme = read("README.md");
    input.data_digest = readme.split("digest `").nth(1).and_then(|rest| rest.split('`').next()).map(str::to_owned);

    let folder = tempfile::tempdir().unwrap();
    let directory = ExperimentDirectory::new(folder.path(), name);
    let written = write(&directory, &input, &runs_csv::assemble(&table.rows, &epochs), &Earlier::default()).unwrap();
    let file = |path: &PathBuf| path.file_name().unwrap().to_owned();
    let differ =
        written.files.iter().filter(|path| fs::read(path).unwrap() != fs::read(committed.join(file(path))).unwrap());
    let differ: Vec<_> = differ.map(file).collect();
    assert!(differ.is_empty(), "results/{name}: {differ:?}");
}

#[test]
fn quick() {
    is_made_from_its_rows("quick", "Does dropout help a small convnet on 600 images?", &["dropout"], &[0]);
}

#[test]
fn augment_dropout() {
    let question = "Does augmentation, dropout, or both stop a small convnet overfitting?";
    is_made_from_its_rows("augment_dropout", question, &["augmentation", "dropout"], &[0, 1, 2]);
}
