//! Maximum over a window. Takes `x` (batch, in_height, in_width, channels), gives the maxima
//! (batch, out_height, out_width, channels) and where each came from; the first of equals in row order wins, and NaN wins
//! over every number.

use crate::cpu::{self, multiversion};
pub use crate::pool::Shape;
use rayon::prelude::*;

/// Overwrites `y` with the maxima and `winners` with the input pixel (row times width plus column, within the image)
/// each came from.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn forward(shape: &Shape, x: &[f32], y: &mut [f32], winners: &mut [u32]) {
    assert_eq!(x.len(), shape.batch * shape.in_len());
    assert_eq!(y.len(), shape.batch * shape.out_len());
    assert_eq!(winners.len(), y.len());
    if y.is_empty() {
        return;
    }
    let level = cpu::level();
    let images = y.par_chunks_mut(shape.out_len()).zip(winners.par_chunks_mut(shape.out_len()));
    images.enumerate().for_each(|(image, (y, winners))| {
        let x = &x[image * shape.in_len()..][..shape.in_len()];
        multiversion!(level, fn(shape: &Shape, x: &[f32], y: &mut [f32], winners: &mut [u32]) = maxima);
    });
}

/// The maxima of an image.
#[inline(always)]
fn maxima(shape: &Shape, x: &[f32], y: &mut [f32], winners: &mut [u32]) {
    let channels = shape.channels;
    let pixels = y.chunks_exact_mut(channels).zip(winners.chunks_exact_mut(channels));
    for (pixel, (y, winners)) in pixels.enumerate() {
        let (rows, columns) = (shape.rows(pixel / shape.out_width), shape.columns(pixel % shape.out_width));
        let first = rows.start * shape.in_width + columns.start;
        y.copy_from_slice(&x[first * channels..][..channels]);
        winners.fill(first as u32);
        for row in rows {
            for column in columns.clone() {
                let input = row * shape.in_width + column;
                let x = &x[input * channels..][..channels];
                for ((x, y), winner) in x.iter().zip(&mut *y).zip(&mut *winners) {
                    let wins = (*x > *y) | x.is_nan();
                    *y = if wins { *x } else { *y };
                    *winner = if wins { input as u32 } else { *winner };
                }
            }
        }
    }
}

/// Overwrites `dx` with the gradient of the input: each of `dy` goes to its winner.
///
/// # Panics
/// If a slice's length is not what `shape` says, or a winner is no pixel of its image.
pub fn backward(shape: &Shape, dy: &[f32], winners: &[u32], dx: &mut [f32]) {
    assert_eq!(dy.len(), shape.batch * shape.out_len());
    assert_eq!(winners.len(), dy.len());
    assert_eq!(dx.len(), shape.batch * shape.in_len());
    if dx.is_empty() {
        return;
    }
    dx.par_chunks_mut(shape.in_len()).enumerate().for_each(|(image, dx)| {
        dx.fill(0.0);
        let range = image * shape.out_len()..(image + 1) * shape.out_len();
        let pixels = dy[range.clone()].chunks(shape.channels).zip(winners[range].chunks(shape.channels));
        for (dy, winners) in pixels {
            for (c, (dy, winner)) in dy.iter().zip(winners).enumerate() {
                dx[*winner as usize * shape.channels + c] += dy;
            }
        }
    });
}
