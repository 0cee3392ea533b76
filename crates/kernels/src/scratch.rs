//! Working memory that starts at a cache line, so that no vector load straddles two; and how a batch is cut into
//! chunks whose sums are added in order.

use rayon::prelude::*;
use std::ops::Range;

/// A cache line, in `f32`s.
const LINE: usize = 16;

/// `len` zeros to begin with, aligned to a cache line.
pub(crate) struct Scratch {
    memory: Vec<f32>,
    offset: usize,
    len: usize,
}

impl Scratch {
    pub fn new(len: usize) -> Self {
        let memory = vec![0.0f32; len + LINE];
        // `align_offset` may decline to answer; alignment is a matter of speed alone.
        let offset = memory.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        Scratch { memory, offset, len }
    }

    #[inline(always)]
    pub fn get(&self) -> &[f32] {
        &self.memory[self.offset..][..self.len]
    }

    #[inline(always)]
    pub fn get_mut(&mut self) -> &mut [f32] {
        &mut self.memory[self.offset..][..self.len]
    }
}

/// Sums of all chunks together, at most: 5 MB.
const SUMS: usize = 5 << 18;

/// Cuts a batch into chunks of images that threads sum on their own, for `size` sums each. How many depends on the sizes
/// alone: 16, or half of that, or half again, so that all sums fit a cache.
pub(crate) fn chunks(batch: usize, size: usize) -> Vec<Range<usize>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scratch_is_aligned_zeros() {
        let mut scratch = Scratch::new(100);
        assert!(scratch.get().iter().all(|v| *v == 0.0));
        assert_eq!(scratch.get_mut().len(), 100);
        assert_eq!(scratch.get().as_ptr().align_offset(64), 0);
    }

    #[test]
    fn chunks_cover_the_batch_in_order() {
        for (batch, size, count) in [(20, 1000, 16), (3, 1000, 3), (20, 9 * 128 * 128, 8), (20, 1 << 30, 1), (0, 5, 0)]
        {
            let chunks = chunks(batch, size);
            assert_eq!(chunks.len(), count);
            assert!(chunks.iter().cloned().flatten().eq(0..batch));
        }
    }
}
