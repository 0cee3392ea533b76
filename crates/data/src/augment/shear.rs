//! Shear along the rows, with Keras's matrix: columns are sampled at a slant, and rows closer together.

use super::{DrawnOperation, Matrix};
use plan::Stream;

/// One number: an angle in [-degrees, degrees].
pub(super) fn draw(stream: &mut Stream, degrees: f32) -> DrawnOperation {
    DrawnOperation::Shear { degrees: stream.uniform(-degrees, degrees) }
}

pub(super) fn matrix(degrees: f32) -> Matrix {
    let angle = f64::from(degrees).to_radians();
    Matrix([[libm::cos(angle), 0.0, 0.0], [-libm::sin(angle), 1.0, 0.0]])
}
