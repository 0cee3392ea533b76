//! The function at the end of a layer; `None` is the identity.

use kernels::activation::{self, Activation};

/// Puts `function` of each of a layer's sums in its place.
pub(super) fn finish(function: Option<Activation>, y: &mut [f32]) {
    if let Some(function) = function {
        activation::forward_in_place(function, y);
    }
}

/// Puts the gradients of the sums in the place of those of the layer's output `y`.
pub(super) fn backward(function: Option<Activation>, y: &[f32], dy: &mut [f32]) {
    if let Some(function) = function {
        activation::backward_in_place(function, y, dy);
    }
}
