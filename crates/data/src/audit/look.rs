//! What a picture looks like from afar: the perceptual hash pHash.
//!
//! The picture as 32 x 32 grey levels is taken apart into cosines of rising frequency (the two-dimensional discrete
//! cosine transform, DCT-II). Bit i says whether the i-th of the 8 x 8 lowest frequencies is stronger than their median.
//! Fine detail, size, compression, brightness and contrast hardly move a bit; what stands where in the picture moves
//! about half of them. See C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010); the
//! variant is that of Python's ImageHash, `phash`, but for the filter that shrinks: the triangle here (Pillow's BILINEAR),
//! Lanczos' there.

use crate::decode::Decoded;
use crate::resize::resize;
use plan::Interpolation;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Bits of a hash.
pub const LOOK_BITS: u32 = (KEPT * KEPT) as u32;
/// The side that a picture is shrunk to.
const SIDE: usize = 32;
/// Frequencies that are kept, down and across.
const KEPT: usize = 8;
/// A picture whose shrunk copy has fewer levels between its darkest and its lightest pixel shows nothing to compare.
const LEAST_CONTRAST: u8 = 8;

/// A perceptual hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look(u64);

/// `cos(pi (2 n + 1) k / (2 SIDE))`, by frequency k, then by place n.
static COSINES: LazyLock<[[f64; SIDE]; KEPT]> = LazyLock::new(|| {
    std::array::from_fn(|k| std::array::from_fn(|n| libm::cos(PI * (2 * n + 1) as f64 * k as f64 / (2 * SIDE) as f64)))
});

impl Look {
    /// Of a grey image. `None` where it has hardly any contrast.
    pub(super) fn of(grey: &Decoded) -> Option<Look> {
        let levels = resize(grey, SIDE, SIDE, Interpolation::Bilinear);
        let (darkest, lightest) = (levels.iter().min()?, levels.iter().max()?);
        (lightest - darkest >= LEAST_CONTRAST).then(|| Look::of_levels(&levels))
    }

    /// Of `SIDE * SIDE` grey levels, by row.
    fn of_levels(levels: &[u8]) -> Look {
        // Across each row, then down the columns of what that gives.
        let mut across = [[0.0; KEPT]; SIDE];
        for (row, sums) in levels.chunks_exact(SIDE).zip(&mut across) {
            for (sum, cosines) in sums.iter_mut().zip(COSINES.iter()) {
                *sum = row.iter().zip(cosines).map(|(&level, cosine)| f64::from(level) * cosine).sum();
            }
        }
        let strength = |index: usize| -> f64 {
            let (down, column) = (&COSINES[index / KEPT], index % KEPT);
            across.iter().zip(down).map(|(sums, cosine)| sums[column] * cosine).sum()
        };
        let strengths: [f64; KEPT * KEPT] = std::array::from_fn(strength);
        let mut sorted = strengths;
        sorted.sort_unstable_by(f64::total_cmp);
        let median = f64::midpoint(sorted[sorted.len() / 2 - 1], sorted[sorted.len() / 2]);
        Look(strengths.iter().fold(0, |bits, &strength| bits << 1 | u64::from(strength > median)))
    }

    /// Number of bits in which two hashes differ.
    pub fn distance(self, other: Look) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// The bits.
    pub(super) fn bits(self) -> u64 {
        self.0
    }
}
