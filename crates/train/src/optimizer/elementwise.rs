//! Parallel loops over a parameter, its gradient and what the optimizer keeps for it.
//!
//! The slices of a call are of one length; a shorter one is a mistake of the caller, and panics.

use rayon::prelude::*;

/// Values that a thread updates at a time. As every value is updated by itself, no result depends on it.
pub(super) const CHUNK: usize = 16_384;

/// `update(weight, gradient)` for every value.
pub(super) fn for_each(weights: &mut [f32], gradient: &[f32], update: impl Fn(&mut f32, f32) + Sync) {
    assert_eq!(weights.len(), gradient.len());
    weights.par_chunks_mut(CHUNK).zip(gradient.par_chunks(CHUNK)).for_each(|(weights, gradient)| {
        for (weight, gradient) in weights.iter_mut().zip(gradient) {
            update(weight, *gradient);
        }
    });
}

/// `update(weight, gradient, slot)` for every value.
pub(super) fn for_each_with(
    weights: &mut [f32],
    gradient: &[f32],
    slot: &mut [f32],
    update: impl Fn(&mut f32, f32, &mut f32) + Sync,
) {
    assert!(weights.len() == gradient.len() && weights.len() == slot.len());
    let pieces = weights.par_chunks_mut(CHUNK).zip(gradient.par_chunks(CHUNK)).zip(slot.par_chunks_mut(CHUNK));
    pieces.for_each(|((weights, gradient), slot)| {
        for ((weight, gradient), slot) in weights.iter_mut().zip(gradient).zip(slot) {
            update(weight, *gradient, slot);
        }
    });
}

/// `update(weight, gradient, first slot, second slot)` for every value.
pub(super) fn for_each_with_two(
    weights: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    update: impl Fn(&mut f32, f32, &mut f32, &mut f32) + Sync,
) {
    assert!(weights.len() == gradient.len() && weights.len() == first.len() && weights.len() == second.len());
    let slots = first.par_chunks_mut(CHUNK).zip(second.par_chunks_mut(CHUNK));
    let pieces = weights.par_chunks_mut(CHUNK).zip(gradient.par_chunks(CHUNK)).zip(slots);
    pieces.for_each(|((weights, gradient), (first, second))| {
        for ((weight, gradient), (first, second)) in weights.iter_mut().zip(gradient).zip(first.iter_mut().zip(second))
        {
            update(weight, *gradient, first, second);
        }
    });
}
