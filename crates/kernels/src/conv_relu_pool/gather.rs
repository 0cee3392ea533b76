//! The gradient of kernel and bias: each entry of a list adds the 3x3 window it sees, times its gradient.

use super::lists::Lists;
use super::{band, gather_narrow as narrow};
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use crate::scratch::Scratch;
use rayon::prelude::*;
use std::ops::Range;

/// How the sums of a kernel's gradient are laid out.
pub(super) struct Gather<'a> {
    level: Level,
    shape: &'a Shape,
    /// Whether a row of a window is one vector.
    narrow: bool,
    /// Channels, or numbers of a window's row, that lie side by side.
    lanes: usize,
}

/// The sums over some images.
pub(super) struct Sums {
    /// `[block of in channels][out channel][tap][lane]`; where it is narrow, `[out channel][row][lane]`.
    pub kernel: Scratch,
    pub bias: Scratch,
    /// What the bias's sums of further blocks of in channels are thrown into: they cost no time.
    ignored: Scratch,
}

impl<'a> Gather<'a> {
    pub fn new(level: Level, shape: &'a Shape) -> Self {
        let narrow = narrow::fits(shape);
        let lanes = if narrow { narrow::LANES } else { band::lanes(level, shape.in_channels) };
        Gather { level, shape, narrow, lanes }
    }

    /// Sums of an out channel and a block of in channels.
    fn window(&self) -> usize {
        if self.narrow { 3 * self.lanes } else { 9 * self.lanes }
    }

    /// Sums of a kernel.
    pub fn size(&self) -> usize {
        let blocks = if self.narrow { 1 } else { self.shape.in_channels.div_ceil(self.lanes) };
        blocks * self.shape.out_channels * self.window()
    }

    /// Nothing added up yet.
    pub fn zeros(&self) -> Sums {
        let channels = self.shape.out_channels;
        Sums { kernel: Scratch::zeros(self.size()), bias: Scratch::zeros(channels), ignored: Scratch::zeros(channels) }
    }

    /// Numbers of working memory for bands of `rows` pooled rows: those of the input under them. A narrow band has room
    /// for a vector to overshoot.
    pub fn scratch(&self, rows: usize) -> usize {
        let pixels = band::pixels(self.shape, rows);
        if self.narrow { pixels * self.lanes.max(self.shape.in_channels) + self.lanes } else { pixels * self.lanes }
    }

    /// Adds what the lists of the pooled rows `rows` of an image say.
    pub fn add_band(&self, x: &[f32], rows: &Range<usize>, lists: &Lists, scratch: &mut [f32], sums: &mut Sums) {
        let &Gather { level, shape, narrow, lanes } = self;
        let inputs = shape.in_channels;
        if narrow {
            band::load(level, shape, x, rows, 0, inputs, inputs, scratch);
            return narrow::gather(level, shape, lists, scratch, sums.kernel.get_mut(), sums.bias.get_mut());
        }
        let blocks = sums.kernel.get_mut().chunks_exact_mut(shape.out_channels * self.window());
        for (block, kernel) in blocks.enumerate() {
            let bias = if block == 0 { &mut sums.bias } else { &mut sums.ignored };
            let count = lanes.min(inputs - block * lanes);
            band::load(level, shape, x, rows, block * lanes, count, lanes, scratch);
            gather(level, lanes, shape, lists, scratch, kernel, bias.get_mut());
        }
    }

    /// Writes a kernel's sums where they belong.
    pub fn unpack(&self, sums: &[f32], dkernel: &mut [f32]) {
        let &Gather { shape, narrow, lanes, .. } = self;
        let (inputs, outputs) = (shape.in_channels, shape.out_channels);
        dkernel.par_chunks_mut(outputs.max(1)).enumerate().for_each(|(row, dkernel)| {
            let (tap, c) = (row / inputs, row % inputs);
            let first = if narrow {
                tap / 3 * lanes + tap % 3 * inputs + c
            } else {
                (c / lanes * outputs * 9 + tap) * lanes + c % lanes
            };
            for (output, dkernel) in dkernel.iter_mut().enumerate() {
                *dkernel = sums[first + output * self.window()];
            }
        });
    }
}

#[rustfmt::skip]
fn gather(
    level: Level, lanes: usize, shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32],
) {
    match lanes {
        32 => multiversion!(
            level,
            fn(shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32]) = gather_lanes::<32>
        ),
        16 => multiversion!(
            level,
            fn(shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32]) = gather_lanes::<16>
        ),
        _ => multiversion!(
            level,
            fn(shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32]) = gather_lanes::<8>
        ),
    }
}

/// Adds to the sums of each channel what its list says of the band; a channel's sums stay in registers.
#[inline(always)]
fn gather_lanes<const L: usize>(shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32]) {
    let width = shape.out_width + 2;
    let band = band.as_chunks::<L>().0;
    let sums = sums.as_chunks_mut::<L>().0.as_chunks_mut::<9>().0;
    for (output, (sums, bias)) in sums.iter_mut().zip(bias).enumerate() {
        let mut window = *sums;
        let mut total = *bias;
        for entry in lists.channel(output) {
            total += entry.gradient();
            for u in 0..3 {
                let Some(pixels) = band[entry.at() + u * width..].first_chunk::<3>() else { return };
                for v in 0..3 {
                    for l in 0..L {
                        window[u * 3 + v][l] = entry.gradient().mul_add(pixels[v][l], window[u * 3 + v][l]);
                    }
                }
            }
        }
        *sums = window;
        *bias = total;
    }
}
