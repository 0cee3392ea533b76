//! The gradient of the kernel of few filters. As in [`planar`](super::planar) they are too few to be the lanes: here those
//! are numbers of a window's row, and the gradient of each filter is broadcast. The order of the sums is the same, and so
//! are the bits.

use super::Shape;
use super::backward_kernel::GROUP;
use super::planar::{MOST_FILTERS, filters_of_tile};
use crate::cpu::{Level, multiversion};
use crate::frame::Frame;
use crate::lanes::LANES;

/// Vectors of a tile with 32 registers, and elsewhere.
const VECTORS: (usize, usize) = (2, 1);

/// Filters of the largest tile.
const FILTERS: usize = 6;

/// Whether this is quicker for `shape` than filters as lanes.
pub(super) fn wins(shape: &Shape) -> bool {
    shape.out_channels <= MOST_FILTERS
}

/// A vector of a window's numbers: how far it lies behind the window's corner, which number it begins with, in the order
/// (row, column, channel), and how many it has.
pub(super) struct Part {
    distance: usize,
    first: usize,
    count: usize,
}

/// The vectors of a window.
pub(super) fn parts(shape: &Shape, frame: &Frame) -> Vec<Part> {
    let row = shape.kernel[1] * shape.in_channels;
    let places = (0..shape.kernel[0]).flat_map(|u| (0..row).step_by(LANES).map(move |at| (u, at)));
    let part = |(u, at)| Part { distance: u * frame.stride() + at, first: u * row + at, count: LANES.min(row - at) };
    places.map(part).collect()
}

/// Adds the pixels whose windows start at `corners`, and whose gradients are `dy`, to `sums`.
pub(super) fn add_pixels(
    level: Level,
    channels: usize,
    parts: &[Part],
    frames: &[f32],
    corners: &[u32],
    dy: &[f32],
    sums: &mut [f32],
) {
    let size = filters_of_tile(channels);
    let mut of_tile = [0.0; GROUP * FILTERS];
    let mut tile = [[0.0; LANES]; VECTORS.0 * FILTERS];
    for first in (0..channels).step_by(size) {
        let count = size.min(channels - first);
        let dy = if size == channels {
            dy
        } else {
            for (of_tile, dy) in of_tile.chunks_exact_mut(size).zip(dy.chunks_exact(channels)) {
                for (of_tile, dy) in of_tile[..count].iter_mut().zip(&dy[first..]) {
                    *of_tile = *dy;
                }
            }
            &of_tile[..corners.len() * size]
        };
        for parts in parts.chunks(if level == Level::Avx512 { VECTORS.0 } else { VECTORS.1 }) {
            let mut distances = [0; VECTORS.0];
            for (distance, part) in distances.iter_mut().zip(parts) {
                *distance = part.distance;
            }
            multiply(level, [size, parts.len()], frames, corners, &distances, dy, &mut tile);
            for (filter, tile) in tile.chunks_exact(parts.len()).take(count).enumerate() {
                for (numbers, part) in tile.iter().zip(parts) {
                    let sums = sums[part.first * channels + first + filter..].iter_mut().step_by(channels);
                    for (sum, number) in sums.zip(&numbers[..part.count]) {
                        *sum += number;
                    }
                }
            }
        }
    }
}

/// Overwrites the first of `tile`, so many vectors for each of so many filters, with the sums over all pixels.
fn multiply(
    level: Level,
    [filters, vectors]: [usize; 2],
    frames: &[f32],
    corners: &[u32],
    distances: &[usize],
    dy: &[f32],
    tile: &mut [[f32; LANES]],
) {
    macro_rules! multiply {
        ($filters:literal, $vectors:expr) => {
            multiversion!(
                level,
                fn(frames: &[f32], corners: &[u32], distances: &[usize], dy: &[f32], tile: &mut [[f32; LANES]])
                    = sum::<$filters, { $vectors }>
            )
        };
    }
    match (filters, vectors == VECTORS.0) {
        (3, true) => multiply!(3, VECTORS.0),
        (3, false) => multiply!(3, VECTORS.1),
        (4, true) => multiply!(4, VECTORS.0),
        (4, false) => multiply!(4, VECTORS.1),
        (_, true) => multiply!(6, VECTORS.0),
        (_, false) => multiply!(6, VECTORS.1),
    }
}

#[inline(always)]
fn sum<const F: usize, const V: usize>(
    frames: &[f32],
    corners: &[u32],
    distances: &[usize],
    dy: &[f32],
    tile: &mut [[f32; LANES]],
) {
    let mut sums = [[[0.0; LANES]; V]; F];
    let (Some(distances), Some(tile)) =
        (distances.first_chunk::<V>(), tile.as_chunks_mut::<V>().0.first_chunk_mut::<F>())
    else {
        return;
    };
    for (corner, dy) in corners.iter().zip(dy.as_chunks::<F>().0) {
        let mut numbers = [[0.0; LANES]; V];
        for v in 0..V {
            let Some(vector) = frames[*corner as usize + distances[v]..].first_chunk::<LANES>() else { return };
            numbers[v] = *vector;
        }
        for f in 0..F {
            for v in 0..V {
                for l in 0..LANES {
                    sums[f][v][l] = numbers[v][l].mul_add(dy[f], sums[f][v][l]);
                }
            }
        }
    }
    *tile = sums;
}
