//! The very bits of trained weights, for each optimizer: what a run id promises to stay the same.
//!
//! They are those of any x86-64 processor with FMA, and of any number of threads.

mod support;

use plan::{Loss, Optimizer};
use record::RunDirectory;
use support::{draw_images, run, train_until};

#[test]
fn trained_weights_are_these_bits() {
    // Changing these changes results: bump plan::ENGINE_VERSION with them.
    let pinned = [
        (
            Optimizer::Sgd { learning_rate: 0.02, momentum: 0.9, nesterov: false },
            "29f2db7152f6c1be4b3364d35be0e2ac5eb6157ab879ce98091de5e244734b50",
        ),
        (
            Optimizer::Rmsprop { learning_rate: 1e-3, rho: 0.9, momentum: 0.0, epsilon: 1e-7 },
            "003872042febb5d0ab770621166650e5d1715c0e4860081ad9177678470e938e",
        ),
        (
            Optimizer::Adam { learning_rate: 3e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
            "b451696774b1dfbc180a49f9cb363e7a11b8f20f15e57a881efbe7b9bbd49377",
        ),
        (
            Optimizer::Adamw { learning_rate: 3e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, weight_decay: 0.01 },
            "991020a09b8cc54b3ba8a2f1fd625a4f487cf15c68afdca96e3cc5cbabe00ad5",
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
            let model = std::fs::read(RunDirectory::at(folder).model()).unwrap();
            (optimizer, blake3::hash(&model).to_hex().to_string())
        });
        assert_eq!(found, pinned.map(|(optimizer, hash)| (optimizer, hash.to_owned())), "{threads} threads");
    }
}
