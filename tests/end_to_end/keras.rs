//! Parity with Keras on the reference network, through the binary: the same weights, the same PNG files, the same
//! numbers. `tests/keras/README.md` tells where the stored numbers come from and what they are.

use crate::support::Project;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The reference network on the stored images, in file order, from given weights.
const REFERENCE: &str = r#"schema = 1
name = "reference"

[data]
directory = "IMAGES"
image_size = [150, 150]
batch_size = 20
shuffle = false
interpolation = "nearest"

[model]
weights = "weights.safetensors"
layers = [
  { type = "conv2d", name = "conv1", filters = 32, kernel_size = 3, activation = "relu" },
  { type = "max_pool2d", name = "pool1", pool_size = 2 },
  { type = "conv2d", name = "conv2", filters = 64, kernel_size = 3, activation = "relu" },
  { type = "max_pool2d", name = "pool2", pool_size = 2 },
  { type = "conv2d", name = "conv3", filters = 128, kernel_size = 3, activation = "relu" },
  { type = "max_pool2d", name = "pool3", pool_size = 2 },
  { type = "conv2d", name = "conv4", filters = 128, kernel_size = 3, activation = "relu" },
  { type = "max_pool2d", name = "pool4", pool_size = 2 },
  { type = "flatten" },
  { type = "dense", name = "dense1", units = 512, activation = "relu" },
  { type = "dense", name = "output", units = 1 },
]

[training]
epochs = 1
steps_per_epoch = 20
loss = "binary_crossentropy"
optimizer = { type = "rmsprop", learning_rate = 1e-4 }
metrics = ["accuracy"]
"#;

type Weights = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

#[test]
fn logits_training_and_weights_agree_with_keras() {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/keras/stored").canonicalize().unwrap();
    let reference: Value = serde_json::from_slice(&std::fs::read(stored.join("reference.json")).unwrap()).unwrap();
    let start = initial_weights(&reference);
    let images = stored.join("images/reference");
    let project = Project::with(|_| REFERENCE.replace("IMAGES", &images.to_string_lossy()));
    let mut validation: Vec<PathBuf> = ["disc", "rectangle"]
        .iter()
        .flat_map(|class| std::fs::read_dir(images.join("validation").join(class)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    validation.sort();

    // Untrained: the given weights, and the given weights with wider kernels, whose logits are larger.
    let wide_factor = reference["wide_factor"].as_f64().unwrap() as f32;
    for (case, factor) in [("validation_before", 1.0), ("validation_wide", wide_factor)] {
        let mut weights = start.clone();
        for (name, (_, values)) in &mut weights {
            if name.ends_with(".kernel") {
                values.iter_mut().for_each(|value| *value *= factor);
            }
        }
        save(&weights, &project.path().join("weights.safetensors"));
        project.succeeds(&["run", "experiments/tiny.toml", "--out", case, "--set", "training.epochs=0"]);
        assert_logits(&project, case, &validation, &reference[case]);
    }

    // Twenty steps of RMSprop.
    save(&start, &project.path().join("weights.safetensors"));
    project.succeeds(&["run", "experiments/tiny.toml", "--out", "validation_after"]);
    assert_logits(&project, "validation_after", &validation, &reference["validation_after"]);
    let row = csv_row(&project.path().join("validation_after/reference/epochs.csv"));
    let close = |column: &str, expected: &Value, tolerance: f64| {
        let value: f64 = row[column].parse().unwrap();
        assert!((value - expected.as_f64().unwrap()).abs() < tolerance, "{column}: {value}, Keras {expected}");
    };
    close("train_loss", &reference["train_loss"], 1e-5);
    close("train_accuracy", &reference["train_accuracy"], 1e-6);
    close("val_loss", &reference["validation_after"]["loss"], 1e-4);

    let trained = load(&project.path().join("validation_after/reference/runs/base/seed-0/model.safetensors"));
    let subsets = load(&stored.join("reference.safetensors"));
    let sketches = std::fs::read(stored.join("reference_sketches.safetensors")).unwrap();
    let sketches = SafeTensors::deserialize(&sketches).unwrap();
    assert_eq!(trained.keys().collect::<Vec<_>>(), start.keys().collect::<Vec<_>>());
    for (name, (shape, values)) in &trained {
        let (initial_shape, initial) = &start[name];
        assert_eq!(shape, initial_shape, "{name}");
        let entry = &reference["tensors"][name];
        let number = |key: &str| entry[key].as_f64().unwrap();
        let change: Vec<f64> =
            values.iter().zip(initial).map(|(end, start)| f64::from(*end) - f64::from(*start)).collect();

        // The distance of the whole tensors, from 64 random projections of their changes.
        let stored: Vec<f64> = sketches
            .tensor(&format!("{name}.change_sketch"))
            .unwrap()
            .data()
            .chunks_exact(8)
            .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()))
            .collect();
        let ours = sketch(&change);
        let square = ours.iter().zip(&stored).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / stored.len() as f64;
        let distance = square.sqrt();
        let of_weights = distance / number("final_norm");
        let of_change = distance / number("change_norm");
        // And of the elements that are stored one by one, where nothing is estimated.
        let stride = entry["stride"].as_u64().unwrap() as usize;
        let (_, subset) = &subsets[&format!("{name}.change")];
        let mut difference = 0.0;
        let mut size = 0.0;
        for (ours, keras) in change.iter().step_by(stride).zip(subset) {
            difference += (ours - f64::from(*keras)).powi(2);
            size += f64::from(*keras).powi(2);
        }
        let of_subset = (difference / size).sqrt();
        println!("{name}: {of_weights:.1e} of the weights, {of_change:.1e} and {of_subset:.1e} of the change");
        assert!(of_weights < 1e-3, "{name}: {of_weights} of the weights' norm");
        assert!(of_change < 5e-2 && of_subset < 5e-2, "{name}: {of_change}, {of_subset} of the change's norm");
    }
}

