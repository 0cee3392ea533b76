//! Which images make up a data set and which split each is in, where class folders in split folders do not say so.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What is known of the images beside the directory they lie in. The default is what the directory shows.
///
/// None of it enters a run's id: the manifest's digest covers what comes of it, every image with its class and split.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataSource {
    /// How the directory holds the images; `None`: as what is in it shows.
    pub format: Option<Format>,
    /// A CSV file that lists the images, in place of folders. Absolute, or relative to the tool's working directory.
    #[serde(default, with = "crate::path")]
    pub manifest: Option<PathBuf>,
    /// How images without a split of their own are split.
    pub split: Option<SplitPlan>,
    /// The most images of a class in a split.
    pub limit_per_class: Option<usize>,
}

impl DataSource {
    pub(crate) fn is_default(&self) -> bool {
        *self == DataSource::default()
    }
}

/// How a directory holds images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Image files in class folders.
    Folders,
    /// IDX files, as MNIST has them.
    Idx,
    /// The binary batches of CIFAR-10.
    Cifar10,
    /// The binary files of CIFAR-100, with its fine labels.
    Cifar100,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 4] = [Format::Folders, Format::Idx, Format::Cifar10, Format::Cifar100];

    /// As the file says it.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Folders => "folders",
            Format::Idx => "idx",
            Format::Cifar10 => "cifar10",
            Format::Cifar100 => "cifar100",
        }
    }
}

/// How images are split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitPlan {
    /// By what.
    pub kind: SplitKind,
    /// The shares of train, validation and, where there are three, test. They sum to 1; a share of 0 is no split.
    pub probabilities: Vec<f64>,
    /// Another seed gives another split.
    pub seed: u64,
}

/// By what images are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitKind {
    /// All images are shuffled, then cut.
    Random,
    /// The images of each class are shuffled, then cut.
    Stratified,
    /// The hash of an image's content decides for that image alone.
    Hash,
}
