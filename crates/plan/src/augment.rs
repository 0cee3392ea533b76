//! The augmentation chain.

use serde::{Deserialize, Serialize};

/// What is done to a training image, drawn anew for every sample of every epoch, and then to a batch of them, drawn anew
/// for every step. No operations: none is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Augmentation {
    /// The operations, in file order. Off in the file is empty here.
    pub operations: Vec<Operation>,
    /// What stands where the warped image has no pixel.
    pub fill_mode: FillMode,
    /// Blends images of a batch, and their labels (Zhang et al. 2018, <https://arxiv.org/abs/1710.09412>).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixup: Option<Mix>,
    /// Puts a box of one image into another, and of its label as much as the box covers (Yun et al. 2019,
    /// <https://arxiv.org/abs/1905.04899>).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutmix: Option<Mix>,
}

/// How the images of a batch are mixed with each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mix {
    /// The share that an image keeps is drawn from Beta(alpha, alpha): small is little mixing, 1 is any share alike.
    pub alpha: f32,
    /// With this probability a batch is mixed.
    pub p: f32,
}

/// Values outside the image, with scipy.ndimage's meaning of the words, as Keras.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillMode {
    /// aaaa|abcd|dddd
    #[default]
    Nearest,
    /// kkkk|abcd|kkkk
    Constant {
        /// The grey level k, 0 to 255.
        value: f32,
    },
    /// abcddcba|abcd|dcbaabcd
    Reflect,
    /// dbcdbc|abcd|bcabca: the last pixel of one copy lies upon the first of the next
    Wrap,
}

/// One operation. Signs and meaning of the drawn numbers are those of Keras's `apply_affine_transform`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Operation {
    /// A rotation by an angle uniform in [-degrees, degrees].
    Rotation {
        /// Largest angle, in degrees.
        degrees: f32,
    },
    /// A shift by fractions of the height and width, uniform in [-fraction, fraction].
    Shift {
        /// Largest fraction of the width.
        width_fraction: f32,
        /// Largest fraction of the height.
        height_fraction: f32,
    },
    /// A shear by an angle uniform in [-degrees, degrees] (Keras's `shear_range`).
    Shear {
        /// Largest angle, in degrees.
        degrees: f32,
    },
    /// Two zoom factors, for rows and columns, each uniform in [low, high]; below 1 magnifies.
    Zoom {
        /// Low, high.
        range: [f32; 2],
    },
    /// A mirror image.
    Flip {
        /// Which way.
        axis: FlipAxis,
        /// With this probability.
        p: f32,
    },
}

impl Operation {
    /// Its name in an experiment file.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::Rotation { .. } => "rotation",
            Operation::Shift { .. } => "shift",
            Operation::Shear { .. } => "shear",
            Operation::Zoom { .. } => "zoom",
            Operation::Flip { .. } => "flip",
        }
    }
}

/// The direction of a mirror image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlipAxis {
    /// Left and right change places.
    Horizontal,
    /// Top and bottom change places.
    Vertical,
}
