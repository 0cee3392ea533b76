//! Narrow groups, the gradient of kernel and bias: the sums of a few taps stay in registers while pixels go by.

use super::super::Shape;
use super::stage::{Lanes, Stage};
use crate::cpu::{self, Level, multiversion};
use crate::lanes::{LANES, load};
use crate::sums::{add_up, chunks};
use rayon::prelude::*;
use std::ops::Range;

/// Taps whose sums are in registers at once, where there are 32 registers of 16 lanes, and elsewhere.
const TAPS: [usize; 2] = [9, 3];

/// Overwrites the gradients: pixels are summed in order within fixed chunks of the batch, and the chunks in order.
pub(super) fn narrow(shape: &Shape, x: &[f32], dy: &[f32], dkernel: &mut [f32], dbias: Option<&mut [f32]>) {
    let level = cpu::level();
    let stage = Stage::of_x(shape);
    let mut taps = stage.taps();
    let count = taps.len();
    // Sums that nobody reads, so that the taps come in whole registers.
    taps.resize(count.next_multiple_of(TAPS[0]), 0);
    let job = Job { shape, stage, taps };
    let sums: Vec<[Vec<f32>; 2]> = chunks(shape.batch, shape.kernel_len())
        .into_par_iter()
        .map(|images| add_images(level, &job, x, dy, images, count))
        .collect();
    add_up(sums.iter().map(|[kernel, _]| &kernel[..]), dkernel);
    if let Some(dbias) = dbias {
        add_up(sums.iter().map(|[_, bias]| &bias[..]), dbias);
    }
}

/// What all chunks share.
struct Job<'a> {
    shape: &'a Shape,
    stage: Stage,
    taps: Vec<usize>,
}

/// The sums over some images, of kernel and bias.
fn add_images(level: Level, job: &Job<'_>, x: &[f32], dy: &[f32], images: Range<usize>, taps: usize) -> [Vec<f32>; 2] {
    let channels = job.shape.out_channels;
    let zeros = |count: usize| vec![Lanes([0.0; LANES]); count];
    let mut memory = Memory {
        stage: job.stage.memory(),
        dy: zeros(job.stage.grid[0] * job.stage.grid[1]),
        kernel: zeros(channels.div_ceil(LANES) * job.taps.len()),
        bias: zeros(channels.div_ceil(LANES)),
    };
    for image in images {
        let x = &x[image * job.shape.in_len()..][..job.shape.in_len()];
        let (dy, memory) = (&dy[image * job.shape.out_len()..][..job.shape.out_len()], &mut memory);
        multiversion!(
            level,
            fn(job: &Job<'_>, x: &[f32], dy: &[f32], memory: &mut Memory) = add_image::<{ TAPS[1] }>,
            wide = add_image::<{ TAPS[0] }>
        );
    }
    let kernel = (0..taps * channels).map(|at| {
        let (tap, channel) = (at / channels, at % channels);
        memory.kernel[channel / LANES * job.taps.len() + tap].0[channel % LANES]
    });
    let bias = (0..channels).map(|channel| memory.bias[channel / LANES].0[channel % LANES]);
    [kernel.collect(), bias.collect()]
}

/// Working memory of a chunk, of one block of lanes at a time, and its sums: for each block the taps, and the bias.
struct Memory {
    stage: Vec<Lanes>,
    dy: Vec<Lanes>,
    kernel: Vec<Lanes>,
    bias: Vec<Lanes>,
}

/// Adds one image, `T` taps at a time.
#[inline(always)]
fn add_image<const T: usize>(job: &Job<'_>, x: &[f32], dy: &[f32], memory: &mut Memory) {
    let Memory { stage, dy: staged_dy, kernel, bias } = memory;
    let (columns, channels) = (job.stage.grid[1], job.shape.out_channels);
    let sums = kernel.chunks_exact_mut(job.taps.len()).zip(bias);
    for (block, (kernel, bias)) in sums.enumerate() {
        job.stage.fill(x, block, stage);
        let count = LANES.min(channels - block * LANES);
        for (lanes, dy) in staged_dy.iter_mut().zip(dy.chunks_exact(channels)) {
            lanes.0 = load(&dy[block * LANES..][..count]);
            for l in 0..LANES {
                bias.0[l] += lanes.0[l];
            }
        }
        let sums = kernel.as_chunks_mut::<T>().0.iter_mut().zip(job.taps.as_chunks::<T>().0);
        for (kernel, taps) in sums {
            let mut sums = [[0.0; LANES]; T];
            for t in 0..T {
                sums[t] = kernel[t].0;
            }
            for (row, dy) in staged_dy.chunks_exact(columns).enumerate() {
                for (column, dy) in dy.iter().enumerate() {
                    let corner = job.stage.corner(row, column);
                    for t in 0..T {
                        let x = &stage[corner + taps[t]];
                        for l in 0..LANES {
                            sums[t][l] = x.0[l].mul_add(dy.0[l], sums[t][l]);
                        }
                    }
                }
            }
            for t in 0..T {
                kernel[t].0 = sums[t];
            }
        }
    }
}
