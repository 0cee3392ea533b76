//! The gradient of the input, as convolutions of `dy` itself.
//!
//! An input pixel at (i, j) meets the kernel's row u only where `i + pad_top - u` is divisible by the vertical stride, and
//! likewise for columns. So pixels fall into `strides[0] * strides[1]` classes by their remainders; within a class every
//! pixel sees the same taps, of a window of `dy` that slides with stride 1. Images go to threads one by one.

use super::{Shape, forward, grouped, planar};
use crate::cpu::{self, Level, multiversion};
use crate::frame::Frame;
use crate::panel::{Cursor, PIXELS, Panel, Window};
use crate::scratch::Scratch;
use crate::tile::{Tile, Weights};
use crate::winograd;
use rayon::prelude::*;

/// Overwrites `dx` with the gradient of the input, given `dy`, that of the output before any activation.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward_input(shape: &Shape, dy: &[f32], kernel: &[f32], dx: &mut [f32]) {
    assert_eq!(dy.len(), shape.batch * shape.out_len());
    assert_eq!(kernel.len(), shape.kernel_len());
    assert_eq!(dx.len(), shape.batch * shape.in_len());
    if dx.is_empty() {
        return;
    }
    if dy.is_empty() {
        return dx.fill(0.0);
    }
    if shape.groups != 1 {
        return grouped::backward_input(shape, dy, kernel, dx);
    }
    if let Some(mirrored) = mirrored(shape).filter(|shape| winograd::wins(shape) || planar::wins(shape)) {
        return forward(&mirrored, dy, mirrored_kernel(shape, kernel).get(), None, false, dx);
    }
    let level = cpu::level();
    let [vertical, horizontal] = shape.strides;
    let remainders = (0..vertical).flat_map(|a| (0..horizontal).map(move |b| [a, b]));
    let classes: Vec<Class> = remainders.filter_map(|r| Class::new(level, shape, kernel, r)).collect();
    // Where a stride is larger than the kernel, there are pixels that no window sees.
    let gaps = classes.len() < vertical * horizontal;
    let frame = frame(shape, &classes);
    dx.par_chunks_mut(shape.in_len()).zip(dy.par_chunks(shape.out_len())).for_each_init(
        || frame.scratch(frame.size[0]),
        |scratch, (dx, dy)| {
            if gaps {
                dx.fill(0.0);
            }
            let dy = frame.rows(dy, 0..frame.size[0], scratch);
            for class in &classes {
                let window = Window { image: [frame.size[0], frame.size[1], shape.out_channels], size: class.taps };
                let mut panel = window.panel();
                let (before, window, panel) = (frame.before, &window, &mut panel);
                multiversion!(
                    level,
                    fn(
                        shape: &Shape,
                        class: &Class,
                        dy: &[f32],
                        window: &Window,
                        before: [isize; 2],
                        panel: &mut Panel,
                        dx: &mut [f32],
                    ) = pixels
                );
            }
        },
    );
}

/// `dy` with as many zeros around it as the windows of all classes see.
fn frame(shape: &Shape, classes: &[Class]) -> Frame {
    let axis = |axis: usize| {
        let start = classes.iter().map(|class| class.origin[axis]).min().unwrap_or(0);
        let end = |class: &Class| class.origin[axis] + (class.grid[axis].max(1) - 1 + class.taps[axis]) as isize;
        let end = classes.iter().map(end).max().unwrap_or(0);
        (-start, (end - start) as usize)
    };
    let (rows, columns) = (axis(0), axis(1));
    let image = [shape.out_height, shape.out_width, shape.out_channels];
    Frame { image, before: [rows.0, columns.0], size: [rows.1, columns.1] }
}

/// The convolution of `dy` whose output is `dx`, where the stride is 1 and `dx` reaches no further than the windows.
fn mirrored(shape: &Shape) -> Option<Shape> {
    let pad = |pad: usize, kernel: usize| (kernel - 1).checked_sub(pad);
    (shape.strides == [1, 1]).then_some(())?;
    Some(Shape {
        in_height: shape.out_height,
        in_width: shape.out_width,
        in_channels: shape.out_channels,
        out_height: shape.in_height,
        out_width: shape.in_width,
        out_channels: shape.in_channels,
        pad_top: pad(shape.pad_top, shape.kernel[0])?,
        pad_left: pad(shape.pad_left, shape.kernel[1])?,
        ..*shape
    })
}

