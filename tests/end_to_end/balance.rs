//! Mixing, normalization, class weights and balanced sampling, on images of which there are more cats than dogs.

use crate::support::{Project, Text, assert_same, committed, models};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const VARIANTS: &str = r#"
[variants.plain]
[variants.mixup]
augmentation.mixup = { alpha = 0.2 }
[variants.cutmix]
augmentation.cutmix = { alpha = 1.0, p = 0.5 }
[variants.both]
augmentation.mixup = {}
augmentation.cutmix = {}
[variants.standardized]
data.normalization = "standardize"
[variants.balanced_weights]
training.class_weight = "balanced"
[variants.given_weights]
training.class_weight = { dog = 2.5 }
[variants.balanced_sampling]
data.sampling = "balanced"
"#;

/// The tiny experiment with those variants and one seed, in which most dogs are missing from the training images.
fn project() -> Project {
    let project = Project::with(|text| {
        let (file, _) = text.split_once("[factors.dropout]").unwrap();
        file.replace("seeds = [0, 1]", "seeds = [0]") + VARIANTS
    });
    project.succeeds(&["run", "experiments/tiny.toml", "--dry-run"]);
    let mut dogs: Vec<_> =
        fs::read_dir(project.path().join("data/pets/train/dog")).unwrap().map(|dog| dog.unwrap().path()).collect();
    dogs.sort();
    dogs[3..].iter().for_each(|dog| fs::remove_file(dog).unwrap());
    project
}

/// The cell of a variant's row in runs.csv.
fn cell(csv: &str, variant: &str, column: &str) -> String {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
    let row = reader.records().map(|row| row.unwrap()).find(|row| &row[0] == variant).unwrap();
    row[at].to_owned()
}

#[test]
fn each_changes_the_training_and_threads_change_nothing() {
    let project = project();
    let run = |out: &str, threads: &str| {
        project.succeeds(&["run", "experiments/tiny.toml", "--out", out, "--jobs", "1", "--threads", threads]);
        let results = project.path().join(out).join("tiny");
        (committed(&results), models(&results))
    };
    let (one, three) = (run("one", "1"), run("three", "3"));
    assert_same(&one.0, &three.0);
    assert_same(&one.1, &three.1);
    // Not the models: those of two variants are one where the best epoch is the first and it mixed no batch otherwise.
    let mut losses = BTreeMap::<String, Vec<String>>::new();
    for row in csv::Reader::from_reader(&one.0["epochs.csv"][..]).records().map(|row| row.unwrap()) {
        losses.entry(row[0].to_owned()).or_default().push(row[4].to_owned());
    }
    assert_eq!(losses.len(), 8);
    assert_eq!(losses.values().collect::<BTreeSet<_>>().len(), 8, "every variant learns otherwise: {losses:?}");
}

#[test]
fn a_standardized_run_predicts_as_it_was_trained() {
    let project = project();
    project.succeeds(&["run", "experiments/tiny.toml", "--only", "standardized", "--set", "training.epochs=6"]);
    let runs = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    let run = "results/tiny/runs/standardized/seed-0";

    // The logits of `predict` give the loss that the run reported for the same images.
    let mut images = Vec::new();
    for class in ["cat", "dog"] {
        let folder = format!("data/pets/test/{class}");
        let names = fs::read_dir(project.path().join(&folder)).unwrap().map(|file| file.unwrap().file_name());
        images.extend(names.map(|name| (format!("{folder}/{}", name.to_string_lossy()), class == "dog")));
    }
    let words: Vec<&str> =
        ["predict", run, "--logits"].into_iter().chain(images.iter().map(|(path, _)| path.as_str())).collect();
    let predicted = project.succeeds(&words).stdout;
    let rows = predicted.lines().skip(1).zip(&images);
    let loss = rows.map(|(row, (_, is_dog))| {
        let z: f64 = row.rsplit(',').nth(1).unwrap().parse().unwrap();
        (-z.abs()).exp().ln_1p() + z.max(0.0) - if *is_dog { z } else { 0.0 }
    });
    let loss = loss.sum::<f64>() / images.len() as f64;
    let reported: f64 = cell(&runs, "standardized", "test_loss").parse().unwrap();
    assert!((loss - reported).abs() < 1e-5, "{loss}, reported {reported}");
    let image = images[0].0.as_str();
    assert!(project.succeeds(&["explain", run, "--image", image]).stdout.lines().count() >= 2);

    // A run that only evaluates takes the numbers from the training images, too.
    let weights = format!("model.weights=\"{run}/model.safetensors\"");
    let again = ["run", "experiments/tiny.toml", "--out", "again", "--only", "standardized"];
    project.succeeds(&[&again[..], &["--set", "training.epochs=0", "--set", &weights]].concat());
    let again = fs::read_to_string(project.path().join("again/tiny/runs.csv")).unwrap();
    for column in ["best_val_loss", "test_loss", "test_accuracy"] {
        assert_eq!(cell(&again, "standardized", column), cell(&runs, "standardized", column), "{column}");
    }

    // A model that does not say how images are to be standardized classifies none.
    project.succeeds(&["run", "experiments/tiny.toml", "--only", "plain", "--set", "training.epochs=1"]);
    let models = project.results().join("runs");
    fs::copy(models.join("plain/seed-0/model.safetensors"), models.join("standardized/seed-0/model.safetensors"))
        .unwrap();
    let complaint = project.fails(&["predict", run, image], 1);
    assert!(complaint.contains("model.safetensors do not say how their images were standardized"), "{complaint}");
}

#[test]
fn a_weight_for_a_class_that_is_not_there_is_found_before_anything_is_trained() {
    let project = project();
    let complaint = project.fails(&["check", "experiments/tiny.toml", "--set", "training.class_weight={ dgo = 2 }"], 2);
    insta::assert_snapshot!(complaint);
}

#[test]
fn previews_show_images_as_they_are_mixed_and_sampled() {
    let project = project();
    let of = |image: &str, variant: &str| {
        let words = ["preview", "experiments/tiny.toml", "--variant", variant, "--image", image, "--json"];
        Text::from(project.ablate(&words).output().unwrap())
    };
    let mixed: Value = serde_json::from_str(&of("train/cat/cat.0001.jpg", "mixup").stdout).unwrap();
    assert!(mixed["mixed_with"].as_str().unwrap().starts_with("data/pets/train/"), "{mixed}");
    assert!((0.0..=1.0).contains(&mixed["mixup_share"].as_f64().unwrap()), "{mixed}");
    let plain: Value = serde_json::from_str(&of("train/cat/cat.0001.jpg", "plain").stdout).unwrap();
    assert!(plain["mixed_with"].is_null() && plain["rotation_degrees"] == mixed["rotation_degrees"], "{plain}");

    // As many dogs as cats, of which there are more: some cats have to wait for another epoch, no dog has.
    let unseen = |class: &str| {
        let names = fs::read_dir(project.path().join("data/pets/train").join(class)).unwrap();
        let names = names.map(|file| format!("train/{class}/{}", file.unwrap().file_name().to_string_lossy()));
        names.map(|name| of(&name, "balanced_sampling")).filter(|text| text.status != 0).collect::<Vec<_>>()
    };
    assert_eq!(unseen("dog").len(), 0);
    let unseen = unseen("cat");
    assert!(!unseen.is_empty());
    for text in unseen {
        let why = "in epoch 1: with `sampling = \"balanced\"` an epoch is not the whole data set";
        assert!(text.stderr.contains(why), "{}", text.stderr);
    }
}
