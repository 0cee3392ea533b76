//! Mean over a window. Padded cells count neither in the sum nor in the divisor, as in Keras.
//!
//! A window is summed row by row and then column by column: whole rows of an image make long vectors, however few
//! channels there are. Columns go by vectors of channels, whose last lanes may be the next column's: what a mean gets there
//! is overwritten, and what a gradient gets there is zero.

use crate::cpu::{self, multiversion};
use crate::lanes::LANES;
pub use crate::pool::Shape;
use crate::scratch::Scratch;
use rayon::prelude::*;

/// Overwrites `y` (batch, out_height, out_width, channels) with the means of `x` (batch, in_height, in_width, channels).
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn forward(shape: &Shape, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), shape.batch * shape.in_len());
    assert_eq!(y.len(), shape.batch * shape.out_len());
    if y.is_empty() {
        return;
    }
    let level = cpu::level();
    y.par_chunks_mut(shape.out_len()).enumerate().for_each_init(
        || rows(shape),
        |[row, out], (image, y)| {
            let (x, row, out) = (&x[image * shape.in_len()..][..shape.in_len()], row.get_mut(), out.get_mut());
            multiversion!(level, fn(shape: &Shape, x: &[f32], row: &mut [f32], out: &mut [f32], y: &mut [f32]) = means);
        },
    );
}

/// Overwrites `dx` with the gradient of the input: each of `dy` goes in equal parts to the cells of its window.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward(shape: &Shape, dy: &[f32], dx: &mut [f32]) {
    assert_eq!(dy.len(), shape.batch * shape.out_len());
    assert_eq!(dx.len(), shape.batch * shape.in_len());
    if dx.is_empty() {
        return;
    }
    let level = cpu::level();
    dx.par_chunks_mut(shape.in_len()).enumerate().for_each_init(
        || rows(shape),
        |[row, out], (image, dx)| {
            let (dy, row, out) = (&dy[image * shape.out_len()..][..shape.out_len()], row.get_mut(), out.get_mut());
            multiversion!(level, fn(shape: &Shape, dy: &[f32], row: &mut [f32], out: &mut [f32], dx: &mut [f32]) = spread);
        },
    );
}

/// Memory for a row of the input and one of the output, and for the lanes behind.
fn rows(shape: &Shape) -> [Scratch; 2] {
    [shape.in_width, shape.out_width].map(|width| Scratch::any(width * shape.channels + LANES))
}

/// The means of an image.
#[inline(always)]
fn means(shape: &Shape, x: &[f32], row: &mut [f32], out: &mut [f32], y: &mut [f32]) {
    let (channels, len) = (shape.channels, shape.in_width * shape.channels);
    for (i, y) in y.chunks_exact_mut(shape.out_width * channels).enumerate() {
        let rows = shape.rows(i);
        row.fill(0.0);
        for x in x.chunks_exact(len).skip(rows.start).take(rows.len()) {
            add(x, row);
        }
        for j in 0..shape.out_width {
            let columns = shape.columns(j);
            if columns.is_empty() {
                return; // No window is; of rows without columns LLVM would make scatters.
            }
            let count = (rows.len() * columns.len()) as f32;
            for channel in (0..channels).step_by(LANES) {
                let mut sums = [0.0; LANES];
                for column in columns.clone() {
                    let Some(numbers) = row[column * channels + channel..].first_chunk::<LANES>() else { return };
                    for l in 0..LANES {
                        sums[l] += numbers[l];
                    }
                }
                let mut mean = [0.0; LANES];
                for l in 0..LANES {
                    mean[l] = sums[l] / count;
                }
                let Some(out) = out[j * channels + channel..].first_chunk_mut::<LANES>() else { return };
                *out = mean;
            }
        }
        y.copy_from_slice(&out[..y.len()]);
    }
}

/// The gradient of an image.
#[inline(always)]
fn spread(shape: &Shape, dy: &[f32], row: &mut [f32], out: &mut [f32], dx: &mut [f32]) {
    let (channels, len) = (shape.channels, shape.in_width * shape.channels);
    // Reading a vector of which part was just written would wait for that to reach the cache.
    let once = shape.pool[1] <= shape.strides[1] && channels <= LANES;
    dx.fill(0.0);
    for (i, dy) in dy.chunks_exact(shape.out_width * channels).enumerate() {
        let rows = shape.rows(i);
        out[..dy.len()].copy_from_slice(dy);
        row.fill(0.0);
        for j in 0..shape.out_width {
            let columns = shape.columns(j);
            let count = (rows.len() * columns.len()) as f32;
            for channel in (0..channels).step_by(LANES) {
                let Some(dy) = out[j * channels + channel..].first_chunk::<LANES>() else { return };
                let mut part = [0.0; LANES];
                for l in 0..LANES {
                    part[l] = dy[l] / count;
                }
                for l in 0..LANES {
                    part[l] = if l < channels - channel { part[l] } else { 0.0 };
                }
                for column in columns.clone() {
                    let Some(to) = row[column * channels + channel..].first_chunk_mut::<LANES>() else { return };
                    if once {
                        *to = part;
                        continue;
                    }
                    for l in 0..LANES {
                        to[l] += part[l];
                    }
                }
            }
        }
        for dx in dx.chunks_exact_mut(len).skip(rows.start).take(rows.len()) {
            add(row, dx);
        }
    }
}

#[inline(always)]
fn add(numbers: &[f32], to: &mut [f32]) {
    for (to, number) in to.iter_mut().zip(numbers) {
        *to += number;
    }
}
