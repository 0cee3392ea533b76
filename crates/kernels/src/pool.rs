//! What maximum and average pooling share: the sizes, and which pixels a window covers.

use std::ops::Range;

/// The sizes of one pooling layer. Padding at the bottom and right is whatever the last window needs; padded cells
/// never count, neither for a maximum nor for the divisor of an average (as in Keras).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Images.
    pub batch: usize,
    /// Rows of an input image.
    pub in_height: usize,
    /// Columns of an input image.
    pub in_width: usize,
    /// Channels of input and output.
    pub channels: usize,
    /// Rows of an output image.
    pub out_height: usize,
    /// Columns of an output image.
    pub out_width: usize,
    /// Height and width of the window.
    pub pool: [usize; 2],
    /// Vertical and horizontal step of the window.
    pub strides: [usize; 2],
    /// Rows of padding above the image.
    pub pad_top: usize,
    /// Columns of padding left of the image.
    pub pad_left: usize,
}

impl Shape {
    /// Elements of one input image.
    pub fn in_len(&self) -> usize {
        self.in_height * self.in_width * self.channels
    }

    /// Elements of one output image.
    pub fn out_len(&self) -> usize {
        self.out_height * self.out_width * self.channels
    }

    /// Rows of the input that a row of the output covers, clipped to the image.
    pub(crate) fn rows(&self, row: usize) -> Range<usize> {
        self.covered(0, row, self.pad_top, self.in_height)
    }

    /// Columns of the input that a column of the output covers, clipped to the image.
    pub(crate) fn columns(&self, column: usize) -> Range<usize> {
        self.covered(1, column, self.pad_left, self.in_width)
    }

    fn covered(&self, axis: usize, at: usize, pad: usize, end: usize) -> Range<usize> {
        let start = at * self.strides[axis];
        start.saturating_sub(pad)..(start + self.pool[axis]).saturating_sub(pad).min(end)
    }
}
