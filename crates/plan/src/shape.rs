//! Shapes of one sample between layers, and the arithmetic of sliding windows.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The shape of one sample (the batch dimension is left out).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Height, width, channels, in this order in memory (NHWC with the batch in front).
    Image {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// Channels, fastest in memory.
        channels: usize,
    },
    /// A flat vector.
    Vector {
        /// Its length.
        units: usize,
    },
}

impl Shape {
    /// The number of values in one sample.
    pub fn size(self) -> usize {
        match self {
            Shape::Image { height, width, channels } => height * width * channels,
            Shape::Vector { units } => units,
        }
    }
}

/// `(150, 150, 3)` or `(512)`, as Keras prints it without the batch.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Image { height, width, channels } => write!(f, "({height}, {width}, {channels})"),
            Shape::Vector { units } => write!(f, "({units})"),
        }
    }
}

/// Why a layer cannot stand where it stands. The message completes "`conv2d` \"conv5\" ...".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The window is larger than the input, so nothing would be left.
    #[error("would be {out_height}x{out_width}: its input is {in_height}x{in_width}")]
    Vanishes {
        /// Rows of the input.
        in_height: usize,
        /// Columns of the input.
        in_width: usize,
        /// Rows of the output, 0 where the window does not fit.
        out_height: usize,
        /// Columns of the output, 0 where the window does not fit.
        out_width: usize,
    },
    /// The channels cannot be cut into groups of equal size.
    #[error("cannot have {groups} groups: its input has {channels} channels, and it has {filters} filters")]
    Groups {
        /// Groups.
        groups: usize,
        /// Channels of the input.
        channels: usize,
        /// Channels of the output.
        filters: usize,
    },
    /// The layer works on images and gets a vector.
    #[error("needs an image (height, width, channels), but its input is a vector of {units}")]
    NeedsImage {
        /// Length of the vector.
        units: usize,
    },
    /// The layer works on vectors and gets an image.
    #[error(
        "needs a vector, but its input is {height}x{width}x{channels}: put a `flatten` or `global_average_pool2d` layer before it"
    )]
    NeedsVector {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// Channels.
        channels: usize,
    },
}

/// Zero padding of a sliding window (for pooling: cells that take no part).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// No padding: the window stays inside the input.
    #[default]
    Valid,
    /// The output has ceil(input / stride) cells; where the padding is odd, the extra cell is at the bottom and right.
    Same,
}

/// A sliding window over rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// Rows, columns.
    pub size: [usize; 2],
    /// Step in rows, columns.
    pub strides: [usize; 2],
    /// What happens at the edges.
    pub padding: Padding,
}

impl Window {
    /// Rows and columns of the output for an input of `height` x `width`.
    ///
    /// # Errors
    /// [`ShapeError::Vanishes`] where a side would be 0.
    pub fn output(self, height: usize, width: usize) -> Result<(usize, usize), ShapeError> {
        let out_height = self.side(0, height);
        let out_width = self.side(1, width);
        if out_height == 0 || out_width == 0 {
            return Err(ShapeError::Vanishes { in_height: height, in_width: width, out_height, out_width });
        }
        Ok((out_height, out_width))
    }

    /// Cells of the output along one axis (0: rows, 1: columns) for `input` cells; 0 where the window does not fit. Const,
    /// so that generated models assert it when they are compiled.
    pub const fn side(self, axis: usize, input: usize) -> usize {
        match self.padding {
            Padding::Same => input.div_ceil(self.strides[axis]),
            Padding::Valid if input < self.size[axis] => 0,
            Padding::Valid => (input - self.size[axis]) / self.strides[axis] + 1,
        }
    }

    /// Rows of padding above and columns of padding to the left, for an input of `height` x `width`, as TensorFlow
    /// counts them: half of the total, rounded down.
    pub fn padding_before(self, height: usize, width: usize) -> (usize, usize) {
        let before = |axis: usize, input: usize| match self.padding {
            Padding::Valid => 0,
            Padding::Same => {
                let output = input.div_ceil(self.strides[axis]);
                ((output - 1) * self.strides[axis] + self.size[axis]).saturating_sub(input) / 2
            }
        };
        (before(0, height), before(1, width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_keras() {
        let window = |size, stride, padding| Window { size: [size; 2], strides: [stride; 2], padding };
        assert_eq!(window(3, 1, Padding::Valid).output(150, 149), Ok((148, 147)));
        assert_eq!(window(2, 2, Padding::Valid).output(17, 16), Ok((8, 8)));
        assert_eq!(window(3, 2, Padding::Same).output(7, 8), Ok((4, 4)));
        assert_eq!(window(3, 2, Padding::Same).padding_before(7, 8), (1, 0));
        assert_eq!(window(3, 1, Padding::Same).padding_before(5, 5), (1, 1));
        assert_eq!(window(2, 1, Padding::Same).padding_before(5, 5), (0, 0));
        assert_eq!(
            window(2, 2, Padding::Valid).output(1, 1).unwrap_err().to_string(),
            "would be 0x0: its input is 1x1"
        );
    }
}
