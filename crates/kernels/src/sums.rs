//! Sums over a batch: how it is cut into chunks that threads sum on their own, and the sums of rows and of chunks, in order.

use crate::lanes::LANES;
use rayon::prelude::*;
use std::ops::Range;

/// Sums of all chunks together, at most: 5 MB.
const SUMS: usize = 5 << 18;

/// Cuts a batch into chunks of images that threads sum on their own, for `size` sums each. How many depends on the sizes
/// alone: 16, or half of that, or half again, so that all sums fit a cache.
pub fn chunks(batch: usize, size: usize) -> Vec<Range<usize>> {
    let fitting = [16, 8, 4, 2].into_iter().find(|count| count * size <= SUMS);
    let count = fitting.unwrap_or(1).min(batch);
    (0..count).map(|chunk| chunk * batch / count..(chunk + 1) * batch / count).collect()
}

/// Overwrites `total` with the sums of `parts`, each as long, added in order.
pub(crate) fn add_up<'a>(parts: impl Iterator<Item = &'a [f32]> + Clone + Send + Sync, total: &mut [f32]) {
    const PIECE: usize = 4096;
    total.par_chunks_mut(PIECE).enumerate().for_each(|(piece, total)| {
        total.fill(0.0);
        for part in parts.clone() {
            for (total, part) in total.iter_mut().zip(&part[piece * PIECE..]) {
                *total += part;
            }
        }
    });
}

/// Adds the rows of a matrix, in order, each as long as `sums`.
pub(crate) fn add_rows(matrix: &[f32], sums: &mut [f32]) {
    let len = sums.len();
    let mut matrix = matrix;
    if len <= LANES {
        // Short rows go by vectors, whose last lanes are the next row's.
        let mut lanes = [0.0; LANES];
        lanes[..len].copy_from_slice(sums);
        while let (Some(row), true) = (matrix.first_chunk::<LANES>(), len > 0) {
            for l in 0..LANES {
                lanes[l] += row[l];
            }
            matrix = &matrix[len..];
        }
        sums.copy_from_slice(&lanes[..len]);
    }
    for row in matrix.chunks_exact(len.max(1)) {
        for (sum, number) in sums.iter_mut().zip(row) {
            *sum += number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_the_batch_in_order() {
        for (batch, size, count) in [(20, 1000, 16), (3, 1000, 3), (20, 9 * 128 * 128, 8), (20, 1 << 30, 1), (0, 5, 0)]
        {
            let chunks = chunks(batch, size);
            assert_eq!(chunks.len(), count);
            assert!(chunks.iter().cloned().flatten().eq(0..batch));
        }
    }

    #[test]
    fn rows_are_added_in_order() {
        for len in [0, 1, 6, 15, 16, 17, 40] {
            let matrix: Vec<f32> = (0..7 * len).map(|i| (i as f32 * 0.7).sin()).collect();
            let mut sums: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let expected: Vec<f32> =
                (0..len).map(|i| (0..7).fold(i as f32, |sum, row| sum + matrix[row * len + i])).collect();
            add_rows(&matrix, &mut sums);
            assert_eq!(sums, expected);
        }
    }
}
