//! What a report must know of an experiment beside its rows.

use record::Weights;

/// An experiment, as far as a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name: the title of everything.
    pub name: String,
    /// What it asks, in a sentence. May be empty.
    pub description: String,
    /// Name of the variant that the others are compared with.
    pub baseline: String,
    /// Its variants, in file order.
    pub variants: Vec<VariantInput>,
    /// The paths that any variant overrides, in file order: columns of runs.csv.
    pub swept_paths: Vec<String>,
    /// Every variant runs once for each.
    pub seeds: Vec<u64>,
    /// The metrics, in file order, without `loss`.
    pub metrics: Vec<String>,
    /// Digest of the images, if they are to be named.
    pub data_digest: Option<String>,
    /// The experiment file, as one would type it after `cargo ablate run`: `experiments/x.toml`.
    pub file: String,
}

/// One cell of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantInput {
    /// `augmentation=off,dropout=on`, or the name it was given.
    pub name: String,
    /// (factor, level), in file order. Empty for variants named by hand.
    pub levels: Vec<(String, String)>,
    /// The value at each of the experiment's swept paths, as written in TOML.
    pub swept: Vec<String>,
    /// Digest of the validation images; `None` where there are none.
    pub validation: Option<String>,
    /// Digest of the test images; `None` where there are none.
    pub test: Option<String>,
    /// Whose weights its finished runs keep, and are tested with.
    pub weights: Weights,
}

impl Input {
    /// Whether any variant has validation images.
    pub(crate) fn has_validation(&self) -> bool {
        self.variants.iter().any(|variant| variant.validation.is_some())
    }

    /// Whether any variant has test images.
    pub(crate) fn has_test(&self) -> bool {
        self.variants.iter().any(|variant| variant.test.is_some())
    }

    /// Whose weights are tested, over all variants.
    pub(crate) fn weights(&self) -> Weights {
        Weights::of(self.variants.iter().map(|variant| variant.weights))
    }

    /// The names of the factors, in file order; empty unless every variant has a level of each.
    pub(crate) fn factors(&self) -> Vec<&str> {
        let factors =
            |variant: &VariantInput| variant.levels.iter().map(|(factor, _)| factor.clone()).collect::<Vec<_>>();
        let Some(first) = self.variants.first() else { return Vec::new() };
        let names = factors(first);
        if self.variants.iter().any(|variant| factors(variant) != names) {
            return Vec::new();
        }
        first.levels.iter().map(|(factor, _)| factor.as_str()).collect()
    }
}
