//! Parallel loops over a parameter, its gradient and what the optimizer keeps for it.
//!
//! All are cut into pieces, and the gradient of a piece is made where it is used, in the cache: it may be a product that
//! nobody has written out, and the penalty's part is added to it. The slices of a call are of one length; a shorter one is
//! a mistake of the caller, and panics.
//!
//! An `update` has its numbers by value, and each piece its own copy of it: behind a reference, for all that the compiler
//! knows, the loop might overwrite them, and it would not vectorise.

use crate::l2;
use nn::Gradient;
use rayon::prelude::*;

/// What a parameter is updated by.
pub(super) struct Slope<'a> {
    /// The gradient of the loss.
    pub gradient: &'a Gradient<'a>,
    /// The factor of the parameter's L2 penalty, of which the gradient is added.
    pub l2: f64,
}

impl Slope<'_> {
    /// That of the piece `weights`, which starts at number `first`; in `buffer`, if it is stored nowhere.
    fn of<'p>(&'p self, first: usize, weights: &[f32], buffer: &'p mut Vec<f32>) -> &'p [f32] {
        if let (Gradient::Stored(values), true) = (self.gradient, self.l2 == 0.0) {
            return &values[first..][..weights.len()];
        }
        buffer.resize(weights.len(), 0.0);
        self.gradient.read(first, buffer);
        if self.l2 != 0.0 {
            l2::add_gradient(self.l2, weights, buffer);
        }
        buffer
    }
}

/// `update(weight, gradient)` for every value.
pub(super) fn for_each(weights: &mut [f32], slope: &Slope<'_>, update: impl Fn(&mut f32, f32) + Copy + Sync) {
    let piece = pieces(weights.len(), slope);
    weights.par_chunks_mut(piece).enumerate().for_each_init(Vec::new, |buffer, (index, weights)| {
        let (update, gradient) = (update, slope.of(index * piece, weights, buffer));
        for (weight, gradient) in weights.iter_mut().zip(gradient) {
            update(weight, *gradient);
        }
    });
}

/// `update(weight, gradient, slot)` for every value.
pub(super) fn for_each_with(
    weights: &mut [f32],
    slope: &Slope<'_>,
    slot: &mut [f32],
    update: impl Fn(&mut f32, f32, &mut f32) + Copy + Sync,
) {
    assert_eq!(weights.len(), slot.len());
    let piece = pieces(weights.len(), slope);
    let pieces = weights.par_chunks_mut(piece).zip(slot.par_chunks_mut(piece)).enumerate();
    pieces.for_each_init(Vec::new, |buffer, (index, (weights, slot))| {
        let (update, gradient) = (update, slope.of(index * piece, weights, buffer));
        for ((weight, gradient), slot) in weights.iter_mut().zip(gradient).zip(slot) {
            update(weight, *gradient, slot);
        }
    });
}

/// `update(weight, gradient, first slot, second slot)` for every value.
pub(super) fn for_each_with_two(
    weights: &mut [f32],
    slope: &Slope<'_>,
    first: &mut [f32],
    second: &mut [f32],
    update: impl Fn(&mut f32, f32, &mut f32, &mut f32) + Copy + Sync,
) {
    assert!(weights.len() == first.len() && weights.len() == second.len());
    let piece = pieces(weights.len(), slope);
    let slots = first.par_chunks_mut(piece).zip(second.par_chunks_mut(piece));
    let pieces = weights.par_chunks_mut(piece).zip(slots).enumerate();
    pieces.for_each_init(Vec::new, |buffer, (index, (weights, (first, second)))| {
        let (update, gradient) = (update, slope.of(index * piece, weights, buffer));
        let slots = first.iter_mut().zip(second);
        for ((weight, gradient), (first, second)) in weights.iter_mut().zip(gradient).zip(slots) {
            update(weight, *gradient, first, second);
        }
    });
}

/// Values of a piece. As every value is updated by itself, no result depends on it.
fn pieces(weights: usize, slope: &Slope<'_>) -> usize {
    assert_eq!(weights, slope.gradient.size());
    slope.gradient.piece()
}
