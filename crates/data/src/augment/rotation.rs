//! Rotation about the centre.

use super::{DrawnOperation, Matrix};
use plan::Stream;

/// One number: an angle in [-degrees, degrees].
pub(super) fn draw(stream: &mut Stream, degrees: f32) -> DrawnOperation {
    DrawnOperation::Rotation { degrees: stream.uniform(-degrees, degrees) }
}

pub(super) fn matrix(degrees: f32) -> Matrix {
    let angle = f64::from(degrees).to_radians();
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    Matrix([[cos, sin, 0.0], [-sin, cos, 0.0]])
}
