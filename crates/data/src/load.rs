//! All images of a split, decoded, resized and held in memory as bytes.
//!
//! Decoding runs in parallel on rayon's current pool; the result stands in the order of the split's files whatever the
//! number of threads.

use crate::decode::{BadImage, decode_one};
use crate::manifest::Split;
use plan::{ColorMode, DataPlan, OnError};
use rayon::prelude::*;
use std::path::PathBuf;

/// Decoded images, all of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Height of each image.
    pub height: usize,
    /// Width of each image.
    pub width: usize,
    /// Which channels they have.
    pub color_mode: ColorMode,
    /// Levels 0 to 255, (image, height, width, channel).
    pub pixels: Vec<u8>,
    /// The class of each image.
    pub labels: Vec<u32>,
    /// The file of each image.
    pub paths: Vec<PathBuf>,
    /// Files that could not be used and were left out (`on_error = "skip"`).
    pub left_out: Vec<BadImage>,
}

impl Images {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Number of values of one image: height x width x channels.
    pub fn image_len(&self) -> usize {
        self.height * self.width * self.color_mode.channels()
    }

    /// The levels of image `index`, (height, width, channel).
    ///
    /// # Panics
    /// Where `index` is not below [`Images::len`].
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * self.image_len()..][..self.image_len()]
    }
}

/// Decodes all files of `split`. What cannot be used is left out and listed in [`Images::left_out`] where
/// `plan.on_error` says so.
///
/// # Errors
/// Every [`BadImage`], in file order, where `plan.on_error` is [`OnError::Refuse`].
pub fn load(split: &Split, plan: &DataPlan) -> Result<Images, Vec<BadImage>> {
    let [height, width] = plan.image_size;
    let image_len = height * width * plan.channels();
    let mut pixels = vec![0; split.files.len() * image_len];
    let faults: Vec<Option<BadImage>> = pixels
        .par_chunks_exact_mut(image_len)
        .zip(&split.files)
        .map(|(target, file)| match decode_one(&file.path, plan) {
            Ok(image) => {
                target.copy_from_slice(&image);
                None
            }
            Err(bad) => Some(bad),
        })
        .collect();

    let mut images = Images {
        height,
        width,
        color_mode: plan.color_mode,
        pixels: Vec::new(),
        labels: Vec::new(),
        paths: Vec::new(),
        left_out: Vec::new(),
    };
    for (index, (file, fault)) in split.files.iter().zip(faults).enumerate() {
        match fault {
            None => {
                // Closes the gaps of images that were left out before this one.
                pixels.copy_within(index * image_len..(index + 1) * image_len, images.labels.len() * image_len);
                images.labels.push(file.class);
                images.paths.push(file.path.clone());
            }
            Some(bad) => images.left_out.push(bad),
        }
    }
    match plan.on_error {
        OnError::Refuse if !images.left_out.is_empty() => Err(images.left_out),
        OnError::Refuse | OnError::Skip => {
            pixels.truncate(images.labels.len() * image_len);
            images.pixels = pixels;
            Ok(images)
        }
    }
}

#[cfg(test)]
mod tests;
