//! Mirror images.

use super::{DrawnOperation, Matrix};
use plan::Stream;
use plan::augment::FlipAxis;

/// One number: whether it is done, with probability `p`.
pub(super) fn draw(stream: &mut Stream, axis: FlipAxis, p: f32) -> DrawnOperation {
    DrawnOperation::Flip { axis, flipped: stream.chance(p) }
}

pub(super) fn matrix(axis: FlipAxis, flipped: bool) -> Matrix {
    match (flipped, axis) {
        (false, FlipAxis::Horizontal | FlipAxis::Vertical) => Matrix::IDENTITY,
        (true, FlipAxis::Horizontal) => Matrix([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]),
        (true, FlipAxis::Vertical) => Matrix([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    }
}
