//! The gradient of the input: each entry of a list adds its 3x3 window of weights, times its gradient.

use super::band;
use super::lists::Lists;
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use crate::scratch::Scratch;
use rayon::prelude::*;
use std::ops::Range;

/// A kernel laid out for the input's gradient.
pub(super) struct Scatter<'a> {
    level: Level,
    shape: &'a Shape,
    /// In channels that lie side by side.
    lanes: usize,
    weights: Scratch,
}

impl<'a> Scatter<'a> {
    pub fn new(level: Level, shape: &'a Shape, kernel: &[f32]) -> Self {
        let lanes = band::lanes(level, shape.in_channels);
        Scatter { level, shape, lanes, weights: pack(shape, kernel, lanes) }
    }

    /// Adds what the lists of the pooled rows `rows` of an image say to its gradient.
    pub fn add_band(&self, rows: &Range<usize>, lists: &Lists, scratch: &mut [f32], dx: &mut [f32]) {
        let &Scatter { level, shape, lanes, .. } = self;
        let band = &mut scratch[..band::pixels(shape, rows.len()) * lanes];
        for (block, weights) in self.weights.get().chunks_exact(shape.out_channels * 9 * lanes).enumerate() {
            let count = lanes.min(shape.in_channels - block * lanes);
            band.fill(0.0);
            scatter(level, lanes, shape, lists, weights, band);
            band::add(level, shape, band, rows, block * lanes, count, lanes, dx);
        }
    }
}

/// The kernel as `[block of in channels][out channel][tap][lane]`, zeros behind the last channel.
fn pack(shape: &Shape, kernel: &[f32], lanes: usize) -> Scratch {
    let (inputs, outputs) = (shape.in_channels, shape.out_channels);
    let mut weights = Scratch::zeros(inputs.div_ceil(lanes) * outputs * 9 * lanes);
    weights.get_mut().par_chunks_mut(9 * lanes).enumerate().for_each(|(at, weights)| {
        let (block, output) = (at / outputs, at % outputs);
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

fn scatter(level: Level, lanes: usize, shape: &Shape, lists: &Lists, weights: &[f32], band: &mut [f32]) {
    match lanes {
        32 => multiversion!(
            level,
            fn(shape: &Shape, lists: &Lists, weights: &[f32], band: &mut [f32]) = scatter_lanes::<32>
        ),
        16 => multiversion!(
            level,
            fn(shape: &Shape, lists: &Lists, weights: &[f32], band: &mut [f32]) = scatter_lanes::<16>
        ),
        _ => multiversion!(
            level,
            fn(shape: &Shape, lists: &Lists, weights: &[f32], band: &mut [f32]) = scatter_lanes::<8>
        ),
    }
}

/// Adds to the band what the lists of all channels say; a channel's weights stay in registers.
#[inline(always)]
fn scatter_lanes<const L: usize>(shape: &Shape, lists: &Lists, weights: &[f32], band: &mut [f32]) {
    let width = shape.out_width + 2;
    let band = band.as_chunks_mut::<L>().0;
    for (output, weights) in weights.as_chunks::<L>().0.as_chunks::<9>().0.iter().enumerate() {
        let weights = *weights;
        for entry in lists.channel(output) {
            for u in 0..3 {
                let Some(pixels) = band[entry.at() + u * width..].first_chunk_mut::<3>() else { return };
                for v in 0..3 {
                    for l in 0..L {
                        pixels[v][l] = entry.gradient().mul_add(weights[u * 3 + v][l], pixels[v][l]);
                    }
                }
            }
        }
    }
}
