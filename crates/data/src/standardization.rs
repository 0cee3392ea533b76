//! Numbers of mean 0 and deviation 1 in place of numbers in [0, 1].
//!
//! Mean and deviation of each channel come from the training images as prepared, before augmentation, and then serve for
//! all images, those of other splits too: what is validated on must not take part in what is learnt. Levels are added up as
//! integers, so the numbers are the same on every machine, at any number of threads and in any order.

use crate::images::Images;
use plan::{ColorMode, Normalization};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A smaller deviation counts as this: Keras's `epsilon()`.
const LEAST: f64 = 1e-7;
/// Values that are standardized at a time, so that each lane has its channel: a multiple of any number of channels.
const LANES: usize = 24;
const _: () =
    assert!(LANES.is_multiple_of(ColorMode::Rgb.channels()) && LANES.is_multiple_of(ColorMode::Grayscale.channels()));

/// Mean and standard deviation of each channel, of levels / 255.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standardization {
    /// The mean.
    pub mean: Vec<f64>,
    /// The standard deviation: the root of the mean squared distance to the mean.
    pub standard_deviation: Vec<f64>,
}

impl Standardization {
    /// That of `images`, in parallel on rayon's current pool, where `normalization` asks for one. Mean 0 and deviation 1
    /// of no images.
    pub fn of(normalization: Normalization, images: &Images) -> Option<Standardization> {
        match normalization {
            Normalization::Rescale => None,
            Normalization::Standardize => Some(measure(images)),
        }
    }

    /// Replaces numbers in [0, 1], of which those of a channel stand `channels` apart: (x - mean) / deviation.
    ///
    /// # Panics
    /// Where mean and deviation are not of as many channels as there are.
    pub fn apply(&self, channels: usize, numbers: &mut [f32]) {
        assert_eq!((self.mean.len(), self.standard_deviation.len()), (channels, channels), "a mean for each channel");
        let mean: [f32; LANES] = std::array::from_fn(|lane| self.mean[lane % channels] as f32);
        let deviation: [f32; LANES] =
            std::array::from_fn(|lane| self.standard_deviation[lane % channels].max(LEAST) as f32);
        let standardize = |numbers: &mut [f32]| {
            for ((number, mean), deviation) in numbers.iter_mut().zip(&mean).zip(&deviation) {
                *number = (*number - mean) / deviation;
            }
        };
        let (whole, rest) = numbers.as_chunks_mut::<LANES>();
        whole.iter_mut().for_each(|numbers| standardize(numbers));
        standardize(rest);
    }
}

/// Sums of a channel: of its levels and of their squares.
type Sums = (u64, u64);

fn measure(images: &Images) -> Standardization {
    let channels = images.color_mode.channels();
    let sums = (0..images.len())
        .into_par_iter()
        .map(|index| sums(images.image(index), channels))
        .reduce(|| vec![(0, 0); channels], |a, b| a.iter().zip(&b).map(|(a, b)| (a.0 + b.0, a.1 + b.1)).collect());
    let count = (images.len() * images.image_len() / channels) as u64;
    let (mean, standard_deviation) = sums.into_iter().map(|sums| moments(sums, count)).unzip();
    Standardization { mean, standard_deviation }
}

fn sums(image: &[u8], channels: usize) -> Vec<Sums> {
    let of = |channel: usize| {
        let levels = image.iter().skip(channel).step_by(channels);
        levels.fold((0, 0), |(sum, squares), &level| {
            (sum + u64::from(level), squares + u64::from(level) * u64::from(level))
        })
    };
    (0..channels).map(of).collect()
}

/// Mean and standard deviation of `count` levels / 255.
fn moments((sum, squares): Sums, count: u64) -> (f64, f64) {
    if count == 0 {
        return (0.0, 1.0);
    }
    let scale = count as f64 * 255.0;
    // count^2 times the variance of the levels, exactly: a difference of rounded squares would lose what matters.
    let spread = u128::from(count) * u128::from(squares) - u128::from(sum) * u128::from(sum);
    (sum as f64 / scale, libm::sqrt(spread as f64) / scale)
}

#[cfg(test)]
mod tests;
