//! The augmentation chain.

use serde::{Deserialize, Serialize};

/// What is done to a training image, drawn anew for every sample of every epoch. No operations: none is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Augmentation {
    /// The operations, in file order. Off in the file is empty here.
    pub operations: Vec<Operation>,
    /// What stands where the warped image has no pixel.
    pub fill_mode: FillMode,
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
