//! The gradient of kernel and bias: what a window's row covers times the rows of `dy`, summed pixel by pixel.

use super::{Shape, backward_kernel_few as few, grouped};
use crate::cpu::{self, Level};
use crate::frame::Frame;
use crate::lanes::LANES;
use crate::panel::{Cursor, PIXELS};
use crate::scratch::Scratch;
use crate::sums::{add_rows, add_up, chunks};
use crate::tile::{Tile, Weights};
use crate::winograd;
use rayon::prelude::*;
use std::ops::Range;

/// Pixels that are summed together: their gradients, a block of channels at a time, fit the first cache.
pub(super) const GROUP: usize = 256;

/// Overwrites `dkernel`, and `dbias` if given, with their gradients; `dy` is the gradient of the output before any
/// activation. Pixels are summed in order within fixed groups, the groups within fixed chunks of the batch, and the chunks
/// in order.
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
    if dy.is_empty() {
        dkernel.fill(0.0);
        return dbias.into_iter().for_each(|dbias| dbias.fill(0.0));
    }
    let level = cpu::level();
    let sums: Vec<Sums> = chunks(shape.batch, shape.kernel_len())
        .into_par_iter()
        .map(|images| {
            let mut sums =
                Sums { kernel: Scratch::zeros(shape.kernel_len()), bias: Scratch::zeros(shape.out_channels) };
            add_rows(&dy[images.start * shape.out_len()..images.end * shape.out_len()], sums.bias.get_mut());
            if winograd::wins(shape) {
                winograd::sum_images(level, shape, x, dy, images, sums.kernel.get_mut());
            } else {
                add_images(level, shape, x, dy, images, sums.kernel.get_mut());
            }
            sums
        })
        .collect();
    add_up(sums.iter().map(|sums| sums.kernel.get()), dkernel);
    if let Some(dbias) = dbias {
        add_up(sums.iter().map(|sums| sums.bias.get()), dbias);
    }
}

/// The sums over a chunk of images.
struct Sums {
    kernel: Scratch,
    bias: Scratch,
}

/// Adds the sums over some images to those of the kernel.
fn add_images(level: Level, shape: &Shape, x: &[f32], dy: &[f32], images: Range<usize>, sums: &mut [f32]) {
    let frame = shape.frame();
    let pixels = shape.out_height * shape.out_width;
    // A window's row is taken so many numbers at a time; the last ones may overshoot the frame.
    let step = if few::wins(shape) { LANES } else { PIXELS };
    let in_place = frame.is_image() && (shape.kernel[1] * shape.in_channels).is_multiple_of(step);
    let together = (GROUP / pixels).max(1);
    let len = frame.size[0] * frame.stride();
    let mut scratch = if in_place { Scratch::any(0) } else { Scratch::zeros(together * len + step) };
    let parts = few::parts(shape, &frame);
    let (mut gradients, mut tile) = (Weights::empty(level), Tile::new());
    for first in images.clone().step_by(together) {
        let count = together.min(images.end - first);
        let x = &x[first * shape.in_len()..][..count * shape.in_len()];
        let frames = if in_place {
            x
        } else {
            for (x, to) in x.chunks_exact(shape.in_len()).zip(scratch.get_mut().chunks_exact_mut(len)) {
                frame.load(x, 0..frame.size[0], to);
            }
            scratch.get()
        };
        let dy = &dy[first * shape.out_len()..][..count * shape.out_len()];
        for (group, dy) in dy.chunks(GROUP * shape.out_channels).enumerate() {
            let count = dy.len() / shape.out_channels;
            let corners = &corners(shape, &frame, group * GROUP, count)[..count];
            if few::wins(shape) {
                few::add_pixels(level, shape.out_channels, &parts, frames, corners, dy, sums);
            } else {
                gradients.repack(dy, count, shape.out_channels);
                add_pixels(shape, &frame, frames, corners, &gradients, &mut tile, sums);
            }
        }
    }
}

/// Where the windows of some output pixels start in the frames.
fn corners(shape: &Shape, frame: &Frame, first: usize, count: usize) -> [u32; GROUP] {
    let mut cursor = Cursor::at([shape.out_height, shape.out_width], first);
    let mut corners = [0; GROUP];
    for corner in &mut corners[..count] {
        let row = cursor.image * frame.size[0] + cursor.row * shape.strides[0];
        *corner = (row * frame.stride() + cursor.column * shape.strides[1] * shape.in_channels) as u32;
        cursor.advance();
    }
    corners
}

/// Adds the pixels whose windows start at `corners`.
fn add_pixels(
    shape: &Shape,
    frame: &Frame,
    frames: &[f32],
    corners: &[u32],
    gradients: &Weights,
    tile: &mut Tile,
    sums: &mut [f32],
) {
    let channels = shape.out_channels;
    let row = shape.kernel[1] * shape.in_channels;
    for columns in gradients.columns() {
        for (u, sums) in sums.chunks_exact_mut(row * channels).enumerate() {
            for (part, sums) in sums.chunks_mut(PIXELS * channels).enumerate() {
                let (numbers, count) = (&frames[u * frame.stride() + part * PIXELS..], sums.len() / channels);
                columns.multiply_rows(numbers, corners, count, tile);
                tile.add_rows(&mut sums[columns.channel..], channels, columns.count);
            }
        }
    }
}
