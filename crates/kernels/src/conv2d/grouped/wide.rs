//! Wide groups: one after the other, each a convolution of its own on a copy of its channels.

use super::super::{self as conv2d, Shape};
use super::channels;
use rayon::prelude::*;

/// Rows that a thread copies at once.
const ROWS: usize = 1024;

/// The convolution of one group.
fn one(shape: &Shape) -> Shape {
    let [in_channels, out_channels] = channels(shape);
    Shape { in_channels, out_channels, groups: 1, ..*shape }
}

/// Part number `part`, `width` numbers, of each of the rows of `all`, `parts` times as long.
fn take(all: &[f32], parts: usize, part: usize, width: usize) -> Vec<f32> {
    let mut taken = vec![0.0; all.len() / parts];
    let chunks = taken.par_chunks_mut(ROWS * width).zip(all.par_chunks(ROWS * width * parts));
    chunks.for_each(|(taken, all)| {
        for (taken, row) in taken.chunks_exact_mut(width).zip(all.chunks_exact(width * parts)) {
            taken.copy_from_slice(&row[part * width..][..width]);
        }
    });
    taken
}

/// The reverse of [`take`].
fn put(taken: &[f32], all: &mut [f32], parts: usize, part: usize, width: usize) {
    let chunks = taken.par_chunks(ROWS * width).zip(all.par_chunks_mut(ROWS * width * parts));
    chunks.for_each(|(taken, all)| {
        for (taken, row) in taken.chunks_exact(width).zip(all.chunks_exact_mut(width * parts)) {
            row[part * width..][..width].copy_from_slice(taken);
        }
    });
}

pub(super) fn forward(shape: &Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>, relu: bool, y: &mut [f32]) {
    let (one, groups) = (one(shape), shape.groups);
    let (inputs, outputs) = (one.in_channels, one.out_channels);
    let mut part = vec![0.0; y.len() / groups];
    for group in 0..groups {
        let (x, kernel) = (take(x, groups, group, inputs), take(kernel, groups, group, outputs));
        let bias = bias.map(|bias| &bias[group * outputs..][..outputs]);
        conv2d::forward(&one, &x, &kernel, bias, relu, &mut part);
        put(&part, y, groups, group, outputs);
    }
}

pub(super) fn backward_input(shape: &Shape, dy: &[f32], kernel: &[f32], dx: &mut [f32]) {
    let (one, groups) = (one(shape), shape.groups);
    let (inputs, outputs) = (one.in_channels, one.out_channels);
    let mut part = vec![0.0; dx.len() / groups];
    for group in 0..groups {
        let (dy, kernel) = (take(dy, groups, group, outputs), take(kernel, groups, group, outputs));
        conv2d::backward_input(&one, &dy, &kernel, &mut part);
        put(&part, dx, groups, group, inputs);
    }
}

pub(super) fn backward_kernel(
    shape: &Shape,
    x: &[f32],
    dy: &[f32],
    dkernel: &mut [f32],
    mut dbias: Option<&mut [f32]>,
) {
    let (one, groups) = (one(shape), shape.groups);
    let (inputs, outputs) = (one.in_channels, one.out_channels);
    let mut part = vec![0.0; one.kernel_len()];
    for group in 0..groups {
        let (x, dy) = (take(x, groups, group, inputs), take(dy, groups, group, outputs));
        let dbias = dbias.as_deref_mut().map(|dbias| &mut dbias[group * outputs..][..outputs]);
        conv2d::backward_kernel(&one, &x, &dy, &mut part, dbias);
        put(&part, dkernel, groups, group, outputs);
    }
}
