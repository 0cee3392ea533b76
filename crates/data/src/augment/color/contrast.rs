//! The mean grey of a picture, from which torchvision's `adjust_contrast` counts.

use super::grey::grey;
use plan::ColorMode;

/// The mean over all pixels, summed in f64 in their order.
pub(super) fn mean(color_mode: ColorMode, picture: &[f32]) -> f32 {
    let sum: f64 = match color_mode {
        ColorMode::Rgb => picture.as_chunks::<3>().0.iter().map(|&pixel| f64::from(grey(pixel))).sum(),
        ColorMode::Grayscale => picture.iter().map(|&level| f64::from(level)).sum(),
    };
    (sum / (picture.len() / color_mode.channels()) as f64) as f32
}
