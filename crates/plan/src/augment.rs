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

impl FillMode {
    /// All of them, a constant as black.
    pub const ALL: [FillMode; 4] =
        [FillMode::Nearest, FillMode::Constant { value: 0.0 }, FillMode::Reflect, FillMode::Wrap];

    /// As the file says it.
    pub const fn name(self) -> &'static str {
        match self {
            FillMode::Nearest => "nearest",
            FillMode::Constant { .. } => "constant",
            FillMode::Reflect => "reflect",
            FillMode::Wrap => "wrap",
        }
    }
}

/// One operation. Signs and meaning of the drawn numbers are those of Keras's `apply_affine_transform` where it has
/// them, of torchvision's v2 transforms otherwise.
///
/// `p` is the probability with which an operation is done at all. Where it is 1 and the operation once knew no other, it
/// is not written, so that the ids of runs stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Operation {
    /// A rotation by an angle uniform in [-degrees, degrees].
    Rotation {
        /// Largest angle, in degrees.
        degrees: f32,
        /// With this probability.
        #[serde(default = "certain", skip_serializing_if = "is_certain")]
        p: f32,
    },
    /// A shift by fractions of the height and width, uniform in [-fraction, fraction].
    Shift {
        /// Largest fraction of the width.
        width_fraction: f32,
        /// Largest fraction of the height.
        height_fraction: f32,
        /// With this probability.
        #[serde(default = "certain", skip_serializing_if = "is_certain")]
        p: f32,
    },
    /// A shear by an angle uniform in [-degrees, degrees] (Keras's `shear_range`).
    Shear {
        /// Largest angle, in degrees.
        degrees: f32,
        /// With this probability.
        #[serde(default = "certain", skip_serializing_if = "is_certain")]
        p: f32,
    },
    /// Two zoom factors, for rows and columns, each uniform in [low, high]; below 1 magnifies.
    Zoom {
        /// Low, high.
        range: [f32; 2],
        /// With this probability.
        #[serde(default = "certain", skip_serializing_if = "is_certain")]
        p: f32,
    },
    /// A mirror image.
    Flip {
        /// Which way.
        axis: FlipAxis,
        /// With this probability.
        p: f32,
    },
    /// A window of a fixed size at a place drawn anew, at the size of the image again (torchvision's `RandomCrop`).
    RandomCrop {
        /// Height and width of the window in pixels; `None`: those of the image.
        size: Option<[usize; 2]>,
        /// By how many pixels the window may stand over each border.
        padding: usize,
        /// With this probability.
        p: f32,
    },
    /// A window of a size and shape drawn anew, at the size of the image again (torchvision's `RandomResizedCrop`).
    ResizedCrop {
        /// Its area as a fraction of the image's: low, high.
        scale: [f32; 2],
        /// Its width divided by its height: low, high.
        ratio: [f32; 2],
        /// With this probability.
        p: f32,
    },
    /// Levels times a factor uniform in [low, high] (torchvision's `adjust_brightness`).
    Brightness {
        /// Low, high.
        range: [f32; 2],
        /// With this probability.
        p: f32,
    },
    /// The distance from the mean grey of the picture times a factor (torchvision's `adjust_contrast`).
    Contrast {
        /// Low, high.
        range: [f32; 2],
        /// With this probability.
        p: f32,
    },
    /// The distance of each pixel from its grey times a factor (torchvision's `adjust_saturation`).
    Saturation {
        /// Low, high.
        range: [f32; 2],
        /// With this probability.
        p: f32,
    },
    /// A turn of the colour wheel (torchvision's `adjust_hue`).
    Hue {
        /// In turns: low, high.
        range: [f32; 2],
        /// With this probability.
        p: f32,
    },
    /// Grey levels that are added to all channels, within the picture's darkest and lightest level (Keras's
    /// `apply_channel_shift`).
    ChannelShift {
        /// The most grey levels, up or down.
        intensity: f32,
        /// With this probability.
        p: f32,
    },
    /// Normal noise on every level (torchvision's `GaussianNoise`).
    GaussianNoise {
        /// Standard deviation, where levels are in [0, 1].
        sigma: f32,
        /// With this probability.
        p: f32,
    },
    /// A blur (torchvision's `GaussianBlur`).
    GaussianBlur {
        /// Pixels of the window, along both sides: an odd number.
        kernel_size: usize,
        /// Standard deviation in pixels: low, high.
        sigma: [f32; 2],
        /// With this probability.
        p: f32,
    },
    /// All channels become the grey of the pixel (torchvision's `RandomGrayscale`).
    Grayscale {
        /// With this probability.
        p: f32,
    },
    /// A rectangle of one level (torchvision's `RandomErasing`).
    Cutout {
        /// Its area as a fraction of the image's: low, high.
        scale: [f32; 2],
        /// Its height divided by its width: low, high.
        ratio: [f32; 2],
        /// The grey level, 0 to 255.
        value: f32,
        /// With this probability.
        p: f32,
    },
    /// One of several, each as likely as the others.
    OneOf {
        /// Which.
        operations: Vec<Operation>,
        /// With this probability; the one that is chosen has its own as well.
        p: f32,
    },
}

