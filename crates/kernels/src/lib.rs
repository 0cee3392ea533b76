//! CPU kernels: plain slices in, plain slices out, the same bits everywhere.
//!
//! Every tensor is a dense `f32` slice in Keras's own layout: activations NHWC, convolution kernels HWIO
//! (height, width, in, out), dense kernels (in, out), all in C order. Nothing here knows a tape, a layer or a file.
//!
//! A result depends on its inputs alone. Threads own whole outputs, or fixed chunks of a sum, never a
//! share of one that depends on how many threads there are; products are added with [`f32::mul_add`] in an order the source fixes; vector width never
//! decides how a sum is split. So one, two or sixty-four threads, SSE2, AVX2, AVX-512 and NEON all give the same bits.
//!
//! Work runs on rayon's current pool: call a kernel within `pool.install(|| ...)` to choose the threads.
//! Slices of the wrong length are mistakes of the caller, not of a person's input: kernels panic on them.

#![allow(clippy::needless_range_loop, reason = "loops over lanes are written as the vectors they become")]

pub mod activation;
pub mod average_pool2d;
pub mod conv2d;
pub mod conv_relu_pool;
pub mod cpu;
pub mod dense;
pub mod global_average_pool2d;
pub mod max_pool2d;
pub mod pool;

mod bands;
mod frame;
mod lanes;
mod panel;
mod scratch;
mod sums;
mod tile;
mod winograd;

pub use sums::chunks;
