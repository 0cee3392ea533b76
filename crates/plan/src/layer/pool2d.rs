//! `max_pool2d` and `average_pool2d`: one value for each window of each channel.

use crate::shape::{Shape, ShapeError, Window};
use serde::{Deserialize, Serialize};

/// A pooling layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pool2d {
    /// Pool size, strides and padding.
    pub window: Window,
}

impl Pool2d {
    pub(super) fn output(self, input: Shape) -> Result<Shape, ShapeError> {
        match input {
            Shape::Image { height, width, channels } => {
                let (height, width) = self.window.output(height, width)?;
                Ok(Shape::Image { height, width, channels })
            }
            Shape::Vector { units } => Err(ShapeError::NeedsImage { units }),
        }
    }
}
