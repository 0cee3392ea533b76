//! Forward: groups of output pixels go to threads; each pixel's sums are its own, so the grouping decides no bit.

use super::{Shape, grouped, planar};
use crate::activation;
use crate::bands::bands;
use crate::cpu::{self, Level, multiversion};
use crate::lanes::{LANES, store};
use crate::panel::{Cursor, PIXELS, Panel, Window};
use crate::tile::{Tile, Weights};
use crate::winograd::{self, Convolution, Output, Products, TILE};
use rayon::prelude::*;

/// Output pixels that a thread takes at once, about: rows of an image, or small images.
const GROUP: usize = 64 * PIXELS;

/// What all groups share.
struct Job<'a> {
    shape: &'a Shape,
    weights: Weights,
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
    if planar::wins(shape) {
        return planar::forward(level, shape, x, kernel, bias, relu, y);
    }
    let frame = shape.frame();
    let weights = Weights::pack(level, kernel, shape.kernel_len() / shape.out_channels, shape.out_channels);
    let job = Job { shape, weights, bias, relu };
    let pixels_of_image = shape.out_height * shape.out_width;
    let images = (GROUP / pixels_of_image).max(1);
    let rows = if images == 1 { (GROUP / shape.out_width).clamp(1, shape.out_height) } else { shape.out_height };
    let part = images * rows * shape.out_width * shape.out_channels;
    let seen = |rows: usize| (rows - 1) * shape.strides[0] + shape.kernel[0];
    bands(y, images * shape.out_len(), part).into_par_iter().for_each_init(
        || (shape.window(1).panel(), frame.scratch(images * seen(rows))),
        |(panel, scratch), band| {
            let (first_image, first, y) = (band.image * images, band.number * rows, band.numbers);
            let images = images.min(shape.batch - first_image);
            let x = &x[first_image * shape.in_len()..][..images * shape.in_len()];
            let rows = y.len() / (images * shape.out_width * shape.out_channels);
            let within = first * shape.strides[0]..first * shape.strides[0] + seen(rows);
            let (window, len) = (shape.window(within.len()), within.len() * frame.stride());
            let frames = if frame.is_image() {
                &x[within.start * frame.stride()..]
            } else {
                for (image, to) in x.chunks_exact(shape.in_len()).zip(scratch.get_mut().chunks_exact_mut(len)) {
                    frame.load(image, within.clone(), to);
                }
                scratch.get()
            };
            let (job, window) = (&job, &window);
            let grid = [rows, shape.out_width];
            multiversion!(
                level,
                fn(job: &Job<'_>, frames: &[f32], window: &Window, grid: [usize; 2], panel: &mut Panel, y: &mut [f32])
                    = pixels
            );
        },
    );
}

/// Computes the output pixels that `y` holds, `grid` of each image.
#[inline(always)]
fn pixels(job: &Job<'_>, frames: &[f32], window: &Window, grid: [usize; 2], panel: &mut Panel, y: &mut [f32]) {
    let (strides, channels) = (job.shape.strides, job.shape.out_channels);
    let len = window.image.iter().product::<usize>();
    let mut cursor = Cursor::at(grid, 0);
    let mut tile = Tile::new();
    for y in y.chunks_mut(PIXELS * channels) {
        for pixel in 0..y.len() / channels {
            let corner = [cursor.row * strides[0], cursor.column * strides[1]];
            window.copy(&frames[cursor.image * len..], corner, pixel, panel);
            cursor.advance();
        }
        for columns in job.weights.columns() {
            columns.multiply(panel, job.bias, &mut tile);
            if job.relu {
                tile.relu();
            }
            for (pixel, y) in y.chunks_mut(channels).enumerate() {
                tile.store(pixel, &mut y[columns.channel..][..columns.count]);
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
    let tasks = bands(y, shape.out_len(), rows * TILE * width).into_par_iter().map(|band| {
        let first = band.number * rows;
        let count = (band.numbers.len() / width).div_ceil(TILE);
        (band.image, first..first + count, Whole { shape, bias, relu, first, y: band.numbers })
    });
    convolution.run(x, tasks);
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
    products.for_each(*bias, |[row, column], channels, outputs| {
        for i in 0..TILE.min(shape.out_height - row * TILE) {
            for j in 0..TILE.min(shape.out_width - column * TILE) {
                let pixel = ((row - *first) * TILE + i) * shape.out_width + column * TILE + j;
                let mut values = outputs[i][j];
                if *relu {
                    for l in 0..LANES {
                        values[l] = activation::relu(values[l]);
                    }
                }
                store(&values, &mut y[pixel * shape.out_channels..][channels.clone()]);
            }
        }
    });
}
