//! Images in memory to batches of numbers.
//!
//! [`TrainLoader`] gives the shuffled, augmented batches of each epoch, prepared on threads of its own;
//! [`eval_batches`] gives images as they are, in order. Only the former knows of augmentation, so that validation and
//! test images cannot be augmented by mistake.

mod loader;
mod order;

pub use loader::{LoaderError, TrainBatches, TrainLoader};

use crate::load::Images;
use crate::scale::scale;

/// Some images, ready for the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Levels in [0, 1], (image, height, width, channel) with red, green, blue.
    pub pixels: Vec<f32>,
    /// The class of each image.
    pub labels: Vec<u32>,
    /// The position of each sample in its epoch, step x batch size + row: with seed and epoch, the key of its
    /// randomness.
    pub positions: Vec<u64>,
}

impl Batch {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// The images in order, never augmented, `batch_size` at a time; the last batch may be smaller.
///
/// # Panics
/// Where `batch_size` is 0.
pub fn eval_batches(images: &Images, batch_size: usize) -> impl Iterator<Item = Batch> + '_ {
    assert!(batch_size > 0, "a batch of no images has no end");
    (0..images.len()).step_by(batch_size).map(move |first| {
        let end = (first + batch_size).min(images.len());
        let source = &images.pixels[first * images.image_len()..end * images.image_len()];
        let mut pixels = vec![0.0; source.len()];
        scale(source, &mut pixels);
        let positions = (first as u64..end as u64).collect();
        Batch { pixels, labels: images.labels[first..end].to_vec(), positions }
    })
}

#[cfg(test)]
mod tests;
