//! The words and numbers of a report follow the settings and the images.

use crate::support::Project;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const VARIANTS: &str = r#"
[variants.plain]
[variants.slow]
training.optimizer.learning_rate = 1e-11
[variants.larger_batches]
data.batch_size = 8
[variants.fewer]
data.limit_per_class = 3
[variants.last]
training.early_stopping = { patience = 5, restore_best_weights = false }
"#;

/// The tiny experiment with those variants.
fn project(seeds: &str) -> Project {
    Project::with(|text| {
        let (file, _) = text.split_once("[factors.dropout]").unwrap();
        file.replace("seeds = [0, 1]", seeds).replace("epochs = 3", "epochs = 2") + VARIANTS
    })
}

/// The rows of a CSV file, cells by column.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn variants_on_other_images_are_not_compared_and_words_follow_the_settings() {
    let project = project("seeds = [0, 1, 2]");
    let text = project.succeeds(&["run", "experiments/tiny.toml"]);
    let of = |variant: &str| -> Vec<BTreeMap<String, String>> {
        let rows = rows(&project.results().join("comparison.csv"));
        rows.into_iter().filter(|row| row["variant"] == variant).collect()
    };
    for variant in ["slow", "larger_batches", "last"] {
        assert!(of(variant).iter().all(|row| !row["mean"].is_empty() && !row["delta"].is_empty()), "{variant}");
    }
    for row in of("fewer") {
        assert!(!row["mean"].is_empty());
        for column in ["delta", "delta_ci95_low", "delta_ci95_high", "p_value", "test"] {
            assert_eq!(row[column], "", "{} {column}", row["metric"]);
        }
    }
    let readme = fs::read_to_string(project.results().join("README.md")).unwrap();
    let other = "`fewer` was measured on other validation and test images than the baseline";
    assert!(
        readme.contains(other) && text.stdout.replace('\n', " ").contains(&other.replace('`', "")),
        "{}",
        text.stdout
    );
    assert!(
        readme.contains("test is measured with the weights of the best epoch (`last`: of the last epoch)"),
        "{readme}"
    );
    assert!(!readme.contains("on the test split with the best epoch's weights"), "{readme}");
    let rates: Vec<String> = (rows(&project.results().join("epochs.csv")).into_iter())
        .filter(|row| row["variant"] == "slow")
        .map(|row| row["learning_rate"].clone())
        .collect();
    assert_eq!(rates, ["1e-11"; 6]);
    assert!(text.stdout.lines().all(|line| line.chars().count() <= 100), "{}", text.stdout);
}

#[test]
fn without_validation_nothing_is_said_of_it() {
    let project = project("seeds = [0]");
    project.succeeds(&["run", "experiments/tiny.toml", "--dry-run"]);
    fs::remove_dir_all(project.path().join("data/pets/validation")).unwrap();
    let file = project.path().join("experiments/tiny.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("{ patience", "{ monitor = \"train_loss\", patience")).unwrap();
    let text = project.succeeds(&["run", "experiments/tiny.toml", "--only", "plain"]);
    let readme = fs::read_to_string(project.results().join("README.md")).unwrap();
    let said = "There is no validation split. Test is measured with the weights of the last epoch.";
    assert!(readme.contains(said) && text.stdout.contains(said), "{readme}\n{}", text.stdout);
    assert!(readme.contains("![Training curves of every variant]"), "{readme}");
    let (_, columns) = readme.split_once("## Files").unwrap();
    let of_validation = columns.lines().filter(|line| line.starts_with("| `val_") || line.starts_with("| `best_val_"));
    assert!(of_validation.clone().count() >= 4);
    assert!(of_validation.clone().all(|line| line.contains("not measured: there is no validation split")), "{columns}");
}
