//! The gradient of the kernel: with `S` the sum over all tiles of the transformed patches times the transformed gradients,
//! at each of the 36 positions a product of matrices, (in channels, tiles) by (tiles, out channels), it is `G' S G`.

use super::transform::{self, Lane};
use super::{PATCH, POSITIONS, Patches, TILE};
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use crate::lanes::{LANES, load};
use crate::scratch::Scratch;
use std::ops::Range;

/// In channels that are summed together.
const ROWS: usize = 6;

/// Vectors of out channels that are summed together where there are 32 registers of 16 lanes.
const WIDE: usize = 2;

/// The same elsewhere.
const NARROW: usize = 1;

/// Numbers of transformed patches and gradients that are held: about half of a second cache.
const HELD: usize = 128 * 1024;

/// Overwrites the kernel's gradient with that of some images.
pub(crate) fn sum_images(
    level: Level,
    shape: &Shape,
    x: &[f32],
    dy: &[f32],
    images: Range<usize>,
    dkernel: &mut [f32],
) {
    let [down, across] = [shape.out_height.div_ceil(TILE), shape.out_width.div_ceil(TILE)];
    let (inputs, outputs) = (shape.in_channels.div_ceil(LANES), shape.out_channels.div_ceil(LANES).next_multiple_of(2));
    // Tiles that are summed together, by the shape alone.
    let count = (HELD / (POSITIONS * (inputs + outputs) * LANES)).clamp(1, down * across);
    // Behind the last patch of a position there is room for a tile to overshoot.
    let distance = count * inputs + 1;
    let mut patches = Scratch::zeros(POSITIONS * distance * LANES);
    let mut gradients = Scratch::zeros(POSITIONS * count * outputs * LANES);
    let mut sums = Scratch::zeros(POSITIONS * rows(shape) * outputs * LANES);
    let (patches, gradients) = (lanes(&mut patches), lanes(&mut gradients));
    let layout = Patches { shape, across, depth: inputs, distance, panels: false };
    for image in images {
        let x = &x[image * shape.in_len()..][..shape.in_len()];
        let dy = &dy[image * shape.out_len()..][..shape.out_len()];
        for start in (0..down * across).step_by(count) {
            let tiles = start..(down * across).min(start + count);
            layout.transform(level, x, tiles.clone(), patches);
            {
                let layout = [across, outputs, count * outputs];
                let (tiles, gradients) = (tiles.clone(), &mut *gradients);
                multiversion!(
                    level,
                    fn(shape: &Shape, layout: [usize; 3], dy: &[f32], tiles: Range<usize>, gradients: &mut [Lane])
                        = transform_gradients
                );
            }
            let positions = sums.get_mut().chunks_exact_mut(rows(shape) * outputs * LANES);
            for (position, sums) in positions.enumerate() {
                let patches = patches[position * distance..][..tiles.len() * inputs + 1].as_flattened();
                let gradients = &gradients[position * count * outputs..][..tiles.len() * outputs];
                add_products(level, patches, gradients, inputs, outputs, sums);
            }
        }
    }
    let sums = sums.get();
    multiversion!(level, fn(shape: &Shape, outputs: usize, sums: &[f32], dkernel: &mut [f32]) = transform_sums);
}

/// In channels with what fills up the last tile.
fn rows(shape: &Shape) -> usize {
    shape.in_channels.next_multiple_of(LANES).next_multiple_of(ROWS)
}

fn lanes(scratch: &mut Scratch) -> &mut [Lane] {
    scratch.get_mut().as_chunks_mut::<LANES>().0
}

/// Transforms the gradients of some tiles of an image; the layout is tiles in a row, vectors of a tile, and vectors from
/// one position to the next.
#[inline(always)]
fn transform_gradients(
    shape: &Shape,
    [across, outputs, distance]: [usize; 3],
    dy: &[f32],
    tiles: Range<usize>,
    gradients: &mut [Lane],
) {
    let channels = shape.out_channels;
    for (at, tile) in tiles.enumerate() {
        let (row, column) = (tile / across * TILE, tile % across * TILE);
        let (rows, columns) = (TILE.min(shape.out_height - row), TILE.min(shape.out_width - column));
        for part in 0..channels.div_ceil(LANES) {
            let mut numbers = [[0.0; TILE * LANES]; TILE];
            for (i, numbers) in numbers.iter_mut().take(rows).enumerate() {
                let pixels = &dy[((row + i) * shape.out_width + column) * channels..][..columns * channels];
                let to = numbers.as_chunks_mut::<LANES>().0.iter_mut();
                for (to, pixel) in to.zip(pixels.chunks_exact(channels)) {
                    *to = load(&pixel[part * LANES..]);
                }
            }
            transform::transform_output_gradient(&numbers, &mut gradients[at * outputs + part..], distance);
        }
    }
}

