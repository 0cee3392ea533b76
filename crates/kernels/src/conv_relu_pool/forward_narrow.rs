//! Forward of images of one or three channels, the first layer's: what a row of a window covers lies together in the image, so
//! the tile takes its numbers from there, without a [panel](crate::panel). The bits are the panel's.

use super::forward::pool_cells;
use super::{pooled_len, pooled_size};
use crate::bands::bands;
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use crate::frame::Frame;
use crate::lanes::LANES;
use crate::scratch::Scratch;
use crate::tile::{NARROW, Tile, Weights, multiversion_by_vectors};
use rayon::prelude::*;

/// Pooled units of a tile: two rows of [`PIXELS`] pixels.
const UNITS: usize = PIXELS / 2;

/// Pixels of a row of a tile.
const PIXELS: usize = NARROW.0;

/// Whether this is for images of so many channels.
pub(super) fn fits(shape: &Shape) -> bool {
    matches!(shape.in_channels, 1 | 3)
}

/// As [`forward`](super::forward).
pub(super) fn forward(
    level: Level,
    shape: &Shape,
    x: &[f32],
    kernel: &[f32],
    bias: Option<&[f32]>,
    y: &mut [f32],
    winners: &mut [u8],
) {
    let weights = Weights::pack(level, kernel, 9 * shape.in_channels, shape.out_channels);
    let [height, width] = pooled_size(shape);
    let (size, row) = (pooled_len(shape), width * shape.out_channels);
    // Whole images, unless there are few for the threads.
    let tasks = (4 * rayon::current_num_threads()).div_ceil(shape.batch.max(1));
    let rows = height.div_ceil(tasks.clamp(1, height));
    let bands = bands(y, size, rows * row).into_par_iter().zip(bands(winners, size, rows * row));
    let frame = frame(shape);
    bands.for_each_init(
        || Scratch::any((2 * rows + 2) * frame.stride()),
        |band, (y, winners)| {
            let (image, first, stride) = (y.image, y.number * rows, frame.stride());
            let (y, winners) = (y.numbers, winners.numbers);
            let within = 2 * first..2 * first + 2 * y.len() / row + 2;
            let band = &mut band.get_mut()[..within.len() * stride];
            frame.load(&x[image * shape.in_len()..][..shape.in_len()], within, band);
            for (at, (y, winners)) in y.chunks_exact_mut(row).zip(winners.chunks_exact_mut(row)).enumerate() {
                pooled_row(level, shape, &band[2 * at * stride..][..4 * stride], &weights, bias, y, winners);
            }
        },
    );
}

/// The padded image, and room at the end of its rows for the last tile to overshoot.
fn frame(shape: &Shape) -> Frame {
    let mut frame = shape.frame();
    frame.size[1] = shape.out_width.next_multiple_of(PIXELS) + 2;
    frame
}

/// Computes a row of pooled units from the four rows of the image that they see.
fn pooled_row(
    level: Level,
    shape: &Shape,
    rows: &[f32],
    weights: &Weights,
    bias: Option<&[f32]>,
    y: &mut [f32],
    winners: &mut [u8],
) {
    let (channels, outputs) = (shape.in_channels, shape.out_channels);
    let size = UNITS * outputs;
    let mut tile = Tile::new();
    for (at, (y, winners)) in y.chunks_mut(size).zip(winners.chunks_mut(size)).enumerate() {
        let (window, stride) = (&rows[at * PIXELS * channels..], rows.len() / 4);
        for columns in weights.columns() {
            let start = columns.start(bias);
            let (weights, start, sums) = (columns.rows, &start[..], tile.sums(columns.vectors()));
            let vectors = columns.vectors();
            match channels {
                1 => multiversion_by_vectors!(
                    level,
                    vectors,
                    fn(
                        window: &[f32], stride: usize, weights: &[[f32; LANES]], start: &[[f32; LANES]],
                        sums: &mut [[f32; LANES]],
                    ) = multiply_1
                ),
                _ => multiversion_by_vectors!(
                    level,
                    vectors,
                    fn(
                        window: &[f32], stride: usize, weights: &[[f32; LANES]], start: &[[f32; LANES]],
                        sums: &mut [[f32; LANES]],
                    ) = multiply_3
                ),
            }
            let (channel, count) = (columns.channel, columns.count);
            multiversion!(
                level,
                fn(
                    sums: &[[f32; LANES]], vectors: usize, channel: usize, count: usize, outputs: usize, y: &mut [f32],
                    winners: &mut [u8],
                ) = pool
            );
        }
    }
}

