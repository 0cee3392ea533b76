//! What is the matter with a data set? When [an image is prepared](crate::Cache::prepare), what is seen of it is kept as a
//! [`Profile`], some 200 bytes of text beside the picture. [`Audit::new`] draws the conclusions, a file of this
//! folder each, from the profiles alone: nothing is decoded for it.

mod batches;
mod duplicates;
mod ending;
mod imbalance;
mod kind;
mod look;
mod near;
mod profile;
mod shortcut;
mod stray;
mod summary;

pub use ending::WrongEnding;
pub use imbalance::Imbalance;
pub use kind::{Color, Format, Kind};
pub use look::{LOOK_BITS, Look};
pub use near::{NEAR_BITS, NearPair};
pub use profile::Profile;
pub use shortcut::Shortcut;
pub use stray::Stray;
pub use summary::{SplitSummary, Spread};

use crate::{BadImage, File, Manifest, Preparation};
use duplicates::Duplicates;
use plan::DataPlan;
use serde::Serialize;

/// An image, as findings name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// Its split: `train`, `validation`, `test`.
    pub split: &'static str,
    /// Its class.
    pub class: String,
    /// Its file, or its container and number.
    pub path: String,
}

/// What was found. Lists are in the manifest's order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// Counts, sizes and modes of each split.
    pub splits: Vec<SplitSummary>,
    /// Files that cannot be used.
    pub unreadable: Vec<BadImage>,
    /// Pictures that are in more than one split, pixel for pixel.
    pub duplicates_across_splits: Vec<Vec<Entry>>,
    /// Pictures that are in more than one class, pixel for pixel.
    pub conflicting_labels: Vec<Vec<Entry>>,
    /// Pictures that are in one split and class more than once, pixel for pixel.
    pub duplicates_within_split: Vec<Vec<Entry>>,
    /// Pictures that look like one of another split.
    pub near_duplicates_across_splits: Vec<NearPair>,
    /// Files whose name says another format than they have.
    pub wrong_endings: Vec<WrongEnding>,
    /// What lies among the images and is not read.
    pub stray_files: Vec<Stray>,
    /// Training batches of CIFAR-10 that are not there, where the images are its.
    pub missing_batches: Vec<String>,
    /// Training classes of very different size.
    pub class_imbalance: Option<Imbalance>,
    /// What tells the class of a training image without a look at its pixels.
    pub shortcut: Option<Shortcut>,
}

/// An image that can be used.
struct Item<'a> {
    split: &'static str,
    file: &'a File,
    profile: &'a Profile,
}

impl Audit {
    /// Draws conclusions from what came of preparing the images of `plan`, of which `manifest` has those that can be used.
    pub fn new(manifest: &Manifest, plan: &DataPlan, preparation: &Preparation) -> Audit {
        let files =
            manifest.splits().into_iter().flat_map(|(name, split)| split.files.iter().map(move |file| (name, file)));
        let items: Vec<Item> =
            files.zip(&preparation.profiles).map(|((split, file), profile)| Item { split, file, profile }).collect();
        let training: Vec<&Item> = items.iter().filter(|item| item.split == "train").collect();
        let Duplicates { across_splits, conflicting, within_split } = duplicates::find(&items, &manifest.classes);
        Audit {
            splits: summary::of(manifest, &items),
            unreadable: preparation.bad.clone(),
            duplicates_across_splits: across_splits,
            conflicting_labels: conflicting,
            duplicates_within_split: within_split,
            near_duplicates_across_splits: near::find(&items, &manifest.classes),
            wrong_endings: ending::find(&items),
            stray_files: stray::find(manifest, plan),
            missing_batches: batches::missing(manifest, plan),
            class_imbalance: imbalance::find(&manifest.train, &manifest.classes),
            shortcut: shortcut::find(&training, manifest.classes.len()),
        }
    }
}

impl Item<'_> {
    fn entry(&self, classes: &[String]) -> Entry {
        let class = classes.get(self.file.class as usize).cloned().unwrap_or_default();
        Entry { split: self.split, class, path: self.file.path.to_string_lossy().into_owned() }
    }
}

#[cfg(test)]
mod tests;
