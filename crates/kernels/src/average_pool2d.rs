//! Mean over a window. Padded cells count neither in the sum nor in the divisor, as in Keras.

pub use crate::pool::Shape;
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
    y.par_chunks_mut(shape.out_len()).enumerate().for_each(|(image, y)| {
        let x = &x[image * shape.in_len()..][..shape.in_len()];
        for (pixel, y) in y.chunks_mut(shape.channels).enumerate() {
            y.fill(0.0);
            for input in shape.covered(pixel) {
                for (y, x) in y.iter_mut().zip(&x[input * shape.channels..]) {
                    *y += x;
                }
            }
            let count = cells(shape, pixel);
            for y in y {
                *y /= count;
            }
        }
    });
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
    dx.par_chunks_mut(shape.in_len()).enumerate().for_each(|(image, dx)| {
        dx.fill(0.0);
        let dy = &dy[image * shape.out_len()..][..shape.out_len()];
        for (pixel, dy) in dy.chunks(shape.channels).enumerate() {
            let count = cells(shape, pixel);
            for input in shape.covered(pixel) {
                for (dx, dy) in dx[input * shape.channels..].iter_mut().zip(dy) {
                    *dx += dy / count;
                }
            }
        }
    });
}

/// Cells of the image under the window of an output pixel.
fn cells(shape: &Shape, pixel: usize) -> f32 {
    let (rows, columns) = shape.window(pixel);
    (rows.len() * columns.len()) as f32
}
