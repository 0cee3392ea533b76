//! Zoom about the centre.

use super::{DrawnOperation, Matrix};
use plan::Stream;

/// Two numbers: the factors of the rows and of the columns, each in [low, high].
pub(super) fn draw(stream: &mut Stream, [low, high]: [f32; 2]) -> DrawnOperation {
    let rows = stream.uniform(low, high);
    let columns = stream.uniform(low, high);
    DrawnOperation::Zoom { rows, columns }
}

pub(super) fn matrix(rows: f32, columns: f32) -> Matrix {
    Matrix([[f64::from(rows), 0.0, 0.0], [0.0, f64::from(columns), 0.0]])
}
