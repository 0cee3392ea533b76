//! Element-wise activations. Backward works from the output, so the input need not be kept.
//!
//! `exp` and `tanh` are [`libm`]'s, whose bits do not differ between machines.

use rayon::prelude::*;

/// A function applied to every element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `max(x, 0)`, with gradient 0 at 0; NaN stays.
    Relu,
    /// `x` where positive, else `x` times the slope, which is at least 0; the gradient at 0 is the slope.
    LeakyRelu(f32),
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
}

/// Elements a thread takes at once: enough to be worth it, few enough to share out one image.
const CHUNK: usize = 16 * 1024;

/// Overwrites `y` with the activation of `x`.
///
/// # Panics
/// If the lengths differ.
pub fn forward(activation: Activation, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len());
    y.par_chunks_mut(CHUNK).zip(x.par_chunks(CHUNK)).for_each(|(y, x)| {
        y.copy_from_slice(x);
        activate(activation, y);
    });
}

/// Puts the activation of each value in its place.
pub fn forward_in_place(activation: Activation, values: &mut [f32]) {
    values.par_chunks_mut(CHUNK).for_each(|values| activate(activation, values));
}

/// Overwrites `dx` with the gradient of the input, given the output `y` and its gradient `dy`.
///
/// # Panics
/// If the lengths differ.
pub fn backward(activation: Activation, y: &[f32], dy: &[f32], dx: &mut [f32]) {
    assert_eq!(y.len(), dy.len());
    assert_eq!(y.len(), dx.len());
    let inputs = y.par_chunks(CHUNK).zip(dy.par_chunks(CHUNK));
    dx.par_chunks_mut(CHUNK).zip(inputs).for_each(|(dx, (y, dy))| {
        dx.copy_from_slice(dy);
        differentiate(activation, y, dx);
    });
}

/// Puts in the place of each gradient of an output `y` the gradient of the input.
///
/// # Panics
/// If the lengths differ.
pub fn backward_in_place(activation: Activation, y: &[f32], gradients: &mut [f32]) {
    assert_eq!(y.len(), gradients.len());
    let chunks = gradients.par_chunks_mut(CHUNK).zip(y.par_chunks(CHUNK));
    chunks.for_each(|(gradients, y)| differentiate(activation, y, gradients));
}

/// The positive part; NaN stays.
#[inline(always)]
pub(crate) fn relu(x: f32) -> f32 {
    if x <= 0.0 { 0.0 } else { x }
}

/// The logistic function; no overflow for large negative `x`.
pub fn sigmoid(x: f32) -> f32 {
    let e = libm::expf(-x.abs());
    let positive = 1.0 / (1.0 + e);
    if x < 0.0 { e * positive } else { positive }
}

/// The activation of a chunk.
fn activate(activation: Activation, values: &mut [f32]) {
    fn map(values: &mut [f32], f: impl Fn(f32) -> f32) {
        for value in values {
            *value = f(*value);
        }
    }
    match activation {
        Activation::Relu => map(values, relu),
        Activation::LeakyRelu(slope) => map(values, |x| if x > 0.0 { x } else { slope * x }),
        Activation::Sigmoid => map(values, sigmoid),
        Activation::Tanh => map(values, libm::tanhf),
    }
}

/// The gradients of a chunk.
fn differentiate(activation: Activation, y: &[f32], gradients: &mut [f32]) {
    fn map(y: &[f32], gradients: &mut [f32], f: impl Fn(f32, f32) -> f32) {
        for (gradient, y) in gradients.iter_mut().zip(y) {
            *gradient = f(*y, *gradient);
        }
    }
    match activation {
        Activation::Relu => map(y, gradients, |y, dy| if y > 0.0 { dy } else { 0.0 }),
        Activation::LeakyRelu(slope) => map(y, gradients, |y, dy| if y > 0.0 { dy } else { slope * dy }),
        Activation::Sigmoid => map(y, gradients, |y, dy| dy * y * (1.0 - y)),
        Activation::Tanh => map(y, gradients, |y, dy| dy * (1.0 - y * y)),
    }
}
