//! Affine maps from target pixels to source positions.

use serde::Serialize;

/// An affine map: the source position of a target pixel. Row 0 gives the source's row, row 1 its column; the columns
/// multiply the target's row, its column, and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Matrix(pub [[f64; 3]; 2]);

impl Matrix {
    /// Every pixel from where it is.
    pub const IDENTITY: Matrix = Matrix([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);

    /// The map that first does `other`, then `self`: as images, `self`'s picture is then changed by `other`.
    pub(super) fn times(self, other: Matrix) -> Matrix {
        let b = other.0;
        Matrix(self.0.map(|[row, column, offset]| {
            let entry = |i: usize| row * b[0][i] + column * b[1][i];
            [entry(0), entry(1), entry(2) + offset]
        }))
    }

    /// A map of positions relative to the centre of an image, as a map of pixel indices. The centre of n pixels is
    /// (n - 1) / 2, as the centre of pixel i is i.
    pub(super) fn centred(self, height: usize, width: usize) -> Matrix {
        let centre = [height, width].map(|size| size as f64 / 2.0 - 0.5);
        let mut rows = self.0;
        for (axis, [row, column, offset]) in rows.iter_mut().enumerate() {
            *offset += centre[axis] - (*row * centre[0] + *column * centre[1]);
        }
        Matrix(rows)
    }
}
