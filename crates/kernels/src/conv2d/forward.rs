//! Forward: groups of output pixels go to threads; each pixel's sums are its own, so the grouping decides no bit.

use super::{Shape, grouped};
use crate::cpu::{self, Level, multiversion};
use crate::panel::{Cursor, PIXELS, Panel, Window};
use crate::tile::{LANES, Tile, Weights};
use crate::winograd::{self, Convolution, Output, Products, TILE, add_bias};
use rayon::prelude::*;

/// Output pixels a thread takes at once.
const GROUP: usize = 16 * PIXELS;

/// What all groups share.
struct Job<'a> {
    shape: &'a Shape,
    window: Window,
    weights: Weights,
    x: &'a [f32],
    bias: Option<&'a [f32]>,
    relu: bool,
}

/// Overwrites `y` with the convolution of `x`, plus `bias`, and with `relu` the positive part of that (NaN stays).
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn forward(shape: &Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>, relu: bool, y: &mut [f32]) {
    assert_eq!(x.len(), shape.batch * shape.in_len());
    assert_eq!(kernel.len(), shape.kernel_len());
    assert_eq!(y.len(), shape.batch * shape.out_len());
    assert!(bias.is_none_or(|bias| bias.len() == shape.out_channels));
    if y.is_empty() {
        return;
    }
    if shape.groups != 1 {
        return grouped::forward(shape, x, kernel, bias, relu, y);
    }
    let level = cpu::level();
    if winograd::wins(shape) {
        return forward_by_tiles(level, shape, x, kernel, bias, relu, y);
    }
    let window = shape.window();
    let weights = Weights::pack(level, kernel, window.depth(), shape.out_channels);
    let job = Job { shape, window, weights, x, bias, relu };
    let groups = y.par_chunks_mut(GROUP * shape.out_channels).enumerate();
    groups.for_each_init(
        || job.window.panel(),
        |panel, (group, y)| {
            let (job, first) = (&job, group * GROUP);
            multiversion!(level, fn(job: &Job<'_>, first: usize, panel: &mut Panel, y: &mut [f32]) = pixels);
        },
    );
}

/// Computes the output pixels from number `first` of the batch on, as many as `y` holds.
#[inline(always)]
fn pixels(job: &Job<'_>, first: usize, panel: &mut Panel, y: &mut [f32]) {
    let (shape, channels) = (job.shape, job.shape.out_channels);
    let mut cursor = Cursor::at([shape.out_height, shape.out_width], first);
    let mut tile = Tile::new();
    for y in y.chunks_mut(PIXELS * channels) {
        for pixel in 0..y.len() / channels {
            let image = &job.x[cursor.image * shape.in_len()..][..shape.in_len()];
            job.window.copy(image, shape.corner(cursor.row, cursor.column), pixel, panel);
            cursor.advance();
        }
        for columns in job.weights.columns() {
            columns.multiply(panel, job.bias, &mut tile);
            for (pixel, y) in y.chunks_mut(channels).enumerate() {
                let sums = tile.pixel(pixel).as_flattened();
                for (y, sum) in y[columns.channel..][..columns.count].iter_mut().zip(sums) {
                    *y = if job.relu && *sum <= 0.0 { 0.0 } else { *sum };
                }
            }
        }
    }
}

/// The same by Winograd's tiles. Threads own rows of tiles.
fn forward_by_tiles(
    level: Level,
    shape: &Shape,
    x: &[f32],
    kernel: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
) {
    let convolution = Convolution::new(level, shape, kernel);
    let rows = convolution.rows_of_task(shape.batch);
    let width = shape.out_width * shape.out_channels;
    let tasks = y.par_chunks_mut(shape.out_len()).enumerate().flat_map(|(image, y)| {
        y.par_chunks_mut(rows * TILE * width).enumerate().map(move |(task, y)| (image, task, y))
    });
    tasks.for_each_init(
        || convolution.memory(),
        |memory, (image, task, y)| {
            let image = &x[image * shape.in_len()..][..shape.in_len()];
            let first = task * rows;
            let count = (y.len() / width).div_ceil(TILE);
            convolution.rows(image, first..first + count, memory, &mut Whole { shape, bias, relu, first, y });
        },
    );
}

/// Writes what tiles give.
struct Whole<'a> {
    shape: &'a Shape,
    bias: Option<&'a [f32]>,
    relu: bool,
    /// The row of tiles at which `y` starts.
    first: usize,
    y: &'a mut [f32],
}

impl Output for Whole<'_> {
    fn take(&mut self, level: Level, products: &Products<'_>) {
        let whole = self;
        multiversion!(level, fn(products: &Products<'_>, whole: &mut Whole<'_>) = write_tiles);
    }
}

#[inline(always)]
fn write_tiles(products: &Products<'_>, whole: &mut Whole<'_>) {
    let Whole { shape, bias, relu, first, y } = whole;
    let mut outputs = [[[0.0; LANES]; TILE]; TILE];
    for (number, tile) in products.tiles.clone().enumerate() {
        let (row, column) = (tile / products.across * TILE, tile % products.across * TILE);
        for (vector, channel) in products.channels.clone().step_by(LANES).enumerate() {
            let channels = LANES.min(products.channels.end - channel);
            products.outputs(number, vector, &mut outputs);
            if let Some(bias) = bias {
                add_bias(&bias[channel..][..channels], &mut outputs);
            }
            for i in 0..TILE.min(shape.out_height - row) {
                for j in 0..TILE.min(shape.out_width - column) {
                    let at = ((row - *first * TILE + i) * shape.out_width + column + j) * shape.out_channels + channel;
                    let mut values = outputs[i][j];
                    if *relu {
                        for l in 0..LANES {
                            values[l] = if values[l] <= 0.0 { 0.0 } else { values[l] };
                        }
                    }
                    let y = &mut y[at..][..channels];
                    match y.first_chunk_mut::<LANES>() {
                        Some(y) => *y = values,
                        None => y.copy_from_slice(&values[..channels]),
                    }
                }
            }
        }
    }
}
