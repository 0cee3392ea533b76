//! The very bits of trained weights, for each optimizer: what a run id promises to stay the same.
//!
//! They are those of any x86-64 processor with FMA, and of any number of threads.

mod support;

use plan::{Loss, Optimizer};
use record::RunDirectory;
use std::collections::HashMap;
use std::path::Path;
use support::{draw_images, run, train_until};
use train::arrays::Borrowed;

#[test]
fn trained_weights_are_these_bits() {
    // Changing these changes results: bump plan::ENGINE_VERSION with them.
    let pinned = [
        (
            Optimizer::Sgd { learning_rate: 0.02, momentum: 0.9, nesterov: false },
            "21d6de5d74cc4076dc25e2768093e37f54e10a8c91560b1c6bd223757e06351e",
        ),
        (
            Optimizer::Rmsprop { learning_rate: 1e-3, rho: 0.9, momentum: 0.0, epsilon: 1e-7 },
            "24aa9f8c59eb00c4bbf5f611e2adbb8d5f6053fb61a105e9f97d8c76a4a96958",
        ),
        (
            Optimizer::Adam { learning_rate: 3e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
            "48608ee77e6f71729bf55263554df446c7d64f73e4665cde7161c688a2a5b5c2",
        ),
        (
            Optimizer::Adamw { learning_rate: 3e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, weight_decay: 0.01 },
            "f000e26211aec5ef16ba648257b1010cd1b7d100c09ab9b9416b652ae98dae3a",
        ),
    ];
    let project = tempfile::tempdir().unwrap();
    draw_images(&project.path().join("data"));
    let mut run = run(&project.path().join("data")); // with an L2 penalty, dropout and augmentation
    run.settings.training.epochs = 2;
    assert_eq!(run.settings.training.loss, Loss::CategoricalCrossentropy);
    assert!(run.settings.network.layers.iter().any(|layer| layer.layer.kernel_l2() > 0.0));
    for threads in [1, 2] {
        let found = pinned.map(|(optimizer, _)| {
            run.settings.training.optimizer = optimizer;
            let folder = project.path().join(format!("{}-{threads}", optimizer.name()));
            std::fs::create_dir(&folder).unwrap();
            train_until(&run, &folder, threads, |_| false).0.unwrap();
            (optimizer, blake3::hash(&plain(&RunDirectory::at(folder).model())).to_hex().to_string())
        });
        assert_eq!(found, pinned.map(|(optimizer, hash)| (optimizer, hash.to_owned())), "{threads} threads");
    }
}

/// The weights in a file at `path`, in one without what a model's file says of itself: that is no part of the bits.
fn plain(path: &Path) -> Vec<u8> {
    let weights = train::arrays::decode(&std::fs::read(path).unwrap()).unwrap().arrays;
    let borrowed: Vec<_> = weights.iter().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values)).collect();
    let note = HashMap::from([("ablate".to_owned(), "weights".to_owned())]);
    safetensors::serialize(borrowed.iter().map(|array| (array.name(), array)), Some(note)).unwrap()
}
