//! Resizing, defined by this source alone, so that every machine gives the same bytes. The filters are those of
//! Pillow, with which most image pipelines (Keras's loader among them) resize.

mod filter;
mod filtered;
mod nearest;

use crate::decode::Decoded;
use filter::{Area, Lanczos3, Triangle};
use plan::{ColorMode, Interpolation};

/// The image at another size: `height * width` pixels of as many bytes as it has channels.
pub(crate) fn resize(image: &Decoded, height: usize, width: usize, interpolation: Interpolation) -> Vec<u8> {
    match image.color_mode {
        ColorMode::Rgb => resize_channels::<{ ColorMode::Rgb.channels() }>(image, height, width, interpolation),
        ColorMode::Grayscale => {
            resize_channels::<{ ColorMode::Grayscale.channels() }>(image, height, width, interpolation)
        }
    }
}

/// The number of channels is a constant, so that a pixel is unrolled.
fn resize_channels<const CHANNELS: usize>(
    image: &Decoded,
    height: usize,
    width: usize,
    interpolation: Interpolation,
) -> Vec<u8> {
    match interpolation {
        Interpolation::Nearest => nearest::resize::<CHANNELS>(image, height, width),
        Interpolation::Bilinear => filtered::resize::<CHANNELS, Triangle>(image, height, width),
        Interpolation::Area => filtered::resize::<CHANNELS, Area>(image, height, width),
        Interpolation::Lanczos3 => filtered::resize::<CHANNELS, Lanczos3>(image, height, width),
    }
}
