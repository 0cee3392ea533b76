//! Resizing, defined by this source alone, so that every machine gives the same bytes. The filters are those of
//! Pillow, with which most image pipelines (Keras's loader among them) resize.

mod bilinear;
mod nearest;

use crate::decode::Rgb;
use plan::Interpolation;

/// The image at another size: `height * width * 3` bytes.
pub(crate) fn resize(image: &Rgb, height: usize, width: usize, interpolation: Interpolation) -> Vec<u8> {
    match interpolation {
        Interpolation::Nearest => nearest::resize(image, height, width),
        Interpolation::Bilinear => bilinear::resize(image, height, width),
    }
}
