//! `global_average_pool2d`: the mean of each channel over all rows and columns.

use crate::shape::{Shape, ShapeError};

pub(super) fn output(input: Shape) -> Result<Shape, ShapeError> {
    match input {
        Shape::Image { channels, .. } => Ok(Shape::Vector { units: channels }),
        Shape::Vector { units } => Err(ShapeError::NeedsImage { units }),
    }
}
