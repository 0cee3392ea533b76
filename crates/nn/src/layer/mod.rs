//! Layers: one file each, what they share, and the blocks that layers fuse to.
//!
//! Each layer has `new(build, name)`, which takes its numbers from the plan, `forward`, and `check()`, which asserts at
//! compile time what its types cannot say. Layers with weights have `forward_first` besides: for the first of
//! them, whose input needs no gradient.

mod activation;
mod average_pool2d;
mod conv2d;
mod conv_relu_pool;
mod dense;
mod dropout;
mod elementwise;
mod flatten;
mod global_average_pool2d;
mod max_pool2d;
mod pool2d;

pub use activation::Activation;
pub use average_pool2d::AveragePool2d;
pub use conv_relu_pool::{conv_relu_pool, conv_relu_pool_first};
pub use conv2d::Conv2d;
pub use dense::Dense;
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use global_average_pool2d::GlobalAveragePool2d;
pub use max_pool2d::MaxPool2d;

use crate::parameter::Parameter;

/// A layer as the training program sees it.
pub trait Layer {
    /// The trained arrays in the order in which they are saved, with their names: `kernel`, `bias`.
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)>;
}

/// Whether a layer adds a bias.
pub trait BiasMode: 'static {
    /// It does.
    const USED: bool;
}

/// A bias is added to each output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bias;

/// No bias is added.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBias;

impl BiasMode for Bias {
    const USED: bool = true;
}

impl BiasMode for NoBias {
    const USED: bool = false;
}