macro_rules! multiply_channels {
    ($(#[doc = $doc:literal] $name:ident: $channels:literal)*) => {$(
        #[doc = $doc]
        #[inline(always)]
        fn $name<const P: usize, const V: usize>(
            window: &[f32],
            stride: usize,
            weights: &[[f32; LANES]],
            start: &[[f32; LANES]],
            sums: &mut [[f32; LANES]],
        ) {
            const SPAN: usize = $channels * (PIXELS - 1) + 1;
            if P == PIXELS {
                multiply::<1, V, $channels, SPAN>(window, stride, weights, start, sums);
            } else {
                multiply::<2, V, $channels, SPAN>(window, stride, weights, start, sums);
            }
        }
    )*};
}

multiply_channels! {
    /// [`multiply`] for one channel.
    multiply_1: 1
    /// [`multiply`] for three channels.
    multiply_3: 3
}

/// Overwrites `sums` with what two rows of [`PIXELS`] pixels of `C` channels give, `R` rows at a time, for `V` vectors of out
/// channels; `SPAN` is the distance of the last pixel of a row from the first, plus 1.
#[inline(always)]
fn multiply<const R: usize, const V: usize, const C: usize, const SPAN: usize>(
    window: &[f32],
    stride: usize,
    weights: &[[f32; LANES]],
    start: &[[f32; LANES]],
    sums: &mut [[f32; LANES]],
) {
    let weights = weights.as_chunks::<V>().0;
    let Some(start) = start.first_chunk::<V>() else { return };
    let parts = sums.as_chunks_mut::<V>().0.as_chunks_mut::<PIXELS>().0.as_chunks_mut::<R>().0;
    for (part, sums) in parts.iter_mut().enumerate() {
        let mut tile = [[*start; PIXELS]; R];
        for (u, weights) in weights.chunks_exact(3 * C).enumerate() {
            let rows: [&[f32]; R] = std::array::from_fn(|r| &window[(part * R + r + u) * stride..]);
            for (k, weights) in weights.iter().enumerate() {
                for r in 0..R {
                    let Some(pixels) = rows[r][k..].first_chunk::<SPAN>() else { return };
                    for p in 0..PIXELS {
                        for v in 0..V {
                            for l in 0..LANES {
                                tile[r][p][v][l] = pixels[p * C].mul_add(weights[v][l], tile[r][p][v][l]);
                            }
                        }
                    }
                }
            }
        }
        *sums = tile;
    }
}

/// Pools the units of a tile, `count` channels from `channel` on.
#[inline(always)]
fn pool(
    sums: &[[f32; LANES]],
    vectors: usize,
    channel: usize,
    count: usize,
    outputs: usize,
    y: &mut [f32],
    winners: &mut [u8],
) {
    for (unit, (y, winners)) in y.chunks_exact_mut(outputs).zip(winners.chunks_exact_mut(outputs)).enumerate() {
        let (y, winners) = (&mut y[channel..][..count], &mut winners[channel..][..count]);
        for (vector, (y, winners)) in y.chunks_mut(LANES).zip(winners.chunks_mut(LANES)).enumerate() {
            let cell = |row: usize, column: usize| &sums[(row * PIXELS + 2 * unit + column) * vectors + vector];
            pool_cells([cell(0, 0), cell(0, 1), cell(1, 0), cell(1, 1)], y, winners);
        }
    }
}
