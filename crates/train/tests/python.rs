//! A model's file says enough for other programs to predict with it: docs/python.md has the code, tests/python runs it
//! and stores what it gave.

mod support;

use plan::{LabelMode, Normalization, Run};
use record::{Event, RunDirectory};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{Small, network, train};
use train::note::Note;
use train::{arrays, predict};

/// Below tests/.
const IMAGES: [&str; 5] = [
    "keras/stored/images/small/validation/disc/00.png",
    "keras/stored/images/small/validation/rectangle/01.png",
    "keras/stored/images/small/validation/wedge/02.png",
    "keras/stored/images/affine.png",
    "keras/stored/images/resize.png",
];

fn tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(path)
}

/// Standardized, so that the file has something to say of it.
fn run() -> Run {
    let mut run = support::run(&tests("keras/stored/images/small"));
    run.settings.network = network(0.0, 0.0);
    run.settings.data.normalization = Normalization::Standardize;
    run.settings.data.label_mode = LabelMode::Categorical;
    run.settings.training.epochs = 30;
    run
}

/// What Ablate makes of the images: a probability for each class.
fn predicted() -> Vec<Vec<f32>> {
    let images = IMAGES.map(tests);
    let mut found = Vec::new();
    let mut hear = |event: &Event| {
        if let Event::Prediction { probabilities, .. } = event {
            found.push(probabilities.clone());
        }
        Ok(())
    };
    predict::predict::<Small>(&run(), &tests("python/stored/model.safetensors"), &images, &mut hear).unwrap();
    found
}

fn stored() -> Value {
    serde_json::from_str(&std::fs::read_to_string(tests("python/stored/predictions.json")).unwrap()).unwrap()
}

#[test]
fn numpy_keras_and_pytorch_predict_the_same() {
    let (stored, found) = (stored(), predicted());
    for program in ["ablate", "numpy", "keras", "torch"] {
        for (image, found) in IMAGES.iter().zip(&found) {
            let expected: Vec<f32> = serde_json::from_value(stored[program][image].clone()).unwrap();
            assert_eq!(expected.len(), found.len());
            let difference = expected.iter().zip(found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(difference <= 1e-6, "{program} {image}: {difference:e}");
        }
    }
    // The images tell the classes apart: what is the same is more than a constant.
    assert!(found.iter().any(|row| row[0] > 0.8) && found.iter().any(|row| row[0] < 0.2), "{found:?}");
}

#[test]
fn a_models_file_says_what_the_network_takes() {
    let decoded = arrays::decode(&std::fs::read(tests("python/stored/model.safetensors")).unwrap()).unwrap();
    assert!(decoded.sealed);
    let note: Note = serde_json::from_str(&decoded.note).unwrap();
    let numbers = note.standardization.clone().unwrap();
    assert_eq!((numbers.mean.len(), numbers.standard_deviation.len()), (3, 3));
    let classes = ["disc", "rectangle", "wedge"].map(str::to_owned);
    assert_eq!(note, Note::new(&run(), &classes, Some(&numbers)));
    let json: Value = serde_json::from_str(&decoded.note).unwrap();
    for (field, value) in [
        ("classes", json!(classes)),
        ("loss", json!("categorical_crossentropy")),
        ("image_size", json!([16, 16])),
        ("color_mode", json!("rgb")),
        ("interpolation", json!("bilinear")),
        ("normalization", json!("standardize")),
        ("mean", json!(numbers.mean)),
        ("standard_deviation", json!(numbers.standard_deviation)),
    ] {
        assert_eq!(json[field], value, "{field}");
    }
}

#[test]
#[ignore = "writes the model and Ablate's predictions; then run tests/python/check.py --store"]
fn make() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy(&tests("keras/stored/images/small"), &data);
    let mut run = run();
    run.settings.data.directory = data;
    train(&run, folder.path()).0.unwrap();
    let model = RunDirectory::at(folder.path().to_path_buf()).model();
    std::fs::copy(model, tests("python/stored/model.safetensors")).unwrap();
    let rows: serde_json::Map<String, Value> =
        IMAGES.iter().zip(predicted()).map(|(image, row)| ((*image).to_owned(), json!(row))).collect();
    let text = serde_json::to_string_pretty(&json!({ "ablate": rows })).unwrap();
    std::fs::write(tests("python/stored/predictions.json"), text).unwrap();
}

/// A folder beside which a cache may be made.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
