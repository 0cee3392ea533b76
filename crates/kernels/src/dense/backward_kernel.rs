//! The gradient of matrix and bias: a dozen rows of the matrix at a time, summed over the batch in order.

use super::Shape;
use crate::cpu::{self, multiversion};
use crate::panel::{PIXELS, Panel};
use crate::tile::{Tile, Weights};
use rayon::prelude::*;

/// Rows of the matrix a thread takes at once.
const GROUP: usize = 4 * PIXELS;

/// Overwrites `dkernel` with the transpose of `x` times `dy`, and `dbias`, if given, with the column sums of `dy`.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward_kernel(shape: &Shape, x: &[f32], dy: &[f32], dkernel: &mut [f32], dbias: Option<&mut [f32]>) {
    assert_eq!(x.len(), shape.batch * shape.inputs);
    assert_eq!(dy.len(), shape.batch * shape.outputs);
    assert_eq!(dkernel.len(), shape.inputs * shape.outputs);
    if let Some(dbias) = dbias {
        assert_eq!(dbias.len(), shape.outputs);
        dbias.fill(0.0);
        for dy in dy.chunks_exact(shape.outputs.max(1)) {
            for (dbias, dy) in dbias.iter_mut().zip(dy) {
                *dbias += dy;
            }
        }
    }
    if dkernel.is_empty() {
        return;
    }
    if shape.batch == 0 {
        return dkernel.fill(0.0);
    }
    let level = cpu::level();
    let weights = Weights::pack(level, dy, shape.batch, shape.outputs);
    dkernel.par_chunks_mut(GROUP * shape.outputs).enumerate().for_each_init(
        || Panel::new(1, shape.batch),
        |panel, (group, dkernel)| {
            let (weights, first) = (&weights, group * GROUP);
            multiversion!(
                level,
                fn(shape: &Shape, x: &[f32], weights: &Weights, first: usize, panel: &mut Panel, dkernel: &mut [f32])
                    = rows
            );
        },
    );
}

/// Computes the rows from `first` on, as many as `dkernel` holds.
#[inline(always)]
fn rows(shape: &Shape, x: &[f32], weights: &Weights, first: usize, panel: &mut Panel, dkernel: &mut [f32]) {
    let mut tile = Tile::new();
    for (part, dkernel) in dkernel.chunks_mut(PIXELS * shape.outputs).enumerate() {
        let row = first + part * PIXELS;
        let count = dkernel.len() / shape.outputs;
        for (image, x) in x.chunks_exact(shape.inputs).enumerate() {
            panel.set(image, &x[row..][..count]);
        }
        for columns in weights.columns() {
            columns.multiply(panel, None, &mut tile);
            for (row, dkernel) in dkernel.chunks_exact_mut(shape.outputs).enumerate() {
                tile.store(row, &mut dkernel[columns.channel..][..columns.count]);
            }
        }
    }
}
