//! Fully connected layer: `y = x W + b`, with `x` (batch, inputs), `W` (inputs, outputs), `b` (outputs).
//!
//! Of the large layers the matrix is the larger part by far, so each kernel goes through it once, and keeps what it
//! meets there in the cache.

mod backward_input;
mod backward_kernel;
mod forward;

pub use backward_input::backward_input;
pub use backward_kernel::{KernelGradient, backward_bias, backward_kernel};
pub use forward::{forward, rows_of_chunk};

/// The sizes of one dense layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows of `x` and `y`.
    pub batch: usize,
    /// Columns of `x`.
    pub inputs: usize,
    /// Columns of `y`: units.
    pub outputs: usize,
}
