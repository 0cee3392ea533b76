//! Zoom about the centre.

use super::{DrawnOperation, Matrix};
use plan::Stream;

/// Two numbers: the factors of the rows and of the columns, each in [low, high].
pub(super) fn draw(stream: &mut Stream, [low, high]: [f32; 2]) -> DrawnOperation {
    let height = stream.uniform(low, high);
    let width = stream.uniform(low, high);
    DrawnOperation::Zoom { height, width }
}

pub(super) fn matrix(height: f32, width: f32) -> Matrix {
    Matrix([[f64::from(height), 0.0, 0.0], [0.0, f64::from(width), 0.0]])
}
