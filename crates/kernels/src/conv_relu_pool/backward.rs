//! The gradients of kernel, bias and input: image by image and band by band, all from the same lists.

use super::gather::{Gather, Sums};
use super::lists::Lists;
use super::scatter::{Scatter, Winners};
use super::{band, check, pooled_len};
use crate::conv2d::Shape;
use crate::cpu::{self, Level};
use crate::scratch::Scratch;
use crate::sums::{add_up, chunks};
use rayon::prelude::*;
use std::ops::Range;

/// Overwrites `dkernel`, and `dx` and `dbias` if given, with their gradients, given `dy`, that of the pooled output, and
/// forward's `winners`.
///
/// For kernel and bias, images are summed in order within fixed chunks of the batch, and the chunks in order.
///
/// # Panics
/// If the kernel is not 3x3 with stride 1, or a slice's length is not what `shape` says.
#[rustfmt::skip]
#[allow(clippy::too_many_arguments, reason = "what a layer has, and what it wants")]
pub fn backward(
    shape: &Shape, x: &[f32], dy: &[f32], winners: &[u8], kernel: &[f32], dx: Option<&mut [f32]>, dkernel: &mut [f32],
    dbias: Option<&mut [f32]>,
) {
    check(shape);
    assert_eq!(x.len(), shape.batch * shape.in_len());
    assert_eq!(dy.len(), shape.batch * pooled_len(shape));
    assert_eq!(winners.len(), dy.len());
    assert_eq!(kernel.len(), shape.kernel_len());
    assert_eq!(dkernel.len(), shape.kernel_len());
    assert!(dx.as_ref().is_none_or(|dx| dx.len() == x.len()));
    assert!(dbias.as_ref().is_none_or(|dbias| dbias.len() == shape.out_channels));
    let level = cpu::level();
    let gather = Gather::new(level, shape);
    let scatter = dx.is_some().then(|| Scatter::new(level, shape, kernel));
    let job = Job { level, shape, x, dy, winners, gather, scatter };
    let sums: Vec<Sums> = parts(shape, dx).into_par_iter().map(|(images, dx)| job.images(images, dx)).collect();
    let mut total = Scratch::any(job.gather.size());
    add_up(sums.iter().map(|sums| sums.kernel.get()), total.get_mut());
    job.gather.unpack(total.get(), dkernel);
    if let Some(dbias) = dbias {
        add_up(sums.iter().map(|sums| sums.bias.get()), dbias);
    }
}

/// The chunks of images whose sums threads take, each with its part of `dx`, which is empty where none is wanted.
fn parts<'a>(shape: &Shape, dx: Option<&'a mut [f32]>) -> Vec<(Range<usize>, &'a mut [f32])> {
    let len = if dx.is_some() { shape.in_len() } else { 0 };
    let mut rest = dx.unwrap_or_default();
    let mut part = |images: Range<usize>| {
        let (dx, tail) = std::mem::take(&mut rest).split_at_mut(images.len() * len);
        rest = tail;
        (images, dx)
    };
    chunks(shape.batch, shape.kernel_len()).into_iter().map(&mut part).collect()
}

/// What all chunks share.
struct Job<'a> {
    level: Level,
    shape: &'a Shape,
    x: &'a [f32],
    dy: &'a [f32],
    winners: &'a [u8],
    gather: Gather<'a>,
    scatter: Option<Scatter<'a>>,
}

impl Job<'_> {
    /// The sums over some images, whose part of the input's gradient is overwritten.
    fn images(&self, images: Range<usize>, dx: &mut [f32]) -> Sums {
        let Job { level, shape, x, dy, winners, gather, scatter } = self;
        let mut sums = gather.zeros();
        for dx in dx.chunks_exact_mut(shape.in_len().max(1)) {
            band::clear_rest(shape, dx);
        }
        if dy.is_empty() {
            return sums;
        }
        let rows = band::rows(shape, shape.in_channels.min(32));
        let mut lists = Lists::new(shape, rows);
        let mut cells = Winners::default();
        let mut scratch = Scratch::zeros(gather.scratch(rows).max(scatter.as_ref().map_or(0, |s| s.scratch(rows))));
        for (at, image) in images.enumerate() {
            let unit = image * pooled_len(shape)..(image + 1) * pooled_len(shape);
            let (dy, winners) = (&dy[unit.clone()], &winners[unit]);
            let x = &x[image * shape.in_len()..][..shape.in_len()];
            for rows in band::bands(shape, rows) {
                lists.build(*level, shape, dy, winners, rows.clone());
                gather.add_band(x, &rows, &lists, scratch.get_mut(), &mut sums);
                if let Some(scatter) = scatter {
                    let dx = &mut dx[at * shape.in_len()..][..shape.in_len()];
                    scatter.add_band(&rows, dy, winners, &mut cells, scratch.get_mut(), dx);
                }
            }
        }
        sums
    }
}
