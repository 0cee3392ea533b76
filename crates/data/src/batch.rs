//! Images in memory to batches of numbers.
//!
//! [`TrainLoader`] gives the shuffled, augmented batches of each epoch; [`eval_batches`] gives images as they are, in
//! order. Only the former knows of augmentation, so that validation and test images cannot be augmented by mistake. Both
//! prepare batches on threads of their own, ahead of what uses them.

mod ahead;
mod balanced;
mod loader;
pub(crate) mod mix;
mod order;

pub use ahead::Batches;
pub use loader::TrainLoader;
pub use mix::Part;
pub(crate) use order::Order;
pub use order::Seen;

use crate::images::Images;
use crate::scale::scale;
use crate::standardization::Standardization;
use std::sync::Arc;

/// Some images, ready for the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Levels in [0, 1], or standardized, (image, height, width, channel).
    pub pixels: Vec<f32>,
    /// The class of each image; of a mixed one, the class of the larger share.
    pub labels: Vec<u32>,
    /// What is mixed into each image. Empty where nothing is.
    pub mixed: Vec<Mixed>,
    /// The position of each sample in its epoch, step x batch size + row: with seed and epoch, the key of its
    /// randomness.
    pub positions: Vec<u64>,
}

/// What is mixed into an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixed {
    /// The class of it.
    pub label: u32,
    /// Its share of the image, at most 1/2; 0 where it is of the image's own class.
    pub share: f32,
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

/// Why batches cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LoaderError {
    /// There is nothing to train on.
    #[error("there are no training images left to train on ({left_out} were left out as unreadable)")]
    NoImages {
        /// Files that were left out.
        left_out: usize,
    },
    /// Batches of no images.
    #[error("batch_size is 0; at least 1 is needed")]
    EmptyBatches,
    /// The system gives no threads.
    #[error("cannot start {threads} threads to prepare batches: {reason}")]
    Threads {
        /// How many were wanted.
        threads: usize,
        /// What the system said.
        reason: String,
    },
}

/// The images in order, never augmented, `batch_size` at a time; the last batch may be smaller. Standardized where
/// `standardization` is given: that of the training images.
///
/// # Errors
/// [`LoaderError`] where `batch_size` is 0, or no thread can be started.
pub fn eval_batches(
    images: &Arc<Images>,
    batch_size: usize,
    standardization: Option<&Standardization>,
) -> Result<Batches, LoaderError> {
    if batch_size == 0 {
        return Err(LoaderError::EmptyBatches);
    }
    let (images, standardization) = (Arc::clone(images), standardization.cloned());
    Batches::of(move |queue| {
        for first in (0..images.len()).step_by(batch_size) {
            let end = (first + batch_size).min(images.len());
            if !queue.put(plain(&images, first, end, standardization.as_ref())) {
                return;
            }
        }
    })
}

/// Images `first` to `end` as they are.
fn plain(images: &Images, first: usize, end: usize, standardization: Option<&Standardization>) -> Batch {
    let mut pixels = vec![0.0; (end - first) * images.image_len()];
    for (index, target) in (first..end).zip(pixels.chunks_exact_mut(images.image_len())) {
        scale(images.image(index), target);
    }
    if let Some(standardization) = standardization {
        standardization.apply(images.color_mode.channels(), &mut pixels);
    }
    let positions = (first as u64..end as u64).collect();
    Batch { pixels, labels: images.labels[first..end].to_vec(), mixed: Vec::new(), positions }
}

#[cfg(test)]
mod tests;
