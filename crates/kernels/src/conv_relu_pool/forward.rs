//! Forward: what the convolution gives is pooled while it is in registers; its own output never reaches memory.
//!
//! Directly, three pooled units make a register tile of twelve pixels. By Winograd, a tile of 4x4 outputs makes four units.

use super::{DEAD, check, forward_narrow as narrow, pooled_len, pooled_size};
use crate::bands::bands;
use crate::conv2d::Shape;
use crate::cpu::{self, Level, multiversion};
use crate::lanes::LANES;
use crate::panel::{Cursor, PIXELS, Panel, Window};
use crate::tile::{Tile, Weights};
use crate::winograd::{self, Convolution, Output, Products, TILE};
use rayon::prelude::*;

/// Pooled units of a tile.
const UNITS: usize = PIXELS / 4;

/// Pooled units that a thread takes at once, about: whole rows.
const GROUP: usize = 64 * UNITS;

/// What all groups share.
struct Job<'a> {
    shape: &'a Shape,
    weights: Weights,
    bias: Option<&'a [f32]>,
}

/// Overwrites `y` with the pooled activations (batch, out_height/2, out_width/2, out_channels) and `winners` with the
/// cell, 0 to 3 in row order, that gave each of them: the first of equals, or [`DEAD`] where all are 0 after ReLU.
/// `shape` is that of the convolution. NaN wins over everything.
///
/// # Panics
/// If the kernel is not 3x3 with stride 1, or a slice's length is not what `shape` says.
pub fn forward(shape: &Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>, y: &mut [f32], winners: &mut [u8]) {
    check(shape);
    assert_eq!(x.len(), shape.batch * shape.in_len());
    assert_eq!(kernel.len(), shape.kernel_len());
    assert_eq!(y.len(), shape.batch * pooled_len(shape));
    assert_eq!(winners.len(), y.len());
    assert!(bias.is_none_or(|bias| bias.len() == shape.out_channels));
    if y.is_empty() {
        return;
    }
    let level = cpu::level();
    if winograd::wins(shape) {
        return forward_by_tiles(level, shape, x, kernel, bias, y, winners);
    }
    if narrow::fits(shape) {
        return narrow::forward(level, shape, x, kernel, bias, y, winners);
    }
    let frame = shape.frame();
    let weights = Weights::pack(level, kernel, 9 * shape.in_channels, shape.out_channels);
    let job = Job { shape, weights, bias };
    let [height, width] = pooled_size(shape);
    let rows = (GROUP / width).clamp(1, height);
    let (size, part) = (pooled_len(shape), rows * width * shape.out_channels);
    let bands = bands(y, size, part).into_par_iter().zip(bands(winners, size, part));
    bands.for_each_init(
        || (shape.window(1).panel(), frame.scratch(2 * rows + 2)),
        |(panel, scratch), (y, winners)| {
            let (x, first) = (&x[y.image * shape.in_len()..][..shape.in_len()], y.number * rows);
            let (y, winners) = (y.numbers, winners.numbers);
            let rows = y.len() / (width * shape.out_channels);
            let window = &shape.window(2 * rows + 2);
            let (job, band) = (&job, frame.rows(x, 2 * first..2 * (first + rows) + 2, scratch));
            multiversion!(
                level,
                fn(job: &Job<'_>, band: &[f32], window: &Window, panel: &mut Panel, y: &mut [f32], winners: &mut [u8])
                    = units
            );
        },
    );
}

/// Computes the pooled units that `y` holds from the rows of the frame under them.
#[inline(always)]
fn units(job: &Job<'_>, band: &[f32], window: &Window, panel: &mut Panel, y: &mut [f32], winners: &mut [u8]) {
    let channels = job.shape.out_channels;
    let [rows, columns, _] = window.image;
    let mut cursor = Cursor::at([rows / 2 - 1, columns / 2 - 1], 0);
    let mut tile = Tile::new();
    let size = UNITS * channels;
    for (y, winners) in y.chunks_mut(size).zip(winners.chunks_mut(size)) {
        for unit in 0..y.len() / channels {
            for cell in 0..4 {
                let corner = [2 * cursor.row + cell / 2, 2 * cursor.column + cell % 2];
                window.copy(band, corner, unit * 4 + cell, panel);
            }
            cursor.advance();
        }
        for columns in job.weights.columns() {
            columns.multiply(panel, job.bias, &mut tile);
            let range = columns.channel..columns.channel + columns.count;
            for (unit, (y, winners)) in y.chunks_mut(channels).zip(winners.chunks_mut(channels)).enumerate() {
                pool(&tile, unit, &mut y[range.clone()], &mut winners[range.clone()]);
            }
        }
    }
}

/// ReLU and maximum over the four pixels of a unit, and which of them won.
#[inline(always)]
fn pool(tile: &Tile, unit: usize, y: &mut [f32], winners: &mut [u8]) {
    let cells: [&[[f32; LANES]]; 4] = std::array::from_fn(|cell| tile.pixel(unit * 4 + cell));
    for (vector, (y, winners)) in y.chunks_mut(LANES).zip(winners.chunks_mut(LANES)).enumerate() {
        pool_cells(cells.map(|cell| &cell[vector]), y, winners);
    }
}

/// ReLU and maximum over four cells, up to a vector of channels.
#[inline(always)]
pub(super) fn pool_cells(cells: [&[f32; LANES]; 4], y: &mut [f32], winners: &mut [u8]) {
    let mut best = [0.0; LANES];
    let mut winner = [0; LANES];
    for l in 0..LANES {
        let mut of_lane = (0.0f32, u32::from(DEAD));
        for cell in 0..4 {
            // NaN wins and stays: nothing is greater. So a network that breaks shows it in its loss.
            let value = cells[cell][l];
            let wins = (value > of_lane.0) | value.is_nan();
            of_lane = if wins { (value, cell as u32) } else { of_lane };
        }
        (best[l], winner[l]) = of_lane;
    }
    let winner = winner.map(|winner| winner as u8);
    match (y.first_chunk_mut::<LANES>(), winners.first_chunk_mut::<LANES>()) {
        (Some(y), Some(winners)) => (*y, *winners) = (best, winner),
        (_, _) => store_part(&best, &winner, y, winners),
    }
}

/// The last channels, fewer than a vector. Not inlined, or LLVM makes one call of `memcpy` of this and the case of a whole
/// vector.
#[cold]
#[inline(never)]
fn store_part(best: &[f32; LANES], winner: &[u8; LANES], y: &mut [f32], winners: &mut [u8]) {
    y.copy_from_slice(&best[..y.len()]);
    winners.copy_from_slice(&winner[..winners.len()]);
}

/// The same by Winograd's tiles. Threads own rows of tiles: two pooled rows each.
fn forward_by_tiles(
    level: Level,
    shape: &Shape,
    x: &[f32],
    kernel: &[f32],
    bias: Option<&[f32]>,
    y: &mut [f32],
    winners: &mut [u8],
) {
    let convolution = Convolution::new(level, shape, kernel);
    let size = pooled_len(shape);
    let rows = convolution.rows_of_task(shape.batch);
    let width = pooled_size(shape)[1] * shape.out_channels;
    let part = rows * TILE / 2 * width;
    let bands = bands(y, size, part).into_par_iter().zip(bands(winners, size, part));
    let tasks = bands.map(|(y, winners)| {
        let first = y.number * rows;
        let count = (y.numbers.len() / width).div_ceil(TILE / 2);
        (y.image, first..first + count, Pooled { shape, bias, first, y: y.numbers, winners: winners.numbers })
    });
    convolution.run(x, tasks);
}

/// Pools what tiles give.
struct Pooled<'a> {
    shape: &'a Shape,
    bias: Option<&'a [f32]>,
    /// The row of tiles at which `y` and `winners` start.
    first: usize,
    y: &'a mut [f32],
    winners: &'a mut [u8],
}

impl Output for Pooled<'_> {
    fn take(&mut self, level: Level, products: &Products<'_>) {
        let pooled = self;
        multiversion!(level, fn(products: &Products<'_>, pooled: &mut Pooled<'_>) = pool_tiles);
    }
}

#[inline(always)]
fn pool_tiles(products: &Products<'_>, pooled: &mut Pooled<'_>) {
    let Pooled { shape, bias, first, y, winners } = pooled;
    let [height, width] = pooled_size(shape);
    products.for_each(*bias, |[row, column], channels, outputs| {
        for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (unit_row, unit_column) = (row * 2 + a, column * 2 + b);
            if unit_row < height && unit_column < width {
                let at = ((unit_row - 2 * *first) * width + unit_column) * shape.out_channels;
                let [top, bottom] = [&outputs[2 * a], &outputs[2 * a + 1]];
                let cells = [&top[2 * b], &top[2 * b + 1], &bottom[2 * b], &bottom[2 * b + 1]];
                pool_cells(cells, &mut y[at..][channels.clone()], &mut winners[at..][channels.clone()]);
            }
        }
    });
}
