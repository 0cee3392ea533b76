//! What the augmentation does, and what it leaves alone.

use crate::support::Project;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn picture(path: &Path) -> image::RgbImage {
    image::open(path).unwrap().to_rgb8()
}

/// The pixels of the picture in column `column` of a grid's row `row`; 12 pixels square, 4 pixels between.
fn cell(grid: &image::RgbImage, row: u32, column: u32) -> image::RgbImage {
    image::imageops::crop_imm(grid, 4 + 16 * column, 4 + 16 * row, 12, 12).to_image()
}

/// With a learning rate that rounds away the weights stay what they were drawn as, so that losses show the images alone.
#[test]
fn validation_and_test_images_are_never_augmented() {
    let project = Project::with(|text| {
        let (rest, _) = text.split_once("[factors.dropout]").unwrap();
        let factor = "[factors.augmentation]\npath = \"augmentation.enabled\"\nvalues = [false, true]\n";
        rest.replace("learning_rate = 1e-3", "learning_rate = 1e-30") + factor
    });
    let words = ["run", "experiments/tiny.toml", "--set", "seeds=[0]", "--set", "training.epochs=2"];
    project.succeeds(&words);
    let columns = |file: &str, names: &[&str]| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(project.results().join(file)).unwrap();
        let headers = reader.headers().unwrap().clone();
        let places: Vec<_> =
            names.iter().map(|name| headers.iter().position(|header| header == *name).unwrap()).collect();
        reader.records().map(Result::unwrap).map(|row| places.iter().map(|&at| row[at].to_owned()).collect()).collect()
    };
    let train = columns("epochs.csv", &["train_loss"]);
    assert_ne!(train[..2], train[2..], "augmentation does nothing: {train:?}");
    let validation = columns("epochs.csv", &["val_loss", "val_accuracy"]);
    assert_eq!(validation[0], validation[1], "the weights have moved: {validation:?}");
    assert_eq!(validation[..2], validation[2..]);
    let test = columns("runs.csv", &["test_loss", "test_accuracy"]);
    assert_eq!(test[0], test[1]);
}

#[test]
fn one_image_of_an_epoch_is_drawn_alone_as_in_the_grid() {
    let project = Project::tiny();
    let words = ["preview", "experiments/tiny.toml", "-o"];
    project.succeeds(&[&words[..], &["grid.png", "--images", "2", "--copies", "2", "--epoch", "2"]].concat());
    let grid = picture(&project.path().join("grid.png"));
    for (row, image) in ["train/cat/cat.0001.jpg", "data/pets/train/dog/dog.0001.jpg"].into_iter().enumerate() {
        for (column, epoch) in ["2", "3"].into_iter().enumerate() {
            let one = ["one.png", "--image", image, "--epoch", epoch, "--json"];
            let drawn = json(&project.succeeds(&[&words[..], &one].concat()).stdout);
            assert_eq!(drawn["epoch"].to_string(), epoch);
            assert!(drawn["rotation_degrees"].as_f64().unwrap().abs() <= 40.0, "{drawn}");
            assert!(drawn["shift_height_px"].as_f64().unwrap().abs() <= 2.4, "{drawn}");
            assert!(drawn["shift_width_px"].is_number() && drawn["flip_horizontal"].is_boolean(), "{drawn}");
            let one = picture(&project.path().join("one.png"));
            assert_eq!(one, cell(&grid, row as u32, column as u32 + 1), "{image} in epoch {epoch}");
        }
    }
    let seen = |epoch: &str| {
        let words =
            ["preview", "experiments/tiny.toml", "--image", "train/cat/cat.0001.jpg", "--json", "--epoch", epoch];
        project.succeeds(&words).stdout
    };
    assert_eq!(seen("1"), seen("1"));
    assert_ne!(json(&seen("1"))["rotation_degrees"], json(&seen("2"))["rotation_degrees"]);
}

#[test]
fn images_that_training_does_not_see_are_not_drawn() {
    let project = Project::tiny();
    let of = |image: &str, more: &[&str]| {
        let words = ["preview", "experiments/tiny.toml", "-o", "one.png", "--image", image];
        project.fails(&[&words[..], more].concat(), 2)
    };
    project.succeeds(&["preview", "experiments/tiny.toml", "-o", "grid.png"]); // draws the images
    let some_steps = ["--set", "training.steps_per_epoch=1", "--set", "data.shuffle=false", "--epoch", "2"];
    let said = [
        of("data/pets/validation/cat/cat.0001.jpg", &[]),
        of("data/pets/train/cat/cat.9999.jpg", &[]),
        of("experiments/tiny.toml", &[]),
        of("data/pets/train/cat/cat.0001.jpg", &some_steps),
    ];
    insta::assert_snapshot!(said.concat());
    assert!(!project.path().join("one.png").exists());
}

#[test]
fn images_that_are_left_out_of_training_are_left_out_of_previews() {
    let project = Project::tiny();
    let words = ["preview", "experiments/tiny.toml", "-o", "grid.png", "--images", "2", "--copies", "1"];
    project.succeeds(&words);
    let whole = picture(&project.path().join("grid.png"));
    fs::write(project.path().join("data/pets/train/cat/cat.0000.jpg"), "no image").unwrap();
    project.succeeds(&[&words[..], &["--set", "data.on_error=\"skip\""]].concat());
    assert_eq!(cell(&picture(&project.path().join("grid.png")), 0, 0), cell(&whole, 0, 0));
    fs::write(project.path().join("data/pets/train/cat/cat.0001.jpg"), "no image").unwrap();
    project.succeeds(&[&words[..], &["--set", "data.on_error=\"skip\""]].concat());
    assert_ne!(cell(&picture(&project.path().join("grid.png")), 0, 0), cell(&whole, 0, 0));
    project.fails(&words, 2);
}
