//! Forward: groups of output pixels go to threads; each pixel's sums are its own, so the grouping decides no bit.

use super::{Shape, grouped};
use crate::cpu::{self, multiversion};
use crate::panel::{Cursor, PIXELS, Panel, Window};
use crate::tile::{Tile, Weights};
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