fn certain() -> f32 {
    1.0
}

fn is_certain(p: &f32) -> bool {
    *p == 1.0
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
            Operation::RandomCrop { .. } => "random_crop",
            Operation::ResizedCrop { .. } => "resized_crop",
            Operation::Brightness { .. } => "brightness",
            Operation::Contrast { .. } => "contrast",
            Operation::Saturation { .. } => "saturation",
            Operation::Hue { .. } => "hue",
            Operation::ChannelShift { .. } => "channel_shift",
            Operation::GaussianNoise { .. } => "gaussian_noise",
            Operation::GaussianBlur { .. } => "gaussian_blur",
            Operation::Grayscale { .. } => "grayscale",
            Operation::Cutout { .. } => "cutout",
            Operation::OneOf { .. } => "one_of",
        }
    }

    /// The probability with which it is done.
    pub fn p(&self) -> f32 {
        match *self {
            Operation::Rotation { p, .. }
            | Operation::Shift { p, .. }
            | Operation::Shear { p, .. }
            | Operation::Zoom { p, .. }
            | Operation::Flip { p, .. }
            | Operation::RandomCrop { p, .. }
            | Operation::ResizedCrop { p, .. }
            | Operation::Brightness { p, .. }
            | Operation::Contrast { p, .. }
            | Operation::Saturation { p, .. }
            | Operation::Hue { p, .. }
            | Operation::ChannelShift { p, .. }
            | Operation::GaussianNoise { p, .. }
            | Operation::GaussianBlur { p, .. }
            | Operation::Grayscale { p }
            | Operation::Cutout { p, .. }
            | Operation::OneOf { p, .. } => p,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids of runs are hashes of this text: what an operation could not say once is not said where it is as it was then.
    #[test]
    fn a_probability_of_1_is_not_written_where_there_once_was_none() {
        let written = |operation: Operation| serde_json::to_string(&operation).unwrap();
        let certain = Operation::Rotation { degrees: 40.0, p: 1.0 };
        assert_eq!(written(certain.clone()), r#"{"type":"rotation","degrees":40.0}"#);
        assert_eq!(serde_json::from_str::<Operation>(&written(certain.clone())).unwrap(), certain);
        let rare = Operation::Zoom { range: [0.5, 1.0], p: 0.25 };
        assert_eq!(written(rare), r#"{"type":"zoom","range":[0.5,1.0],"p":0.25}"#);
        let flip = Operation::Flip { axis: FlipAxis::Vertical, p: 1.0 };
        assert_eq!(written(flip), r#"{"type":"flip","axis":"vertical","p":1.0}"#);
    }
}
