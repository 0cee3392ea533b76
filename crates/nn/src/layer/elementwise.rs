//! A function applied to each value, on the tape.

use crate::gradient;
use crate::tensor::slice;
use dfdx::prelude::{Cpu, PutTape, Shape, SplitTape, Tape, Tensor, TensorFromVec};
use kernels::activation;

/// `function` of `x`; `None` is the identity and costs nothing.
pub(super) fn apply<S: Shape, T: Tape<f32, Cpu>>(
    function: Option<activation::Activation>,
    x: Tensor<S, f32, Cpu, T>,
) -> Tensor<S, f32, Cpu, T> {
    let Some(function) = function else { return x };
    let (x, mut tape) = x.split_tape();
    let input = slice(&x);
    let mut y = vec![0.0; input.len()];
    activation::forward(function, input, &mut y);
    let y = x.device().tensor_from_vec(y, *dfdx::shapes::HasShape::shape(&x));
    // Of `x` nothing but its identity is kept: the gradient follows from the output.
    let (x, output) = (x.ghost(), y.clone());
    tape.add_backward_op(move |gradients| {
        let dy = gradient::take(gradients.get_or_alloc_mut(&output)?);
        let dx = gradient::fresh(gradients.get_or_alloc_mut(&x)?);
        activation::backward(function, slice(&output), &dy, dx);
        Ok(())
    });
    y.put_tape(tape)
}

/// Puts `function` of each of a layer's sums in its place.
pub(super) fn finish(function: Option<activation::Activation>, y: &mut [f32]) {
    if let Some(function) = function {
        let sums = y.to_vec();
        activation::forward(function, &sums, y);
    }
}

/// The gradient of what went into `function`, from its output `y` and that output's gradient.
pub(super) fn backward(function: Option<activation::Activation>, y: &[f32], dy: Vec<f32>) -> Vec<f32> {
    let Some(function) = function else { return dy };
    let mut dx = vec![0.0; dy.len()];
    activation::backward(function, y, &dy, &mut dx);
    dx
}
