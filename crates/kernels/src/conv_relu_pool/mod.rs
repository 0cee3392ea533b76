//! The block convolutional networks are made of, as one kernel: 3x3 convolution with stride 1, ReLU, 2x2 max-pool with
//! stride 2 (a last odd row or column of the convolution is dropped).
//!
//! Forward keeps, beside the pooled values, one byte each: which of the four cells won, and so where the gradient goes.
//! Three quarters of the gradient that leaves a max-pool are zeros, and dead units give nothing at all; backward
//! walks lists of what is left instead of multiplying zeros.
//!
//! Forward gives the bits of [`conv2d`](crate::conv2d) with ReLU followed by [`max_pool2d`](crate::max_pool2d).

mod backward;
mod band;
mod forward;
mod forward_narrow;
mod gather;
mod gather_narrow;
mod lists;
mod scatter;

use crate::conv2d::Shape;
pub use backward::backward;
pub use forward::forward;

/// The winner of a pooled unit whose ReLU is dead: no gradient goes through it.
pub const DEAD: u8 = 4;

/// Rows and columns of the pooled image.
pub fn pooled_size(shape: &Shape) -> [usize; 2] {
    [shape.out_height / 2, shape.out_width / 2]
}

/// Elements of one pooled image, and of its winners.
pub fn pooled_len(shape: &Shape) -> usize {
    let [height, width] = pooled_size(shape);
    height * width * shape.out_channels
}

fn check(shape: &Shape) {
    assert_eq!(shape.kernel, [3, 3], "the fused block is for 3x3 kernels");
    assert_eq!(shape.strides, [1, 1], "the fused block is for stride 1");
    assert_eq!(shape.groups, 1, "the fused block is for one group");
}
