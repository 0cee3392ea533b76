//! The gradient of the input: each living unit adds its 3x3 window of weights, times its gradient.
//!
//! Units are taken pixel by pixel and, of one pixel, winner's cell by winner's cell: all channels that one cell won add to
//! the same window, which stays in registers meanwhile.

use super::{band, pooled_size};
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use crate::scratch::Scratch;
use rayon::prelude::*;
use std::ops::Range;

/// Out channels that are taken together: a bit each of a word, and their weights fit the first cache.
const OUTPUTS: usize = 64;

/// Cells of a pooling window.
const CELLS: usize = 4;

/// A kernel laid out for the input's gradient.
pub(super) struct Scatter<'a> {
    level: Level,
    shape: &'a Shape,
    /// In channels that lie side by side: a register.
    lanes: usize,
    /// `[block of in channels][out channel][tap][lane]`, zeros behind the last in and out channel.
    weights: Scratch,
}

/// Which channels each cell of each pooled pixel won, of the pixels of a band: `[block of out channels][pixel][cell]`.
#[derive(Default)]
pub(super) struct Winners(Vec<[u64; CELLS]>);

impl<'a> Scatter<'a> {
    pub fn new(level: Level, shape: &'a Shape, kernel: &[f32]) -> Self {
        let lanes = match level {
            Level::Avx512 => 16,
            Level::Avx2 | Level::Portable => 8,
        };
        Scatter { level, shape, lanes, weights: pack(shape, kernel, lanes) }
    }

    /// Numbers of working memory for bands of `rows` pooled rows.
    pub fn scratch(&self, rows: usize) -> usize {
        band::pixels(self.shape, rows) * self.lanes
    }

    /// Adds to the gradient `dx` of an image what its pooled rows `rows` say; the rows above it must have been added, and
    /// what they have not written is overwritten.
    #[rustfmt::skip]
    pub fn add_band(
        &self, rows: &Range<usize>, dy: &[f32], winners: &[u8], cells: &mut Winners, scratch: &mut [f32], dx: &mut [f32],
    ) {
        let &Scatter { level, shape, lanes, .. } = self;
        let size = pooled_size(shape)[1] * shape.out_channels;
        let (dy, winners) = (&dy[rows.start * size..rows.end * size], &winners[rows.start * size..rows.end * size]);
        {
            let channels = shape.out_channels;
            let cells = &mut *cells;
            multiversion!(level, fn(channels: usize, winners: &[u8], cells: &mut Winners) = find);
        }
        let band = &mut scratch[..band::pixels(shape, rows.len()) * lanes];
        let per_block = shape.out_channels.next_multiple_of(OUTPUTS) * 9 * lanes;
        for (block, weights) in self.weights.get().chunks_exact(per_block).enumerate() {
            band.fill(0.0);
            let (cells, band) = (&*cells, &mut *band);
            match lanes {
                16 => multiversion!(
                    level,
                    fn(shape: &Shape, dy: &[f32], cells: &Winners, weights: &[f32], band: &mut [f32]) = scatter::<16>
                ),
                _ => multiversion!(
                    level,
                    fn(shape: &Shape, dy: &[f32], cells: &Winners, weights: &[f32], band: &mut [f32]) = scatter::<8>
                ),
            }
            let count = lanes.min(shape.in_channels - block * lanes);
            band::write(level, shape, band, rows, block * lanes, count, lanes, dx);
        }
    }
}

/// The kernel as [`Scatter`] has it.
fn pack(shape: &Shape, kernel: &[f32], lanes: usize) -> Scratch {
    let (inputs, outputs) = (shape.in_channels, shape.out_channels);
    let padded = outputs.next_multiple_of(OUTPUTS);
    let mut weights = Scratch::zeros(inputs.div_ceil(lanes) * padded * 9 * lanes);
    weights.get_mut().par_chunks_mut(9 * lanes).enumerate().for_each(|(at, weights)| {
        let (block, output) = (at / padded, at % padded);
        if output >= outputs {
            return;
        }
        for (tap, weights) in weights.chunks_exact_mut(lanes).enumerate() {
            let first = tap * inputs + block * lanes;
            let count = lanes.min(inputs - block * lanes);
            for (lane, weight) in weights[..count].iter_mut().enumerate() {
                *weight = kernel[(first + lane) * outputs + output];
            }
        }
    });
    weights
}

