//! Training as Keras trains: the same weights, images and steps give the same weights. What Keras gave is stored in
//! tests/keras, computed in float64; the bounds are those that its README asks for. The reference network is trained end to
//! end, with a generated model, in tests/end_to_end/keras.rs.

mod support;

use nn::Model;
use plan::{Augmentation, LabelMode, Loss, Network, Optimizer, Run};
use record::{Event, RunDirectory, RunRecord};
use serde_json::Value;
use std::path::Path;
use support::keras::{distance, initial, json, tensor, tensors};
use support::{Small, network};
use train::arrays::{Array, Borrowed};
use train::{Order, Pace, fit, weights};

/// A run of one epoch as Keras did it: from given weights, in file order, not augmented.
fn run(folder: &Path, images: &str, network: Network, stored: &Value, optimizer: Optimizer) -> Run {
    let mut run = support::run(&support::keras::stored().join("images").join(images));
    let settings = &mut run.settings;
    let weights = folder.join("initial.safetensors");
    let initial = initial(&network, &stored["tensors"], 1.0);
    // As another program writes them.
    let arrays: Vec<_> = initial.iter().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values)).collect();
    std::fs::write(&weights, safetensors::serialize(arrays.iter().map(|a| (a.name(), a)), None).unwrap()).unwrap();
    let plan::Shape::Image { height, width, .. } = network.input else { panic!("networks take images") };
    settings.data.image_size = [height, width];
    settings.data.batch_size = stored["batch_size"].as_u64().unwrap() as usize;
    settings.data.shuffle = false;
    settings.network = Network { weights: Some(weights), ..network };
    settings.augmentation = Augmentation::default();
    settings.training.epochs = 1;
    settings.training.steps_per_epoch = Some(stored["steps"].as_u64().unwrap() as u32);
    settings.training.loss = serde_json::from_value(stored["loss"].clone()).unwrap();
    settings.data.label_mode = match settings.training.loss {
        Loss::BinaryCrossentropy => LabelMode::Binary,
        Loss::CategoricalCrossentropy => LabelMode::Categorical,
    };
    settings.training.optimizer = optimizer;
    run
}

/// Trains in `folder`; gives the record and the weights at the end.
fn trained<M: Model>(run: &Run, folder: &Path) -> (RunRecord, Vec<Array>) {
    let directory = RunDirectory::at(folder.to_path_buf());
    let cache = data::Cache::open(&folder.join("cache")).unwrap();
    let mut manifest = data::scan(&run.settings.data).unwrap();
    let images = cache.prepare(&mut manifest, &run.settings.data, &mut |_| {}).unwrap().set.unwrap();
    let order =
        Order { run, run_id: "keras", images: &images, directory: &directory, threads: 2, pace: Pace::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let record = pool.install(|| fit::<M>(order, &mut |_: &Event| Ok(()))).unwrap();
    (record, weights::load(&directory.model(), &run.settings.network).unwrap())
}

/// The logits of the validation images by the weights in `model`, in file order.
fn logits<M: Model>(run: &Run, model: &Path) -> Vec<Vec<f32>> {
    let files = data::scan(&run.settings.data).unwrap().validation.unwrap().files;
    let paths: Vec<_> = files.into_iter().map(|file| file.path).collect();
    let mut found = Vec::new();
    let mut hear = |event: &Event| {
        if let Event::Prediction { logits, .. } = event {
            found.push(logits.clone());
        }
        Ok(())
    };
    train::predict::predict::<M>(run, model, &paths, &mut hear).unwrap();
    found
}

fn assert_logits(found: &[Vec<f32>], stored: &Value, bound: f64) {
    let stored: Vec<Vec<f64>> = serde_json::from_value(stored["logits"].clone()).unwrap();
    assert_eq!(found.len(), stored.len());
    for (found, stored) in found.iter().flatten().zip(stored.iter().flatten()) {
        assert!((f64::from(*found) - stored).abs() <= bound, "{found} {stored}");
    }
}

fn mean(rows: &Value, key: &str) -> f64 {
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| row[key].as_f64().unwrap()).sum::<f64>() / rows.len() as f64
}

fn assert_close(found: Option<f64>, expected: f64, bound: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() <= bound, "{found} {expected}");
}

#[test]
fn twenty_steps_of_every_optimizer_and_of_l2() {
    let numbers = json("optimizers");
    let arrays = tensors("optimizers");
    let cases = numbers["cases"].as_object().unwrap();
    assert_eq!(cases.len(), 11);
    for (name, case) in cases {
        let folder = tempfile::tempdir().unwrap();
        let optimizer: Optimizer = serde_json::from_value(case["optimizer"].clone()).unwrap();
        let l2 = case["dense1_l2"].as_f64().unwrap_or(0.0);
        let run = run(folder.path(), "small", network(0.0, l2), &numbers, optimizer);
        let (record, end) = trained::<Small>(&run, folder.path());
        for array in &end {
            let distance = distance(&array.values, tensor(&arrays, &format!("{name}/{}", array.name)));
            assert!(distance <= 1e-5, "{name} {}: {distance}", array.name);
        }
        let row = &record.epochs[0];
        assert_close(row.get("train_loss"), mean(&case["train"], "total_loss"), 1e-5);
        assert_close(row.get("train_accuracy"), mean(&case["train"], "accuracy"), 1e-9);
        let after = &case["validation_after"];
        let dense1 = end.iter().find(|array| array.name == "dense1.kernel").unwrap();
        let penalty = l2 * dense1.values.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>();
        assert_close(row.get("val_loss"), after["loss"].as_f64().unwrap() + penalty, 1e-5);
        assert_close(row.get("val_accuracy"), after["accuracy"].as_f64().unwrap(), 1e-9);
        assert_logits(&logits::<Small>(&run, &folder.path().join("model.safetensors")), after, 1e-4);
    }
}

#[test]
fn the_penalty_and_its_gradient() {
    let numbers = &json("formulas")["regularizer"];
    let rows = |key: &str| serde_json::from_value::<Vec<Vec<f32>>>(numbers[key].clone()).unwrap().concat();
    let (l2, kernel) = (numbers["l2"].as_f64().unwrap(), rows("kernel"));
    assert_close(Some(train::l2::penalty(l2, &kernel)), numbers["loss"].as_f64().unwrap(), 1e-9);
    let mut gradient = vec![0.0; kernel.len()];
    train::l2::add_gradient(l2, &kernel, &mut gradient);
    assert!(distance(&gradient, &rows("gradient")) < 1e-7);
}
