//! Mean over all pixels of an image, channel by channel.

use rayon::prelude::*;

/// The sizes of one global pooling layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Images.
    pub batch: usize,
    /// Height times width of an image.
    pub pixels: usize,
    /// Channels.
    pub channels: usize,
}

/// Overwrites `y` (batch, channels) with the means of `x` (batch, pixels, channels), summed in pixel order.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn forward(shape: &Shape, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), shape.batch * shape.pixels * shape.channels);
    assert_eq!(y.len(), shape.batch * shape.channels);
    if x.is_empty() {
        return;
    }
    let images = x.par_chunks(shape.pixels * shape.channels);
    y.par_chunks_mut(shape.channels).zip(images).for_each(|(y, x)| {
        y.fill(0.0);
        for x in x.chunks(shape.channels) {
            for (y, x) in y.iter_mut().zip(x) {
                *y += x;
            }
        }
        for y in y {
            *y /= shape.pixels as f32;
        }
    });
}

/// Overwrites `dx` (batch, pixels, channels) with the gradient of the input, given `dy` (batch, channels).
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward(shape: &Shape, dy: &[f32], dx: &mut [f32]) {
    assert_eq!(dy.len(), shape.batch * shape.channels);
    assert_eq!(dx.len(), shape.batch * shape.pixels * shape.channels);
    if dx.is_empty() {
        return;
    }
    let images = dx.par_chunks_mut(shape.pixels * shape.channels);
    images.zip(dy.par_chunks(shape.channels)).for_each(|(dx, dy)| {
        for dx in dx.chunks_mut(shape.channels) {
            for (dx, dy) in dx.iter_mut().zip(dy) {
                *dx = dy / shape.pixels as f32;
            }
        }
    });
}
