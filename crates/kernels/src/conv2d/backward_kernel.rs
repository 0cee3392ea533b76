//! The gradient of kernel and bias: rows of the unrolled input times rows of `dy`, summed pixel by pixel.

use super::{Shape, grouped};
use crate::cpu::{self, Level, multiversion};
use crate::frame::Frame;
use crate::panel::{Cursor, PIXELS, Window};
use crate::scratch::{Scratch, add_up, chunks};
use crate::tile::{Tile, Weights};
use crate::winograd;
use rayon::prelude::*;
use std::ops::Range;

/// Pixels that are unrolled together.
const GROUP: usize = 64;

/// Overwrites `dkernel`, and `dbias` if given, with their gradients; `dy` is the gradient of the output before any
/// activation. Pixels are summed in order within fixed chunks of the batch, and the chunks in order.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward_kernel(shape: &Shape, x: &[f32], dy: &[f32], dkernel: &mut [f32], dbias: Option<&mut [f32]>) {
    assert_eq!(x.len(), shape.batch * shape.in_len());
    assert_eq!(dy.len(), shape.batch * shape.out_len());
    assert_eq!(dkernel.len(), shape.kernel_len());
    assert!(dbias.as_ref().is_none_or(|dbias| dbias.len() == shape.out_channels));
    if shape.groups != 1 {
        return grouped::backward_kernel(shape, x, dy, dkernel, dbias);
    }
    let level = cpu::level();
    let sums: Vec<[Vec<f32>; 2]> = chunks(shape.batch, shape.kernel_len())
        .into_par_iter()
        .map(|images| {
            let mut sums = [vec![0.0; shape.kernel_len()], vec![0.0; shape.out_channels]];
            if winograd::wins(shape) {
                add_bias(shape, &dy[images.start * shape.out_len()..images.end * shape.out_len()], &mut sums[1]);
                winograd::sum_images(level, shape, x, dy, images, &mut sums[0]);
            } else {
                add_images(level, shape, x, dy, images, &mut sums);
            }
            sums
        })
        .collect();
    add_up(sums.iter().map(|[kernel, _]| &kernel[..]), dkernel);
    if let Some(dbias) = dbias {
        add_up(sums.iter().map(|[_, bias]| &bias[..]), dbias);
    }
}

fn add_bias(shape: &Shape, dy: &[f32], bias: &mut [f32]) {
    for dy in dy.chunks_exact(shape.out_channels) {
        for (bias, dy) in bias.iter_mut().zip(dy) {
            *bias += dy;
        }
    }
}

/// Adds the sums over some images to `[kernel, bias]`.
#[rustfmt::skip]
fn add_images(level: Level, shape: &Shape, x: &[f32], dy: &[f32], images: Range<usize>, sums: &mut [Vec<f32>; 2]) {
    let frame = shape.frame();
    let window = shape.window(frame.size[0]);
    let mut memory = Memory {
        rows: vec![0.0; GROUP * window.depth().next_multiple_of(PIXELS)],
        gradients: Weights::empty(level),
        tile: Tile::new(),
        frame: frame.scratch(frame.size[0]),
        image: usize::MAX,
    };
    let pixels = shape.out_height * shape.out_width;
    for first in (images.start * pixels..images.end * pixels).step_by(GROUP) {
        let count = GROUP.min(images.end * pixels - first);
        let dy = &dy[first * shape.out_channels..][..count * shape.out_channels];
        let (window, frame, memory, sums) = (&window, &frame, &mut memory, &mut *sums);
        multiversion!(
            level,
            fn(
                shape: &Shape, window: &Window, frame: &Frame, x: &[f32], first: usize, dy: &[f32], memory: &mut Memory,
                sums: &mut [Vec<f32>; 2],
            ) = add_pixels
        );
    }
}

/// Working memory of a thread.
struct Memory {
    /// What each pixel of a group sees, a row each.
    rows: Vec<f32>,
    /// Its gradients.
    gradients: Weights,
    tile: Tile,
    /// The frame of the image that the pixels are of, unless that is the image itself.
    frame: Scratch,
    /// Which image that is.
    image: usize,
}

/// Adds the output pixels from number `first` of the batch on, as many as `dy` holds.
#[inline(always)]
fn add_pixels(
    shape: &Shape,
    window: &Window,
    frame: &Frame,
    x: &[f32],
    first: usize,
    dy: &[f32],
    memory: &mut Memory,
    sums: &mut [Vec<f32>; 2],
) {
    let (depth, channels) = (window.depth(), shape.out_channels);
    let stride = depth.next_multiple_of(PIXELS);
    let [kernel, bias] = sums;
    let mut cursor = Cursor::at([shape.out_height, shape.out_width], first);
    for (row, dy) in memory.rows.chunks_exact_mut(stride).zip(dy.chunks_exact(channels)) {
        let image = &x[cursor.image * shape.in_len()..][..shape.in_len()];
        let corner = [cursor.row * shape.strides[0], cursor.column * shape.strides[1]];
        if frame.is_image() {
            window.unroll(image, corner, row);
        } else {
            if memory.image != cursor.image {
                frame.load(image, 0..frame.size[0], memory.frame.get_mut());
                memory.image = cursor.image;
            }
            window.unroll(memory.frame.get(), corner, row);
        }
        cursor.advance();
        for (bias, dy) in bias.iter_mut().zip(dy) {
            *bias += dy;
        }
    }
    memory.gradients.repack(dy, dy.len() / channels, channels);
    for (part, kernel) in kernel.chunks_mut(PIXELS * channels).enumerate() {
        for columns in memory.gradients.columns() {
            columns.multiply_rows(&memory.rows, stride, part * PIXELS, &mut memory.tile);
            for (row, kernel) in kernel.chunks_exact_mut(channels).enumerate() {
                memory.tile.add(row, &mut kernel[columns.channel..][..columns.count]);
            }
        }
    }
}
