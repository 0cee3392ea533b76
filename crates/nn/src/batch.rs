//! Images on their way into a model.

use crate::sample::ImageSample;
use crate::tensor::Batched;
use dfdx::prelude::{Cpu, TensorFromVec};

/// Some images, one after the other: `count` times height, width, channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Values in [0, 1], or of mean 0 and deviation 1, NHWC.
    pub pixels: Vec<f32>,
    /// Number of images.
    pub count: usize,
}

impl Batch {
    /// The images as a tensor; nothing is copied.
    ///
    /// # Panics
    /// If there are not `count` images of the type's size.
    pub fn into_images<I: ImageSample>(self) -> Batched<I> {
        assert_eq!(self.pixels.len(), self.count * I::SIZE, "{} images of {:?}", self.count, I::shape());
        Cpu::default().tensor_from_vec(self.pixels, I::batched(self.count))
    }
}