/// Adds to the sums of one position, (in channels, out channels), those over some tiles: `inputs` and `outputs` vectors each.
fn add_products(level: Level, patches: &[f32], gradients: &[Lane], inputs: usize, outputs: usize, sums: &mut [f32]) {
    let vectors = match level {
        Level::Avx512 => WIDE,
        Level::Avx2 | Level::Portable => NARROW,
    };
    let mut tile = [[0.0; LANES]; ROWS * WIDE];
    let (width, stride) = (vectors * LANES, outputs * LANES);
    for (part, sums) in sums.chunks_exact_mut(ROWS * stride).enumerate() {
        for column in (0..outputs).step_by(vectors) {
            {
                let (patches, gradients, tile) = (&patches[part * ROWS..], &gradients[column..], &mut tile);
                multiversion!(
                    level,
                    fn(patches: &[f32], gradients: &[Lane], inputs: usize, outputs: usize, tile: &mut [Lane])
                        = products::<NARROW>,
                    wide = products::<WIDE>
                );
            }
            let (tile, sums) = (&tile.as_flattened()[..ROWS * width], &mut sums[column * LANES..]);
            multiversion!(level, fn(tile: &[f32], width: usize, stride: usize, sums: &mut [f32]) = add_tile);
        }
    }
}

/// Overwrites `tile` with the sums over tiles of [`ROWS`] in channels times `V` vectors of out channels, the first of each.
#[inline(always)]
fn products<const V: usize>(patches: &[f32], gradients: &[Lane], inputs: usize, outputs: usize, tile: &mut [Lane]) {
    let mut sums = [[[0.0; LANES]; V]; ROWS];
    for (at, gradients) in gradients.chunks(outputs).enumerate() {
        let patch = &patches[at * inputs * LANES..];
        let (Some(numbers), Some(weights)) = (patch.first_chunk::<ROWS>(), gradients.first_chunk::<V>()) else {
            return;
        };
        for p in 0..ROWS {
            for v in 0..V {
                for l in 0..LANES {
                    sums[p][v][l] = numbers[p].mul_add(weights[v][l], sums[p][v][l]);
                }
            }
        }
    }
    tile[..ROWS * V].copy_from_slice(sums.as_flattened());
}

/// Adds the rows of a tile, `width` numbers each, to rows that are `stride` apart.
#[inline(always)]
fn add_tile(tile: &[f32], width: usize, stride: usize, sums: &mut [f32]) {
    for (tile, sums) in tile.chunks_exact(width).zip(sums.chunks_mut(stride)) {
        for (sum, number) in sums.iter_mut().zip(tile) {
            *sum += number;
        }
    }
}

/// Transforms the sums of all positions to the kernel's gradient.
#[inline(always)]
fn transform_sums(shape: &Shape, outputs: usize, sums: &[f32], dkernel: &mut [f32]) {
    let sums = sums.as_chunks::<LANES>().0;
    let distance = rows(shape) * outputs;
    for input in 0..shape.in_channels {
        for part in 0..shape.out_channels.div_ceil(LANES) {
            let mut rows = [[0.0; PATCH * LANES]; PATCH];
            for (position, numbers) in rows.as_flattened_mut().as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                *numbers = sums[position * distance + input * outputs + part];
            }
            let mut taps = [[[0.0; LANES]; 3]; 3];
            transform::transform_kernel_gradient(&rows, &mut taps);
            for (tap, numbers) in taps.as_flattened().iter().enumerate() {
                let row = &mut dkernel[(tap * shape.in_channels + input) * shape.out_channels..][..shape.out_channels];
                for (to, number) in row[part * LANES..].iter_mut().zip(numbers) {
                    *to = *number;
                }
            }
        }
    }
}
