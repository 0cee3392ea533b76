//! The gradient of the input: a dozen rows of the matrix at a time, each times all rows of `dy`, summed over the units in
//! order. Here the images are the lanes, so that no sum runs across them.

use super::Shape;
use crate::cpu::{self, multiversion};
use crate::panel::{PIXELS, Panel};
use crate::tile::{Tile, Weights};
use rayon::prelude::*;

/// Rows of the matrix a thread takes at once.
const GROUP: usize = 4 * PIXELS;

/// Overwrites `dx` (batch, inputs) with `dy` (batch, outputs) times the transpose of `kernel` (inputs, outputs).
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward_input(shape: &Shape, dy: &[f32], kernel: &[f32], dx: &mut [f32]) {
    assert_eq!(dy.len(), shape.batch * shape.outputs);
    assert_eq!(kernel.len(), shape.inputs * shape.outputs);
    assert_eq!(dx.len(), shape.batch * shape.inputs);
    if dx.is_empty() {
        return;
    }
    if dy.is_empty() {
        return dx.fill(0.0);
    }
    let level = cpu::level();
    let columns: Vec<f32> =
        (0..shape.outputs).flat_map(|o| dy.iter().skip(o).step_by(shape.outputs)).copied().collect();
    let gradients = Weights::pack(level, &columns, shape.outputs, shape.batch);
    // (inputs, batch): what belongs to a row of the matrix lies together.
    let mut transposed = vec![0.0; dx.len()];
    let groups = transposed.par_chunks_mut(GROUP * shape.batch).zip(kernel.par_chunks(GROUP * shape.outputs));
    groups.for_each_init(
        || Panel::new(1, shape.outputs),
        |panel, (transposed, kernel)| {
            let gradients = &gradients;
            multiversion!(
                level,
                fn(shape: &Shape, gradients: &Weights, kernel: &[f32], panel: &mut Panel, transposed: &mut [f32]) = rows
            );
        },
    );
    dx.par_chunks_mut(shape.inputs).enumerate().for_each(|(image, dx)| {
        for (dx, products) in dx.iter_mut().zip(transposed.chunks_exact(shape.batch)) {
            *dx = products[image];
        }
    });
}

/// The rows of `kernel` times all of `dy`.
#[inline(always)]
fn rows(shape: &Shape, gradients: &Weights, kernel: &[f32], panel: &mut Panel, transposed: &mut [f32]) {
    let mut tile = Tile::new();
    let tiles = kernel.chunks(PIXELS * shape.outputs).zip(transposed.chunks_mut(PIXELS * shape.batch));
    for (kernel, transposed) in tiles {
        for (row, kernel) in kernel.chunks_exact(shape.outputs).enumerate() {
            panel.copy(row, 0, kernel);
        }
        for columns in gradients.columns() {
            columns.multiply(panel, None, &mut tile);
            for (row, products) in transposed.chunks_exact_mut(shape.batch).enumerate() {
                tile.store(row, &mut products[columns.channel..][..columns.count]);
            }
        }
    }
}
