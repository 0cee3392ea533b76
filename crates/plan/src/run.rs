//! A run: one variant with one seed, and the id that says whether its result is still the result.

use crate::augment::Augmentation;
use crate::data::{DataPlan, OnError};
use crate::network::Network;
use crate::source::DataSource;
use crate::training::Training;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Names the bits that the engine gives. It changes with every change that alters a result, so that results of
/// another engine are seen to be stale.
pub const ENGINE_VERSION: u32 = 3;

/// All that decides a variant's result but the seed and the images themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The images.
    pub data: DataPlan,
    /// What is done to training images.
    pub augmentation: Augmentation,
    /// The layers.
    pub network: Network,
    /// How they are trained.
    pub training: Training,
}

/// One variant with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Name of the experiment.
    pub experiment: String,
    /// Name of the variant.
    pub variant: String,
    /// Seed of every random stream.
    pub seed: u64,
    /// All else that decides the result.
    pub settings: Settings,
}

/// A hash of all that decides a run's result: settings, seed, the images (`manifest`, a digest of every file's split,
/// class, name and bytes), the initial weights' file (`weights`, a digest of it) and the engine's version. Names of
/// experiments and variants, and paths, take no part. 16 hexadecimal digits.
pub fn run_id(settings: &Settings, seed: u64, manifest: &str, weights: Option<&str>) -> String {
    let mut settings = settings.clone();
    settings.data.directory = PathBuf::new();
    settings.data.source = DataSource::default(); // what comes of it is in the manifest
    settings.data.generate = None;
    settings.data.on_error = OnError::Refuse; // files left out are left out of the manifest
    settings.data.allow = Vec::new();
    settings.network.weights = None;
    // Keys come out sorted and floats shortest: one text for one value. A test holds an id against dependencies' moods.
    let identity = serde_json::json!({
        "engine": ENGINE_VERSION, "seed": seed, "manifest": manifest, "weights": weights, "settings": settings,
    });
    let hash = blake3::hash(identity.to_string().as_bytes());
    hash.to_hex()[..16].to_owned()
}

/// The id that a run has in common with those that only train for more or fewer epochs: after an epoch that they both
/// have, they are in the same state.
pub fn series_id(settings: &Settings, seed: u64, manifest: &str, weights: Option<&str>) -> String {
    let mut settings = settings.clone();
    settings.training.epochs = 0;
    run_id(&settings, seed, manifest, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ClassWeight, ColorMode, FillMode, Interpolation, LabelMode, Layer, Loss, Mix, Normalization, Optimizer,
        Sampling, Shape,
    };

    fn settings() -> Settings {
        let input = Shape::Image { height: 4, width: 4, channels: 3 };
        Settings {
            data: DataPlan {
                classes: vec!["cat".to_owned(), "dog".to_owned()],
                batch_size: 20,
                ..DataPlan::new("data/pets", [4, 4])
            },
            augmentation: Augmentation::default(),
            network: Network::stack(input, vec![("flatten".to_owned(), Layer::Flatten, Some(7))]).unwrap(),
            training: Training {
                epochs: 2,
                steps_per_epoch: None,
                loss: Loss::BinaryCrossentropy,
                optimizer: Optimizer::Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: false },
                metrics: Vec::new(),
                early_stopping: None,
                class_weight: None,
            },
        }
    }

    /// An id must not change with a dependency, or every result would be stale. It changes with [`ENGINE_VERSION`]
    /// and with what settings hold: then this one is written anew.
    #[test]
    fn an_id_is_pinned() {
        assert_eq!(run_id(&settings(), 0, "digest", None), "c05a64958bd8d5fa");
    }

    #[test]
    fn an_id_changes_with_what_decides_the_result_and_with_nothing_else() {
        let id = |change: &dyn Fn(&mut Settings)| {
            let mut settings = settings();
            change(&mut settings);
            run_id(&settings, 0, "digest", None)
        };
        let base = id(&|_| {});
        let decisive: [&dyn Fn(&mut Settings); 16] = [
            &|s| s.data.classes.swap(0, 1),
            &|s| s.data.label_mode = LabelMode::Categorical,
            &|s| s.data.batch_size = 21,
            &|s| s.data.interpolation = Interpolation::Nearest,
            &|s| s.data.color_mode = ColorMode::Grayscale,
            &|s| s.data.normalization = Normalization::Standardize,
            &|s| s.data.shuffle = false,
            &|s| s.data.sampling = Sampling::Balanced,
            &|s| s.augmentation.mixup = Some(Mix { alpha: 0.2, p: 1.0 }),
            &|s| s.augmentation.cutmix = Some(Mix { alpha: 0.2, p: 1.0 }),
            &|s| s.augmentation.fill_mode = FillMode::Wrap,
            &|s| s.network.layers[0].name = "flat".to_owned(),
            &|s| s.training.epochs = 3,
            &|s| s.training.steps_per_epoch = Some(4),
            &|s| s.training.class_weight = Some(ClassWeight::Balanced),
            &|s| s.training.optimizer = Optimizer::Sgd { learning_rate: 0.2, momentum: 0.0, nesterov: false },
        ];
        for (index, change) in decisive.iter().enumerate() {
            assert_ne!(id(change), base, "change {index}");
        }
        let idle: [&dyn Fn(&mut Settings); 5] = [
            &|s| s.data.directory = PathBuf::from("elsewhere"),
            &|s| s.data.source.manifest = Some(PathBuf::from("labels.csv")),
            &|s| s.data.source.limit_per_class = Some(3),
            &|s| s.data.on_error = OnError::Skip,
            &|s| s.network.weights = Some(PathBuf::from("elsewhere")),
        ];
        for (index, change) in idle.iter().enumerate() {
            assert_eq!(id(change), base, "change {index}");
        }
        assert_ne!(run_id(&settings(), 1, "digest", None), base);
        let series = |change: &dyn Fn(&mut Settings)| {
            let mut settings = settings();
            change(&mut settings);
            series_id(&settings, 0, "digest", None)
        };
        for (index, change) in decisive.iter().enumerate() {
            let longer = index == 12;
            assert_eq!(series(change) == series(&|_| {}), longer, "change {index}");
        }
        assert_ne!(run_id(&settings(), 0, "other", None), base);
        assert_ne!(run_id(&settings(), 0, "digest", Some("weights")), base);
    }
}
