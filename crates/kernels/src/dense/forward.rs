//! Forward: the matrix is cut into fixed chunks of rows; threads multiply chunks, whose products are added in order.

use super::Shape;
use crate::activation;
use crate::cpu::{self, multiversion};
use crate::panel::{PIXELS, Panel};
use crate::tile::{Tile, Weights};
use rayon::prelude::*;

/// Rows of a chunk: so many that the chunk of a layer of 512 units fits the second cache, and no more than 64 chunks.
pub fn rows_of_chunk(shape: &Shape) -> usize {
    shape.inputs.div_ceil(64).next_multiple_of(16).max(128)
}

/// Overwrites `y` (batch, outputs) with `x` (batch, inputs) times `kernel` (inputs, outputs), plus `bias` (outputs), and
/// with `relu` the positive part of that (NaN stays).
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn forward(shape: &Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>, relu: bool, y: &mut [f32]) {
    assert_eq!(x.len(), shape.batch * shape.inputs);
    assert_eq!(kernel.len(), shape.inputs * shape.outputs);
    assert_eq!(y.len(), shape.batch * shape.outputs);
    assert!(bias.is_none_or(|bias| bias.len() == shape.outputs));
    if y.is_empty() {
        return;
    }
    let level = cpu::level();
    let rows = rows_of_chunk(shape);
    let mut products = vec![0.0; shape.inputs.div_ceil(rows) * y.len()];
    products.par_chunks_mut(y.len()).enumerate().for_each_init(
        || Weights::empty(level),
        |weights, (chunk, product)| {
            let first = chunk * rows;
            let count = rows.min(shape.inputs - first);
            let kernel = &kernel[first * shape.outputs..][..count * shape.outputs];
            let mut panel = Panel::new(1, count);
            let panel = &mut panel;
            multiversion!(
                level,
                fn(
                    shape: &Shape,
                    x: &[f32],
                    first: usize,
                    kernel: &[f32],
                    weights: &mut Weights,
                    panel: &mut Panel,
                    product: &mut [f32],
                ) = multiply
            );
        },
    );
    y.par_chunks_mut(shape.outputs).enumerate().for_each(|(row, y)| {
        match bias {
            Some(bias) => y.copy_from_slice(bias),
            None => y.fill(0.0),
        }
        for product in products.chunks_exact(shape.batch * shape.outputs) {
            for (y, product) in y.iter_mut().zip(&product[row * shape.outputs..]) {
                *y += product;
            }
        }
        if relu {
            for y in y {
                *y = activation::relu(*y);
            }
        }
    });
}

/// Overwrites `product` with the columns of `x` from `first` on times `kernel`, the matrix' rows from there on.
#[inline(always)]
fn multiply(
    shape: &Shape,
    x: &[f32],
    first: usize,
    kernel: &[f32],
    weights: &mut Weights,
    panel: &mut Panel,
    product: &mut [f32],
) {
    weights.repack(kernel, kernel.len() / shape.outputs, shape.outputs);
    let mut tile = Tile::new();
    for (part, product) in product.chunks_mut(PIXELS * shape.outputs).enumerate() {
        for row in 0..product.len() / shape.outputs {
            panel.copy(row, 0, &x[(part * PIXELS + row) * shape.inputs + first..]);
        }
        for columns in weights.columns() {
            columns.multiply(panel, None, &mut tile);
            for (row, product) in product.chunks_exact_mut(shape.outputs).enumerate() {
                tile.store(row, &mut product[columns.channel..][..columns.count]);
            }
        }
    }
}