/// Finds the winners of each cell.
#[inline(always)]
fn find(channels: usize, winners: &[u8], cells: &mut Winners) {
    let pixels = winners.len() / channels;
    cells.0.clear();
    cells.0.resize(channels.div_ceil(OUTPUTS) * pixels, [0; CELLS]);
    for (pixel, winners) in winners.chunks_exact(channels).enumerate() {
        for (block, winners) in winners.chunks(OUTPUTS).enumerate() {
            cells.0[block * pixels + pixel] = match winners.first_chunk::<OUTPUTS>() {
                Some(winners) => bits(winners),
                None => {
                    let mut all = [super::DEAD; OUTPUTS];
                    all[..winners.len()].copy_from_slice(winners);
                    bits(&all)
                }
            };
        }
    }
}

/// Of each cell, a bit for each channel that it won.
#[inline(always)]
fn bits(winners: &[u8; OUTPUTS]) -> [u64; CELLS] {
    let mut bits = [0; CELLS];
    for (cell, bits) in bits.iter_mut().enumerate() {
        for (channel, winner) in winners.iter().enumerate() {
            *bits |= u64::from(*winner == cell as u8) << channel;
        }
    }
    bits
}

/// Adds to the band what its units say, of `L` in channels.
#[inline(always)]
fn scatter<const L: usize>(shape: &Shape, dy: &[f32], cells: &Winners, weights: &[f32], band: &mut [f32]) {
    let (columns, width, channels) = (pooled_size(shape)[1], shape.out_width + 2, shape.out_channels);
    let band = band.as_chunks_mut::<L>().0;
    let pixels = dy.len() / channels;
    let blocks = weights.as_chunks::<L>().0.as_chunks::<9>().0.as_chunks::<OUTPUTS>().0;
    for ((block, weights), cells) in blocks.iter().enumerate().zip(cells.0.chunks_exact(pixels)) {
        let mut part = [0.0; OUTPUTS];
        for (pixel, (dy, cells)) in dy.chunks_exact(channels).zip(cells).enumerate() {
            let corner = 2 * (pixel / columns) * width + 2 * (pixel % columns);
            let dy = &dy[block * OUTPUTS..];
            let gradients = match dy.first_chunk::<OUTPUTS>() {
                Some(gradients) => gradients,
                None => {
                    part[..dy.len()].copy_from_slice(dy);
                    &part
                }
            };
            for (cell, winners) in cells.iter().enumerate() {
                add_window(gradients, *winners, weights, &mut band[corner + cell / 2 * width + cell % 2..], width);
            }
        }
    }
}

/// Adds to the window at the start of `band`, whose rows are `width` pixels apart, the weights of the winners.
#[inline(always)]
fn add_window<const L: usize>(
    gradients: &[f32; OUTPUTS],
    mut winners: u64,
    weights: &[[[f32; L]; 9]; OUTPUTS],
    band: &mut [[f32; L]],
    width: usize,
) {
    let mut window = [[0.0; L]; 9];
    for u in 0..3 {
        for v in 0..3 {
            window[u * 3 + v] = band[u * width + v];
        }
    }
    while winners != 0 {
        let output = winners.trailing_zeros() as usize % OUTPUTS;
        winners &= winners - 1;
        for tap in 0..9 {
            for l in 0..L {
                window[tap][l] = gradients[output].mul_add(weights[output][tap][l], window[tap][l]);
            }
        }
    }
    for u in 0..3 {
        for v in 0..3 {
            band[u * width + v] = window[u * 3 + v];
        }
    }
}
