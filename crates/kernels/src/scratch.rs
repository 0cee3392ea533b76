//! Working memory that starts at a cache line, so that no vector load straddles two, and is used again and again; and
//! how a batch is cut into chunks whose sums are added in order.

use rayon::prelude::*;
use std::mem;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// A cache line, in `f32`s.
const LINE: usize = 16;

/// Memory that is not in use, to be used again: fresh memory of this size costs a page fault for each 4 KiB of it.
static FREE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// Working memory, aligned to a cache line.
pub(crate) struct Scratch {
    memory: Vec<f32>,
    offset: usize,
    len: usize,
}

impl Scratch {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let mut scratch = Scratch::any(len);
        scratch.get_mut().fill(0.0);
        scratch
    }

    /// `len` numbers to be overwritten; debug builds make them NaN.
    pub fn any(len: usize) -> Self {
        let mut memory = Scratch::reuse(len + LINE).unwrap_or_default();
        if memory.len() < len + LINE {
            memory.resize(len + LINE, 0.0);
        }
        // `align_offset` may decline to answer; alignment is a matter of speed alone.
        let offset = memory.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        let mut scratch = Scratch { memory, offset, len };
        if cfg!(debug_assertions) {
            scratch.get_mut().fill(f32::NAN);
        }
        scratch
    }

    /// The smallest free memory that has room for `len` numbers and is not far too large.
    fn reuse(len: usize) -> Option<Vec<f32>> {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting = (0..free.len()).filter(|i| (len..=4 * len).contains(&free[*i].len()));
        let best = fitting.min_by_key(|i| free[*i].len())?;
        Some(free.swap_remove(best))
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

impl Drop for Scratch {
    fn drop(&mut self) {
        FREE.lock().unwrap_or_else(PoisonError::into_inner).push(mem::take(&mut self.memory));
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scratch_is_aligned_zeros() {
        for _ in 0..2 {
            let mut scratch = Scratch::zeros(100);
            assert!(scratch.get().iter().all(|v| *v == 0.0));
            assert_eq!(scratch.get_mut().len(), 100);
            assert_eq!(scratch.get().as_ptr().align_offset(64), 0);
            scratch.get_mut().fill(1.0);
        }
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
