//! Mean over a window. Padded cells count neither in the sum nor in the divisor, as in Keras.
//!
//! A window is summed row by row and then column by column: whole rows of an image make long vectors, however few
//! channels there are.

use crate::cpu::{self, multiversion};
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
        || Scratch::any(shape.in_width * shape.channels),
        |row, (image, y)| {
            let (x, row) = (&x[image * shape.in_len()..][..shape.in_len()], row.get_mut());
            multiversion!(level, fn(shape: &Shape, x: &[f32], row: &mut [f32], y: &mut [f32]) = means);
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
        || Scratch::any(shape.in_width * shape.channels),
        |row, (image, dx)| {
            let (dy, row) = (&dy[image * shape.out_len()..][..shape.out_len()], row.get_mut());
            multiversion!(level, fn(shape: &Shape, dy: &[f32], row: &mut [f32], dx: &mut [f32]) = spread);
        },
    );
}

/// The means of an image; `row` has room for a row of it.
#[inline(always)]
fn means(shape: &Shape, x: &[f32], row: &mut [f32], y: &mut [f32]) {
    let channels = shape.channels;
    for (i, y) in y.chunks_exact_mut(shape.out_width * channels).enumerate() {
        let (rows, _) = shape.window(i * shape.out_width);
        row.fill(0.0);
        for x in x.chunks_exact(row.len()).skip(rows.start).take(rows.len()) {
            add(x, row);
        }
        for (j, y) in y.chunks_exact_mut(channels).enumerate() {
            let (_, columns) = shape.window(j);
            y.fill(0.0);
            for column in row.chunks_exact(channels).skip(columns.start).take(columns.len()) {
                add(column, y);
            }
            let count = (rows.len() * columns.len()) as f32;
            for y in y {
                *y /= count;
            }
        }
    }
}

/// The gradient of an image; `row` has room for a row of it.
#[inline(always)]
fn spread(shape: &Shape, dy: &[f32], row: &mut [f32], dx: &mut [f32]) {
    let channels = shape.channels;
    dx.fill(0.0);
    for (i, dy) in dy.chunks_exact(shape.out_width * channels).enumerate() {
        let (rows, _) = shape.window(i * shape.out_width);
        row.fill(0.0);
        for (j, dy) in dy.chunks_exact(channels).enumerate() {
            let (_, columns) = shape.window(j);
            let count = (rows.len() * columns.len()) as f32;
            for column in row.chunks_exact_mut(channels).skip(columns.start).take(columns.len()) {
                for (sum, dy) in column.iter_mut().zip(dy) {
                    *sum += dy / count;
                }
            }
        }
        for dx in dx.chunks_exact_mut(row.len()).skip(rows.start).take(rows.len()) {
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
