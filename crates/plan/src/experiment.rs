//! An experiment: the matrix of variants that a file describes.

use crate::run::{Run, Settings};
use serde::{Deserialize, Serialize};

/// A resolved experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its name; the results' folder.
    pub name: String,
    /// What it asks, in a sentence. May be empty.
    pub description: String,
    /// Every variant runs once for each.
    pub seeds: Vec<u64>,
    /// What is varied, in file order. Empty where variants are written by hand.
    pub factors: Vec<Factor>,
    /// The variants, in file order, after the sweep's exclusions.
    pub variants: Vec<Variant>,
    /// Name of the variant that the others are compared with.
    pub baseline: String,
    /// The paths that any variant overrides, in file order: columns of runs.csv.
    pub swept_paths: Vec<String>,
}

/// Something that is varied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Its levels, the first of which is the baseline's.
    pub levels: Vec<String>,
}

/// A factor set to a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The factor's name.
    pub factor: String,
    /// The level's name.
    pub level: String,
}

/// One cell of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// `augmentation=off,dropout=on`, or the name it was given.
    pub name: String,
    /// Its level for each factor, in file order.
    pub levels: Vec<Level>,
    /// The value at each of the experiment's swept paths, as written in TOML.
    pub swept: Vec<String>,
    /// All that decides its result but the seed.
    pub settings: Settings,
}

impl Experiment {
    /// The variant of that name.
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }

    /// The run of `variant` with `seed`.
    pub fn run(&self, variant: &Variant, seed: u64) -> Run {
        let (experiment, settings) = (self.name.clone(), variant.settings.clone());
        Run { experiment, variant: variant.name.clone(), seed, settings }
    }
}
