//! Bands: a few pooled rows and the rows of the input under them, small enough for the first cache, so that they stay
//! there while the lists of all output channels are walked.
//!
//! A band's input is held as `[row][column][lane]`, a block of channels at a time, padding included: every window then
//! lies in it, at constant distances, aligned to cache lines.

use super::lists::Entry;
use super::pooled_size;
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use std::ops::Range;

/// Bytes of input under a band: about the size of a first cache.
const INPUT: usize = 40 * 1024;

/// Bytes of a band's lists: a part of a second cache.
const LISTS: usize = 64 * 1024;

/// Channels that lie side by side in a band: with 32 registers of 16 lanes, a 3x3 window of 32 channels fills 18 of
/// them; with 16 registers of 8 lanes, one of 8 fills 9. No sum runs over these lanes, so their number decides no bit.
pub(super) fn lanes(level: Level, channels: usize) -> usize {
    match level {
        Level::Avx512 if channels > 16 => 32,
        Level::Avx512 => 16,
        Level::Avx2 | Level::Portable => 8,
    }
}

/// Pooled rows of a band where `numbers` of each pixel are held. By the shape alone: sums are taken band by band.
pub(super) fn rows(shape: &Shape, numbers: usize) -> usize {
    let [height, width] = pooled_size(shape);
    let input = INPUT / ((shape.out_width + 2) * numbers * size_of::<f32>());
    let lists = LISTS / (width * shape.out_channels * size_of::<Entry>()).max(1);
    (input / 2).saturating_sub(1).min(lists).clamp(1, height.max(1))
}

/// The bands of an image, in order.
pub(super) fn bands(shape: &Shape, rows: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let height = pooled_size(shape)[0];
    (0..height).step_by(rows).map(move |start| start..(start + rows).min(height))
}

/// Pixels of the input under `rows` pooled rows.
pub(super) fn pixels(shape: &Shape, rows: usize) -> usize {
    (2 * rows + 2) * (shape.out_width + 2)
}

/// Calls `visit(offset in the band, offset in the image)`, both in pixels, and the number of pixels, for each stretch of
/// a row under the pooled rows `rows` that lies within the image.
#[inline(always)]
fn stretches(shape: &Shape, rows: &Range<usize>, mut visit: impl FnMut(usize, usize, usize)) {
    let width = shape.out_width + 2;
    let first = shape.pad_left.min(width);
    let count = (width - first).min(shape.in_width);
    for row in 0..2 * rows.len() + 2 {
        let from = (2 * rows.start + row).checked_sub(shape.pad_top).filter(|row| *row < shape.in_height);
        if let Some(from) = from {
            visit(row * width + first, from * shape.in_width, count);
        }
    }
}

/// Copies `count` channels from `channel` on of the input under `rows` to the band; the rest of the band is zeros.
#[rustfmt::skip]
#[allow(clippy::too_many_arguments, reason = "the geometry of two arrays")]
pub(super) fn load(
    level: Level, shape: &Shape, image: &[f32], rows: &Range<usize>, channel: usize, count: usize, lanes: usize,
    band: &mut [f32],
) {
    let padded = shape.in_height != shape.out_height + 2 || shape.in_width != shape.out_width + 2;
    if padded || count < lanes {
        band.fill(0.0);
    }
    stretches(shape, rows, |to, from, pixels| {
        let band = &mut band[to * lanes..][..pixels * lanes];
        let image = &image[from * shape.in_channels..][..pixels * shape.in_channels];
        let sizes = [lanes, shape.in_channels, channel, count];
        multiversion!(level, fn(sizes: [usize; 4], image: &[f32], band: &mut [f32]) = load_pixels);
    });
}

#[inline(always)]
fn load_pixels([lanes, channels, channel, count]: [usize; 4], image: &[f32], band: &mut [f32]) {
    if lanes == channels {
        return band.copy_from_slice(image);
    }
    for (band, pixel) in band.chunks_exact_mut(lanes).zip(image.chunks_exact(channels)) {
        for (band, number) in band.iter_mut().zip(&pixel[channel..][..count]) {
            *band = *number;
        }
    }
}

/// Writes the band to `count` channels from `channel` on of the image under `rows`: adds to the two rows that the band above
/// has written, overwrites the others. What lies in the padding is dropped.
#[rustfmt::skip]
#[allow(clippy::too_many_arguments, reason = "the geometry of two arrays")]
pub(super) fn write(
    level: Level, shape: &Shape, band: &[f32], rows: &Range<usize>, channel: usize, count: usize, lanes: usize,
    image: &mut [f32],
) {
    let width = shape.out_width + 2;
    stretches(shape, rows, |from, to, pixels| {
        let band = &band[from * lanes..][..pixels * lanes];
        let image = &mut image[to * shape.in_channels..][..pixels * shape.in_channels];
        let sizes = [lanes, shape.in_channels, channel, count];
        if rows.start > 0 && from < 2 * width {
            multiversion!(level, fn(sizes: [usize; 4], band: &[f32], image: &mut [f32]) = add_pixels);
        } else {
            multiversion!(level, fn(sizes: [usize; 4], band: &[f32], image: &mut [f32]) = store_pixels);
        }
    });
}

#[inline(always)]
fn add_pixels([lanes, channels, channel, count]: [usize; 4], band: &[f32], image: &mut [f32]) {
    for (pixel, band) in image.chunks_exact_mut(channels).zip(band.chunks_exact(lanes)) {
        for (number, band) in pixel[channel..][..count].iter_mut().zip(band) {
            *number += band;
        }
    }
}

#[inline(always)]
fn store_pixels([lanes, channels, channel, count]: [usize; 4], band: &[f32], image: &mut [f32]) {
    for (pixel, band) in image.chunks_exact_mut(channels).zip(band.chunks_exact(lanes)) {
        for (number, band) in pixel[channel..][..count].iter_mut().zip(band) {
            *number = *band;
        }
    }
}

/// Zeros the pixels of an image that no band writes: behind the last window of odd rows and columns, and all where there is
/// no window.
pub(super) fn clear_rest(shape: &Shape, image: &mut [f32]) {
    let [height, width] = pooled_size(shape);
    if height == 0 || width == 0 {
        return image.fill(0.0);
    }
    let rows = (2 * height + 2).saturating_sub(shape.pad_top).min(shape.in_height);
    let columns = (shape.out_width + 2).saturating_sub(shape.pad_left).min(shape.in_width);
    let row = shape.in_width * shape.in_channels;
    image[rows * row..].fill(0.0);
    if columns < shape.in_width {
        for row in image.chunks_exact_mut(row) {
            row[columns * shape.in_channels..].fill(0.0);
        }
    }
}
