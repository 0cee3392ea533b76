//! The prepared images of a split, as bytes: mapped from the cache's file, or held in memory.

use memmap2::Mmap;
use plan::ColorMode;
use std::ops::Deref;
use std::sync::Arc;

/// Prepared images, all of one size.
#[derive(Clone, Debug)]
pub struct Images {
    /// Height of each image.
    pub height: usize,
    /// Width of each image.
    pub width: usize,
    /// Which channels they have.
    pub color_mode: ColorMode,
    /// The class of each image.
    pub labels: Vec<u32>,
    /// Number of files that could not be used and were left out (`on_error = "skip"`).
    pub left_out: usize,
    pixels: Arc<Pixels>,
    /// Which picture of `pixels` each image is.
    places: Vec<u32>,
}

/// Pictures one after the other: levels 0 to 255, (picture, height, width, channel).
#[derive(Debug)]
pub(crate) enum Pixels {
    /// In memory.
    Held(Vec<u8>),
    /// In a file, of which the system keeps in memory what it has room for.
    Mapped(Mmap),
}

impl Deref for Pixels {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Pixels::Held(bytes) => bytes,
            Pixels::Mapped(file) => file,
        }
    }
}

impl Images {
    /// Images held in memory: `pixels` by image, row, column, channel, and the class of each.
    ///
    /// # Panics
    /// Where there are not as many pixels as `labels` say.
    pub fn held(height: usize, width: usize, color_mode: ColorMode, pixels: Vec<u8>, labels: Vec<u32>) -> Images {
        assert_eq!(pixels.len(), labels.len() * height * width * color_mode.channels(), "each image has its pixels");
        let places = (0..labels.len() as u32).collect();
        Images { height, width, color_mode, labels, left_out: 0, pixels: Arc::new(Pixels::Held(pixels)), places }
    }

    /// Images in `pixels`, which has room for every one of `places`.
    pub(crate) fn placed(
        [height, width]: [usize; 2],
        color_mode: ColorMode,
        pixels: Arc<Pixels>,
        places: Vec<u32>,
        labels: Vec<u32>,
        left_out: usize,
    ) -> Images {
        Images { height, width, color_mode, labels, left_out, pixels, places }
    }

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
        &self.pixels[self.places[index] as usize * self.image_len()..][..self.image_len()]
    }
}
