//! Convolution of images with a stack of kernels (cross-correlation, as every deep-learning library means it).
//!
//! Takes `x` (batch, in_height, in_width, in_channels), `kernel` (kh, kw, in_channels, out_channels) and a bias; gives
//! `y` (batch, out_height, out_width, out_channels):
//!
//! `y[n,i,j,o] = bias[o] + sum over (u, v, c) of x[n, i*sh + u - pad_top, j*sw + v - pad_left, c] * kernel[u,v,c,o]`
//!
//! with zeros outside the image. Directly, the sum is taken in that order from the bias on; by Winograd's tiles, in
//! another.
//!
//! With `groups`, channels of input and output are cut into that many runs of equal length, and each run of filters sees
//! its own run of input channels alone: `kernel` is (kh, kw, in_channels / groups, out_channels), and `c` counts from the
//! first channel of the group that `o` is in.

mod backward_input;
mod backward_kernel;
mod backward_kernel_few;
mod forward;
mod grouped;
mod planar;

use crate::frame::Frame;
use crate::panel::Window;
pub use backward_input::backward_input;
pub use backward_kernel::backward_kernel;
pub use forward::forward;

/// The sizes of one convolution. What `out_*` and `pad_*` follow from (Keras's `valid` and `same`) is the caller's
/// arithmetic; the padding at the bottom and right is whatever the last window needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Images.
    pub batch: usize,
    /// Rows of an input image.
    pub in_height: usize,
    /// Columns of an input image.
    pub in_width: usize,
    /// Channels of an input image.
    pub in_channels: usize,
    /// Rows of an output image.
    pub out_height: usize,
    /// Columns of an output image.
    pub out_width: usize,
    /// Filters.
    pub out_channels: usize,
    /// Runs of channels that are convolved on their own; divides `in_channels` and `out_channels`.
    pub groups: usize,
    /// Height and width of a filter.
    pub kernel: [usize; 2],
    /// Vertical and horizontal step of the window.
    pub strides: [usize; 2],
    /// Rows of zeros above the image.
    pub pad_top: usize,
    /// Columns of zeros left of the image.
    pub pad_left: usize,
}

impl Shape {
    /// Elements of one input image.
    pub fn in_len(&self) -> usize {
        self.in_height * self.in_width * self.in_channels
    }

    /// Elements of one output image.
    pub fn out_len(&self) -> usize {
        self.out_height * self.out_width * self.out_channels
    }

    /// Elements of the kernel.
    pub fn kernel_len(&self) -> usize {
        self.kernel[0] * self.kernel[1] * (self.in_channels / self.groups) * self.out_channels
    }

    /// Multiply-adds of one forward pass, the usual measure of a convolution's work.
    pub fn multiply_adds(&self) -> usize {
        self.batch * self.out_height * self.out_width * self.kernel_len()
    }

    /// The input with as much padding as windows see.
    pub(crate) fn frame(&self) -> Frame {
        let rows = (self.out_height.max(1) - 1) * self.strides[0] + self.kernel[0];
        let columns = (self.out_width.max(1) - 1) * self.strides[1] + self.kernel[1];
        let image = [self.in_height, self.in_width, self.in_channels];
        Frame { image, before: [self.pad_top as isize, self.pad_left as isize], size: [rows, columns] }
    }

    /// The window that slides over so many rows of [`frame`](Self::frame).
    pub(crate) fn window(&self, rows: usize) -> Window {
        Window { image: [rows, self.frame().size[1], self.in_channels], size: self.kernel }
    }

    /// Where the window of an output pixel starts in the input: row and column, which padding can make negative.
    #[inline(always)]
    pub(crate) fn corner(&self, row: usize, column: usize) -> [isize; 2] {
        let row = (row * self.strides[0]) as isize - self.pad_top as isize;
        [row, (column * self.strides[1]) as isize - self.pad_left as isize]
    }
}
