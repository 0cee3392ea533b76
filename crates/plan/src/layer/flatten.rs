//! `flatten`: an image as a vector, in the order height, width, channels (Keras's).

use crate::shape::Shape;

pub(super) fn output(input: Shape) -> Shape {
    Shape::Vector { units: input.size() }
}
