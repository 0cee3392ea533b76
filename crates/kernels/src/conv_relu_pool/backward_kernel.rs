//! The gradient of kernel and bias: each entry of a list adds the 3x3 window it sees, times its gradient.

use super::lists::Lists;
use super::{band, check, first_layer, pooled_len};
use crate::conv2d::Shape;
use crate::cpu::{self, Level, multiversion};
use crate::scratch::{Scratch, add_up, chunks};
use rayon::prelude::*;

/// Overwrites `dkernel`, and `dbias` if given, with their gradients, given `dy`, that of the pooled output, and
/// forward's `winners`.
///
/// Images are summed in order within fixed chunks of the batch, and the chunks in order.
///
/// # Panics
/// If the kernel is not 3x3 with stride 1, or a slice's length is not what `shape` says.
pub fn backward_kernel(
    shape: &Shape,
    x: &[f32],
    dy: &[f32],
    winners: &[u8],
    dkernel: &mut [f32],
    dbias: Option<&mut [f32]>,
) {
    check(shape);
    assert_eq!(x.len(), shape.batch * shape.in_len());
    assert_eq!(dy.len(), shape.batch * pooled_len(shape));
    assert_eq!(winners.len(), dy.len());
    assert_eq!(dkernel.len(), shape.kernel_len());
    assert!(dbias.as_ref().is_none_or(|dbias| dbias.len() == shape.out_channels));
    let level = cpu::level();
    let inputs = shape.in_channels;
    let first = first_layer::fits(shape);
    let lanes = if first { first_layer::LANES } else { band::lanes(level, inputs) };
    let taps = if first { 3 } else { 9 };
    let per_output = inputs.div_ceil(lanes) * taps * lanes;
    let size = per_output * shape.out_channels;
    let sums: Vec<Sums> = chunks(shape.batch, size)
        .into_par_iter()
        .map(|images| {
            let mut sums = Sums { kernel: Scratch::zeros(size), bias: vec![0.0; shape.out_channels] };
            if dy.is_empty() {
                return sums;
            }
            for image in images {
                let x = &x[image * shape.in_len()..][..shape.in_len()];
                let unit = image * pooled_len(shape)..(image + 1) * pooled_len(shape);
                let (dy, winners) = (&dy[unit.clone()], &winners[unit]);
                if first {
                    first_layer::add_image(level, shape, x, dy, winners, sums.kernel.get_mut(), &mut sums.bias);
                } else {
                    add_image(level, lanes, shape, x, dy, winners, &mut sums);
                }
            }
            sums
        })
        .collect();
    let mut total = vec![0.0; size];
    add_up(sums.iter().map(|sums| sums.kernel.get()), &mut total);
    dkernel.par_chunks_mut(shape.out_channels.max(1)).enumerate().for_each(|(row, dkernel)| {
        let (tap, c) = (row / inputs, row % inputs);
        let (first_at, stride) = if first {
            (tap / 3 * lanes + tap % 3 * inputs + c, 3 * lanes)
        } else {
            ((c / lanes * shape.out_channels * 9 + tap) * lanes + c % lanes, 9 * lanes)
        };
        for (output, dkernel) in dkernel.iter_mut().enumerate() {
            *dkernel = total[first_at + output * stride];
        }
    });
    if let Some(dbias) = dbias {
        add_up(sums.iter().map(|sums| &sums.bias[..]), dbias);
    }
}

/// The sums of one chunk of images.
struct Sums {
    /// `[block of in channels][out channel][tap][lane]`, or as [`first_layer`] has it.
    kernel: Scratch,
    bias: Vec<f32>,
}

fn add_image(level: Level, lanes: usize, shape: &Shape, x: &[f32], dy: &[f32], winners: &[u8], sums: &mut Sums) {
    let rows = band::rows(shape, shape.in_channels.min(32));
    let mut lists = Lists::new(shape, rows);
    let mut ignored = vec![0.0; shape.out_channels];
    let mut scratch = Scratch::zeros(band::pixels(shape, rows) * lanes);
    for rows in band::bands(shape, rows) {
        lists.build(shape, dy, winners, rows.clone());
        let blocks = sums.kernel.get_mut().chunks_exact_mut(shape.out_channels * 9 * lanes);
        for (block, kernel) in blocks.enumerate() {
            let count = lanes.min(shape.in_channels - block * lanes);
            band::load(level, shape, x, &rows, block * lanes, count, lanes, scratch.get_mut());
            // Every block sums the gradients, the first for the bias, the others for nothing: it costs no time.
            let bias = if block == 0 { &mut sums.bias } else { &mut ignored };
            gather(level, lanes, shape, &lists, scratch.get(), kernel, bias);
        }
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
            total += entry.gradient;
            for u in 0..3 {
                let Some(pixels) = band[entry.at as usize + u * width..].first_chunk::<3>() else { return };
                for v in 0..3 {
                    for l in 0..L {
                        window[u * 3 + v][l] = entry.gradient.mul_add(pixels[v][l], window[u * 3 + v][l]);
                    }
                }
            }
        }
        *sums = window;
        *bias = total;
    }
}
