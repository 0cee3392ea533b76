//! Where the images are and how they are read.

use crate::source::DataSource;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Images in a batch where nothing is said: Keras's default.
pub const BATCH_SIZE: usize = 32;

/// The data of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataPlan {
    /// The folder that holds the images. Absolute, or relative to the working directory of the tool.
    #[serde(with = "crate::path")]
    pub directory: PathBuf,
    /// Which images, and how they are split. Not written where it is the default, so that the ids of runs that knew no
    /// other stay.
    #[serde(default, skip_serializing_if = "DataSource::is_default")]
    pub source: DataSource,
    /// The class names; label i is class i. Empty where the folder is not there yet to tell.
    pub classes: Vec<String>,
    /// How labels are presented to the loss.
    pub label_mode: LabelMode,
    /// Height and width that every image is resized to.
    pub image_size: [usize; 2],
    /// Which channels an image has. Not written where it is the default, so that the ids of runs that knew no other stay.
    #[serde(default, skip_serializing_if = "ColorMode::is_rgb")]
    pub color_mode: ColorMode,
    /// Images in a batch; the last one of a pass may be smaller.
    pub batch_size: usize,
    /// How images are resized.
    pub interpolation: Interpolation,
    /// What a network takes for a level. Not written where it is the default, as `color_mode`.
    #[serde(default, skip_serializing_if = "Normalization::is_rescale")]
    pub normalization: Normalization,
    /// Whether training images are visited in an order drawn anew for every pass.
    pub shuffle: bool,
    /// How often the training images of each class are visited. Not written where it is the default, as `color_mode`.
    #[serde(default, skip_serializing_if = "Sampling::is_natural")]
    pub sampling: Sampling,
    /// What an unreadable image does.
    pub on_error: OnError,
    /// How to draw the data set where `directory` does not exist.
    pub generate: Option<Generate>,
    /// Findings of the audit that do not keep a run from starting. They decide no result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
}

impl DataPlan {
    /// The images of `directory` at the size [height, width], as the documentation's defaults have it: two classes, in
    /// batches of 32.
    pub fn new(directory: impl Into<PathBuf>, image_size: [usize; 2]) -> DataPlan {
        DataPlan {
            directory: directory.into(),
            source: DataSource::default(),
            classes: Vec::new(),
            label_mode: LabelMode::Binary,
            image_size,
            color_mode: ColorMode::default(),
            batch_size: BATCH_SIZE,
            interpolation: Interpolation::default(),
            normalization: Normalization::default(),
            shuffle: true,
            sampling: Sampling::default(),
            on_error: OnError::default(),
            generate: None,
            allow: Vec::new(),
        }
    }

    /// Channels of an image, as decoded and as the network takes it.
    pub fn channels(&self) -> usize {
        self.color_mode.channels()
    }

    /// What a person knows the images by: the CSV file that lists them, else the directory.
    pub fn place(&self) -> &Path {
        self.source.manifest.as_ref().unwrap_or(&self.directory)
    }
}

/// Which channels an image has: Keras's `color_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColorMode {
    /// Three: red, green, blue.
    #[default]
    Rgb,
    /// One: the luma of ITU-R BT.601, as Pillow's `convert("L")`.
    Grayscale,
}

impl ColorMode {
    /// All of them.
    pub const ALL: [ColorMode; 2] = [ColorMode::Rgb, ColorMode::Grayscale];

    /// How many channels.
    pub const fn channels(self) -> usize {
        match self {
            ColorMode::Rgb => 3,
            ColorMode::Grayscale => 1,
        }
    }

    /// As the file says it.
    pub const fn name(self) -> &'static str {
        match self {
            ColorMode::Rgb => "rgb",
            ColorMode::Grayscale => "grayscale",
        }
    }

    fn is_rgb(&self) -> bool {
        *self == ColorMode::Rgb
    }
}

/// How labels are presented to the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelMode {
    /// Two classes, one number: 0 for the first class, 1 for the second.
    Binary,
    /// One number per class.
    Categorical,
}

/// How images are resized.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The source pixel under the centre of the target pixel, as Pillow's NEAREST.
    Nearest,
    /// The triangle filter, widened when shrinking, as Pillow's BILINEAR.
    #[default]
    Bilinear,
    /// The mean of the source pixels under the target pixel, each by how much of it is, as Pillow's BOX.
    Area,
    /// Lanczos' windowed sinc of three lobes, widened when shrinking, as Pillow's LANCZOS.
    Lanczos3,
}

impl Interpolation {
    /// All of them.
    pub const ALL: [Interpolation; 4] =
        [Interpolation::Nearest, Interpolation::Bilinear, Interpolation::Area, Interpolation::Lanczos3];

    /// As the file says it.
    pub const fn name(self) -> &'static str {
        match self {
            Interpolation::Nearest => "nearest",
            Interpolation::Bilinear => "bilinear",
            Interpolation::Area => "area",
            Interpolation::Lanczos3 => "lanczos3",
        }
    }
}

/// What a network takes for a level of 0 to 255.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalization {
    /// level / 255, in [0, 1]: Keras's `Rescaling(1 / 255)`.
    #[default]
    Rescale,
    /// (level / 255 - mean) / standard deviation, both of the channel over all training images: Keras's `Normalization`,
    /// adapted to them.
    Standardize,
}

impl Normalization {
    fn is_rescale(&self) -> bool {
        *self == Normalization::Rescale
    }
}

/// How often the training images of each class are visited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Every image once in a pass.
    #[default]
    Natural,
    /// Every class as often as every other, whatever number of images it has.
    Balanced,
}

impl Sampling {
    fn is_natural(&self) -> bool {
        *self == Sampling::Natural
    }
}

/// What an unreadable image does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The run refuses to start and lists all such files.
    #[default]
    Refuse,
    /// Such files are left out, and counted.
    Skip,
}

/// A finding of the audit that a run refuses to start with, unless it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allow {
    /// A picture is in more than one split: what is measured was trained on.
    DuplicatesAcrossSplits,
    /// A picture is in more than one class, in different splits.
    ConflictingLabels,
}

/// A data set that Ablate can draw by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generate {
    /// Which one.
    pub kind: GenerateKind,
    /// Number of training images, over all classes.
    pub train: usize,
    /// Number of validation images, over all classes.
    pub validation: usize,
    /// Number of test images, over all classes.
    pub test: usize,
    /// Another seed gives other images of the same kind.
    pub seed: u64,
}

/// The data sets that Ablate can draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenerateKind {
    /// Drawn photographs of cats and dogs.
    Pets,
}

impl GenerateKind {
    /// The class names, sorted.
    pub fn classes(self) -> &'static [&'static str] {
        match self {
            GenerateKind::Pets => &["cat", "dog"],
        }
    }
}
