//! Shift along the two axes.

use super::{DrawnOperation, Matrix};
use plan::Stream;

/// Two numbers: along the height, then along the width, each up to so many pixels either way.
pub(super) fn draw(stream: &mut Stream, height_px: f32, width_px: f32) -> DrawnOperation {
    let height_px = stream.uniform(-height_px, height_px);
    let width_px = stream.uniform(-width_px, width_px);
    DrawnOperation::Shift { height_px, width_px }
}

pub(super) fn matrix(height_px: f32, width_px: f32) -> Matrix {
    Matrix([[1.0, 0.0, f64::from(height_px)], [0.0, 1.0, f64::from(width_px)]])
}
