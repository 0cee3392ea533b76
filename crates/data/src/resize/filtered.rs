//! A target pixel as a weighted mean of source pixels. The filter is widened by the scale when shrinking, so that every
//! source pixel counts.
//!
//! Two passes, along rows and then along columns, with 8-bit levels between them and weights in fixed point with 22
//! fractional bits: Pillow's arithmetic (`Image.resize(..., Image.BILINEAR)` and the like), and exact on every machine.
//! Pillow since version 13 does columns first where an image shrinks mostly in height; levels then differ by one at most.

use super::filter::Filter;
use crate::decode::Decoded;

const FRACTION_BITS: u32 = 22;

/// `height * width * CHANNELS` bytes.
pub(super) fn resize<const CHANNELS: usize, F: Filter>(image: &Decoded, height: usize, width: usize) -> Vec<u8> {
    let source_stride = image.width * CHANNELS;
    let taps = Taps::of::<F>(image.width, width);
    let mut narrowed = vec![0; image.height * width * CHANNELS];
    for (source, target) in image.pixels.chunks_exact(source_stride).zip(narrowed.chunks_exact_mut(width * CHANNELS)) {
        for (pixel, (first, weights)) in target.chunks_exact_mut(CHANNELS).zip(taps.iter()) {
            let mut sums = [HALF; CHANNELS];
            for (levels, weight) in source[first * CHANNELS..].chunks_exact(CHANNELS).zip(weights) {
                for (sum, &level) in sums.iter_mut().zip(levels) {
                    *sum += i32::from(level) * weight;
                }
            }
            pixel.copy_from_slice(&sums.map(level));
        }
    }

    let stride = width * CHANNELS;
    let mut target = Vec::with_capacity(height * stride);
    let mut sums = vec![HALF; stride];
    for (first, weights) in Taps::of::<F>(image.height, height).iter() {
        sums.fill(HALF);
        for (row, weight) in narrowed[first * stride..].chunks_exact(stride).zip(weights) {
            for (sum, &level) in sums.iter_mut().zip(row) {
                *sum += i32::from(level) * weight;
            }
        }
        target.extend(sums.iter().map(|&sum| level(sum)));
    }
    target
}

const HALF: i32 = 1 << (FRACTION_BITS - 1);

fn level(sum: i32) -> u8 {
    (sum >> FRACTION_BITS).clamp(0, 255) as u8
}

/// Which source positions make up each target position along an axis, and with what weight.
struct Taps {
    /// First source position and number of positions, for each target position.
    spans: Vec<(usize, usize)>,
    /// The weights of all spans, one after the other.
    weights: Vec<i32>,
}

impl Taps {
    fn of<F: Filter>(source: usize, target: usize) -> Taps {
        let scale = source as f64 / target as f64;
        let widened = scale.max(1.0);
        let support = F::SUPPORT * widened;
        let mut taps = Taps { spans: Vec::with_capacity(target), weights: Vec::new() };
        for position in 0..target {
            let centre = (position as f64 + 0.5) * scale;
            // Casts saturate at 0, so the span is cut at both borders.
            let first = (centre - support + 0.5) as usize;
            let end = ((centre + support + 0.5) as usize).min(source);
            let weight = |i: usize| F::weight((i as f64 - centre + 0.5) * (1.0 / widened));
            let total: f64 = (first..end).map(weight).sum();
            let fixed = |i| (weight(i) / total * f64::from(1 << FRACTION_BITS)).round() as i32;
            taps.weights.extend((first..end).map(fixed));
            taps.spans.push((first, end - first));
        }
        taps
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[i32])> {
        let mut rest = self.weights.as_slice();
        self.spans.iter().map(move |&(first, count)| {
            let (weights, others) = rest.split_at(count);
            rest = others;
            (first, weights)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::filter::{Area, Lanczos3, Triangle};
    use super::*;
    use plan::ColorMode;

    #[test]
    fn the_same_size_gives_the_same_bytes() {
        let pixels: Vec<u8> = (0..5 * 7 * 3).map(|i| (i * 37 % 256) as u8).collect();
        let image = Decoded { height: 5, width: 7, color_mode: ColorMode::Rgb, pixels: pixels.clone() };
        assert_eq!(resize::<3, Triangle>(&image, 5, 7), pixels);
        assert_eq!(resize::<3, Area>(&image, 5, 7), pixels);
        assert_eq!(resize::<3, Lanczos3>(&image, 5, 7), pixels);
    }

    fn check_weights<F: Filter>() {
        for (source, target) in [(1, 9), (9, 1), (400, 150), (533, 150), (150, 400), (3, 2)] {
            for (first, weights) in Taps::of::<F>(source, target).iter() {
                assert!(!weights.is_empty() && first + weights.len() <= source);
                let error = weights.iter().sum::<i32>() - (1 << FRACTION_BITS);
                assert!(error.unsigned_abs() as usize <= weights.len(), "{source} to {target}: off by {error}");
            }
        }
    }

    #[test]
    fn weights_of_every_span_sum_to_one() {
        check_weights::<Triangle>();
        check_weights::<Area>();
        check_weights::<Lanczos3>();
    }

    #[test]
    fn halving_averages_with_the_triangle() {
        // The taps 1/8 3/8 3/8 1/8, of which one falls off the border: 3/7 3/7 1/7.
        let colours = [0, 80, 160, 240].iter().flat_map(|&level| [level; 3]).collect();
        let colour = Decoded { height: 1, width: 4, color_mode: ColorMode::Rgb, pixels: colours };
        assert_eq!(resize::<3, Triangle>(&colour, 1, 2), [57, 57, 57, 183, 183, 183]);
        let grey = Decoded { color_mode: ColorMode::Grayscale, pixels: vec![0, 80, 160, 240], ..colour };
        assert_eq!(resize::<1, Triangle>(&grey, 1, 2), [57, 183]);
    }
}