/// Classifies the validation images with the run under `out` and compares logits.
fn assert_logits(project: &Project, out: &str, images: &[PathBuf], expected: &Value) {
    let run = format!("{out}/reference/runs/base/seed-0");
    let mut words = vec!["predict".to_owned(), run, "--logits".to_owned()];
    words.extend(images.iter().map(|image| image.to_string_lossy().into_owned()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let predicted = project.succeeds(&words).stdout;
    let ours: Vec<f64> =
        predicted.lines().skip(1).map(|line| line.rsplit(',').nth(1).unwrap().parse().unwrap()).collect();
    let keras: Vec<f64> = expected["logits"].as_array().unwrap().iter().map(|row| row[0].as_f64().unwrap()).collect();
    assert_eq!(ours.len(), keras.len());
    let worst = ours.iter().zip(&keras).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("{out}: logits within {worst:.1e}");
    assert!(worst < 1e-4, "{out}: {ours:?}, Keras {keras:?}");
}

/// The first row of a CSV file, by column.
fn csv_row(path: &Path) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = reader.records().next().unwrap().unwrap();
    header.into_iter().zip(row.iter().map(str::to_owned)).collect()
}

/// The weights that the script gave to Keras, by its formula.
fn initial_weights(reference: &Value) -> Weights {
    let tensors = reference["tensors"].as_object().unwrap();
    let weights = tensors.iter().map(|(name, entry)| {
        let shape: Vec<usize> =
            entry["shape"].as_array().unwrap().iter().map(|side| side.as_u64().unwrap() as usize).collect();
        let first = entry["start"].as_u64().unwrap();
        let scale = entry["scale"].as_f64().unwrap() as f32;
        let unit = |index: u64| ((splitmix64(index) >> 40) as i64 - (1 << 23)) as f32 / (1 << 23) as f32;
        let size = shape.iter().product::<usize>() as u64;
        (name.clone(), (shape, (first..first + size).map(|index| scale * unit(index)).collect()))
    });
    weights.collect()
}

/// The index-th output of SplitMix64 (Steele, Lea and Flood 2014) seeded with 0.
fn splitmix64(index: u64) -> u64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// 64 sums of all values, with a plus in sum j where bit j of splitmix64(index) is set: the mean square of the sums of a
/// difference estimates its squared norm (Johnson and Lindenstrauss 1984).
fn sketch(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; 64];
    for (index, value) in values.iter().enumerate() {
        let bits = splitmix64(index as u64);
        for (j, sum) in sums.iter_mut().enumerate() {
            *sum += if bits >> j & 1 == 1 { *value } else { -*value };
        }
    }
    sums
}

fn save(weights: &Weights, path: &Path) {
    let bytes: BTreeMap<&String, Vec<u8>> = weights
        .iter()
        .map(|(name, (_, values))| (name, values.iter().flat_map(|v| v.to_le_bytes()).collect()))
        .collect();
    let views: BTreeMap<&String, TensorView> = weights
        .iter()
        .map(|(name, (shape, _))| (name, TensorView::new(Dtype::F32, shape.clone(), &bytes[name]).unwrap()))
        .collect();
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

fn load(path: &Path) -> Weights {
    let bytes = std::fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let read = |tensor: TensorView| {
        let values = tensor.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
        (tensor.shape().to_vec(), values.collect())
    };
    tensors.tensors().into_iter().map(|(name, tensor)| (name, read(tensor))).collect()
}
