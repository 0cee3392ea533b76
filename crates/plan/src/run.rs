//! A run: one variant with one seed, and the id that says whether its result is still the result.

use crate::augment::Augmentation;
use crate::data::{DataPlan, OnError};
use crate::network::Network;
use crate::training::Training;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Names the bits that the engine gives. It changes with every change that alters a result, so that results of
/// another engine are seen to be stale.
pub const ENGINE_VERSION: u32 = 1;

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
    settings.data.generate = None;
    settings.data.on_error = OnError::Refuse; // files left out are left out of the manifest
    settings.network.weights = None;
    // serde_json writes fields in declaration order and floats shortest: one text for one value.
    let identity = serde_json::json!({
        "engine": ENGINE_VERSION, "seed": seed, "manifest": manifest, "weights": weights, "settings": settings,
    });
    let hash = blake3::hash(identity.to_string().as_bytes());
    hash.to_hex()[..16].to_owned()
}