/// The kernel of that: the last tap first, out channels by in channels.
fn mirrored_kernel(shape: &Shape, kernel: &[f32]) -> Scratch {
    let (inputs, outputs) = (shape.in_channels, shape.out_channels);
    let taps = shape.kernel[0] * shape.kernel[1];
    let mut mirrored = Scratch::any(kernel.len());
    mirrored.get_mut().par_chunks_mut(inputs).enumerate().for_each(|(row, mirrored)| {
        let (tap, output) = (taps - 1 - row / outputs, row % outputs);
        let tap = &kernel[tap * inputs * outputs..][..inputs * outputs];
        for (mirrored, kernel) in mirrored.iter_mut().zip(tap[output..].iter().step_by(outputs)) {
            *mirrored = *kernel;
        }
    });
    mirrored
}

/// Input pixels that meet the same taps.
struct Class {
    /// Their first row and column, and how many rows and columns there are, a stride apart.
    first: [usize; 2],
    grid: [usize; 2],
    /// Rows and columns of `dy` that each of them sees, and where the window of the first of them starts.
    taps: [usize; 2],
    origin: [isize; 2],
    /// Weights of the taps, the last tap first, (taps, out channels) by in channels.
    weights: Weights,
}

/// One axis of a class: the first pixel, the number of pixels, the number of taps, and where the first window starts.
fn axis(
    remainder: usize,
    input: usize,
    kernel: usize,
    stride: usize,
    pad: usize,
) -> Option<(usize, usize, usize, isize)> {
    if remainder >= kernel {
        return None;
    }
    let taps = (kernel - remainder).div_ceil(stride);
    let first = (remainder + stride - pad % stride) % stride;
    let pixels = input.saturating_sub(first).div_ceil(stride);
    let start = ((first + pad - remainder) / stride) as isize - (taps as isize - 1);
    Some((first, pixels, taps, start))
}

impl Class {
    /// The pixels whose padded row and column leave these remainders, if any tap meets them.
    fn new(level: Level, shape: &Shape, kernel: &[f32], remainders: [usize; 2]) -> Option<Self> {
        let [vertical, horizontal] = shape.strides;
        let rows = axis(remainders[0], shape.in_height, shape.kernel[0], vertical, shape.pad_top)?;
        let columns = axis(remainders[1], shape.in_width, shape.kernel[1], horizontal, shape.pad_left)?;
        let (inputs, outputs) = (shape.in_channels, shape.out_channels);
        let mut matrix = Vec::with_capacity(rows.2 * columns.2 * inputs * outputs);
        for u in (0..rows.2).rev().map(|tap| remainders[0] + tap * vertical) {
            for v in (0..columns.2).rev().map(|tap| remainders[1] + tap * horizontal) {
                let tap = &kernel[(u * shape.kernel[1] + v) * inputs * outputs..][..inputs * outputs];
                matrix.extend((0..outputs).flat_map(|o| tap[o..].iter().step_by(outputs)));
            }
        }
        Some(Class {
            first: [rows.0, columns.0],
            grid: [rows.1, columns.1],
            taps: [rows.2, columns.2],
            origin: [rows.3, columns.3],
            weights: Weights::pack(level, &matrix, rows.2 * columns.2 * outputs, inputs),
        })
    }
}

/// Computes the pixels of a class in one image.
#[inline(always)]
fn pixels(
    shape: &Shape,
    class: &Class,
    dy: &[f32],
    window: &Window,
    before: [isize; 2],
    panel: &mut Panel,
    dx: &mut [f32],
) {
    // No window begins before the frame.
    let origin = [0, 1].map(|axis| (before[axis] + class.origin[axis]) as usize);
    let count = class.grid[0] * class.grid[1];
    let mut tile = Tile::new();
    let mut cursor = Cursor::at(class.grid.map(|size| size.max(1)), 0);
    for first in (0..count).step_by(PIXELS) {
        let mut places = [0; PIXELS];
        let places = &mut places[..PIXELS.min(count - first)];
        for (pixel, place) in places.iter_mut().enumerate() {
            window.copy(dy, [origin[0] + cursor.row, origin[1] + cursor.column], pixel, panel);
            let row = class.first[0] + cursor.row * shape.strides[0];
            let column = class.first[1] + cursor.column * shape.strides[1];
            *place = (row * shape.in_width + column) * shape.in_channels;
            cursor.advance();
        }
        for columns in class.weights.columns() {
            columns.multiply(panel, None, &mut tile);
            for (pixel, place) in places.iter().enumerate() {
                tile.store(pixel, &mut dx[place + columns.channel..][..columns.count]);
            }
        }
    }
}
