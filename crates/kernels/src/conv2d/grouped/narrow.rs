//! Narrow groups, forward and to the input: lanes are channels of the result, of as many groups as a vector spans.
//!
//! The gradient of the input is a grouped convolution as well: of `dy`, with input and output channels exchanged and the
//! kernel turned by half a turn. Images go to threads one by one.

use super::super::Shape;
use super::channels;
use super::stage::{Lanes, PIXELS, Stage, blocks};
use crate::activation::relu;
use crate::cpu::{self, multiversion};
use crate::lanes::{LANES, load};
use rayon::prelude::*;

pub(super) fn forward(shape: &Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>, relu: bool, y: &mut [f32]) {
    let stage = Stage::of_x(shape);
    sweep(&stage, x, shape.in_len(), kernel, bias, relu, y);
}

pub(super) fn backward_input(shape: &Shape, dy: &[f32], kernel: &[f32], dx: &mut [f32]) {
    let stage = Stage::of_dy(shape);
    sweep(&stage, dy, shape.out_len(), &turned(shape, kernel), None, false, dx);
}

/// The kernel turned by half a turn, inputs and outputs exchanged: (kh, kw, out channels of a group, in channels).
fn turned(shape: &Shape, kernel: &[f32]) -> Vec<f32> {
    let [inputs, outputs] = channels(shape);
    let mut turned = Vec::with_capacity(kernel.len());
    for cell in kernel.chunks_exact(inputs * shape.out_channels).rev() {
        for output in 0..outputs {
            turned.extend((0..shape.in_channels).map(|channel| {
                let (group, input) = (channel / inputs, channel % inputs);
                cell[input * shape.out_channels + group * outputs + output]
            }));
        }
    }
    turned
}

/// What all images share.
struct Job<'a> {
    stage: &'a Stage,
    taps: Vec<usize>,
    weights: Vec<Lanes>,
    bias: Option<&'a [f32]>,
    relu: bool,
}

/// Overwrites `to` with the sums over the stage of each image of `from`, `len` numbers, with `weights` (taps, channels).
fn sweep(stage: &Stage, from: &[f32], len: usize, weights: &[f32], bias: Option<&[f32]>, relu: bool, to: &mut [f32]) {
    let level = cpu::level();
    let job = Job { stage, taps: stage.taps(), weights: blocks(weights, stage.channels), bias, relu };
    let images = to.par_chunks_mut(stage.grid[0] * stage.grid[1] * stage.channels).zip(from.par_chunks(len));
    images.for_each_init(
        || stage.memory(),
        |memory, (to, from)| {
            let job = &job;
            multiversion!(
                level,
                fn(job: &Job<'_>, from: &[f32], memory: &mut [Lanes], to: &mut [f32]) = image::<{ PIXELS[1] }>,
                wide = image::<{ PIXELS[0] }>
            );
        },
    );
}

/// Computes one image, `P` pixels at a time.
#[inline(always)]
fn image<const P: usize>(job: &Job<'_>, from: &[f32], memory: &mut [Lanes], to: &mut [f32]) {
    for (block, weights) in job.weights.chunks_exact(job.taps.len()).enumerate() {
        job.stage.fill(from, block, memory);
        pixels::<P>(job, block, weights, memory, to);
    }
}

/// Computes a block of lanes of one image.
#[inline(always)]
fn pixels<const P: usize>(job: &Job<'_>, block: usize, weights: &[Lanes], memory: &[Lanes], to: &mut [f32]) {
    let (stage, channel) = (job.stage, block * LANES);
    let count = LANES.min(stage.channels - channel);
    let step = stage.steps[1];
    let start = job.bias.map_or([0.0; LANES], |bias| load(&bias[channel..][..count]));
    let [rows, columns] = stage.grid;
    for row in 0..rows {
        for first in (0..columns).step_by(P) {
            let corner = stage.corner(row, first);
            let mut sums = [start; P];
            for (weights, tap) in weights.iter().zip(&job.taps) {
                let seen = &memory[corner + tap..][..(P - 1) * step + 1];
                for p in 0..P {
                    for l in 0..LANES {
                        sums[p][l] = seen[p * step].0[l].mul_add(weights.0[l], sums[p][l]);
                    }
                }
            }
            if job.relu {
                for sum in sums.as_flattened_mut() {
                    *sum = relu(*sum);
                }
            }
            let to = &mut to[(row * columns + first) * stage.channels..];
            for (to, sums) in to.chunks_mut(stage.channels).zip(&sums[..P.min(columns - first)]) {
                match to[channel..].first_chunk_mut::<LANES>() {
                    Some(to) => *to = *sums,
                    None => to[channel..].copy_from_slice(&sums[..count]),
                }
            }
        }
    }
}
