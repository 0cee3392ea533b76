//! The gradient of the input: each entry of a list adds its 3x3 window of weights, times its gradient.

use super::lists::Lists;
use super::{band, check, pooled_len};
use crate::conv2d::Shape;
use crate::cpu::{self, Level, multiversion};
use crate::scratch::Scratch;
use rayon::prelude::*;

/// Overwrites `dx` with the gradient of the input, given `dy`, that of the pooled output, and forward's `winners`.
///
/// # Panics
/// If the kernel is not 3x3 with stride 1, or a slice's length is not what `shape` says.
pub fn backward_input(shape: &Shape, dy: &[f32], winners: &[u8], kernel: &[f32], dx: &mut [f32]) {
    check(shape);
    assert_eq!(dy.len(), shape.batch * pooled_len(shape));
    assert_eq!(winners.len(), dy.len());
    assert_eq!(kernel.len(), shape.kernel_len());
    assert_eq!(dx.len(), shape.batch * shape.in_len());
    if dx.is_empty() {
        return;
    }
    if dy.is_empty() {
        return dx.fill(0.0);
    }
    let level = cpu::level();
    let lanes = band::lanes(level, shape.in_channels);
    let weights = pack(shape, kernel, lanes);
    let rows = band::rows(shape, shape.in_channels.min(32));
    let per_block = shape.out_channels * 9 * lanes;
    dx.par_chunks_mut(shape.in_len()).enumerate().for_each_init(
        || (Lists::new(shape, rows), Scratch::zeros(band::pixels(shape, rows) * lanes)),
        |(lists, scratch), (image, dx)| {
            let unit = image * pooled_len(shape)..(image + 1) * pooled_len(shape);
            let (dy, winners) = (&dy[unit.clone()], &winners[unit]);
            dx.fill(0.0);
            for rows in band::bands(shape, rows) {
                lists.build(shape, dy, winners, rows.clone());
                for (block, weights) in weights.get().chunks_exact(per_block).enumerate() {
                    let (channel, band) = (block * lanes, scratch.get_mut());
                    let count = lanes.min(shape.in_channels - channel);
                    band.fill(0.0);
                    scatter(level, lanes, shape, lists, weights, band);
                    band::add(level, shape, band, &rows, channel, count, lanes, dx);
                }
            }
        },
    );
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
                let Some(pixels) = band[entry.at as usize + u * width..].first_chunk_mut::<3>() else { return };
                for v in 0..3 {
                    for l in 0..L {
                        pixels[v][l] = entry.gradient.mul_add(weights[u * 3 + v][l], pixels[v][l]);
                    }
                }
            }
        }
    }
}
