//! The gradient of matrix and bias: a dozen rows of the matrix at a time, summed over the batch in order.

use super::Shape;
use crate::cpu::{self, Level, multiversion};
use crate::panel::{PIXELS, Panel};
use crate::sums::add_rows;
use crate::tile::{Tile, Weights};
use rayon::prelude::*;

/// Numbers that a thread computes at once, about: with what they are used for, they fit the second cache.
const PIECE: usize = 16 * 1024;

/// The gradient of the matrix, the transpose of `x` times `dy`, of which rows are computed when they are asked for: a
/// large matrix costs less to multiply again than to write to memory and read.
pub struct KernelGradient<'a> {
    shape: Shape,
    level: Level,
    x: &'a [f32],
    dy: Weights,
}

impl<'a> KernelGradient<'a> {
    /// Of a layer of at least one output, given `x` (batch, inputs) and `dy` (batch, outputs).
    ///
    /// # Panics
    /// If a slice's length is not what `shape` says.
    pub fn new(shape: &Shape, x: &'a [f32], dy: &[f32]) -> Self {
        assert!(shape.outputs > 0);
        assert_eq!(x.len(), shape.batch * shape.inputs);
        assert_eq!(dy.len(), shape.batch * shape.outputs);
        let level = cpu::level();
        KernelGradient { shape: *shape, level, x, dy: Weights::pack(level, dy, shape.batch, shape.outputs) }
    }

    /// The sizes of the layer.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How many rows are best asked for at once.
    pub fn rows_at_once(&self) -> usize {
        PIXELS * (PIECE / (PIXELS * self.shape.outputs)).max(1)
    }

    /// Overwrites `rows` with those from row `first` on, as many as it holds.
    ///
    /// # Panics
    /// If it does not hold whole rows, or there are not so many.
    pub fn rows(&self, first: usize, rows: &mut [f32]) {
        assert!(rows.len().is_multiple_of(self.shape.outputs));
        assert!(first + rows.len() / self.shape.outputs <= self.shape.inputs);
        if self.shape.batch == 0 {
            return rows.fill(0.0);
        }
        let gradient = self;
        let panel = &mut Panel::new(1, self.shape.batch);
        multiversion!(
            self.level,
            fn(gradient: &KernelGradient<'_>, first: usize, panel: &mut Panel, rows: &mut [f32]) = multiply
        );
    }
}

/// Overwrites `dkernel` with the transpose of `x` times `dy`, and `dbias`, if given, with the column sums of `dy`.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward_kernel(shape: &Shape, x: &[f32], dy: &[f32], dkernel: &mut [f32], dbias: Option<&mut [f32]>) {
    assert_eq!(x.len(), shape.batch * shape.inputs);
    assert_eq!(dkernel.len(), shape.inputs * shape.outputs);
    if let Some(dbias) = dbias {
        backward_bias(shape, dy, dbias);
    }
    if dkernel.is_empty() {
        return;
    }
    let gradient = KernelGradient::new(shape, x, dy);
    let count = gradient.rows_at_once();
    let pieces = dkernel.par_chunks_mut(count * shape.outputs).enumerate();
    pieces.for_each(|(piece, rows)| gradient.rows(piece * count, rows));
}

/// Overwrites `dbias` with the column sums of `dy`.
///
/// # Panics
/// If a slice's length is not what `shape` says.
pub fn backward_bias(shape: &Shape, dy: &[f32], dbias: &mut [f32]) {
    assert_eq!(dy.len(), shape.batch * shape.outputs);
    assert_eq!(dbias.len(), shape.outputs);
    dbias.fill(0.0);
    add_rows(dy, dbias);
}

#[inline(always)]
fn multiply(gradient: &KernelGradient<'_>, first: usize, panel: &mut Panel, rows: &mut [f32]) {
    let Shape { inputs, outputs, .. } = gradient.shape;
    let mut tile = Tile::new();
    for (part, rows) in rows.chunks_mut(PIXELS * outputs).enumerate() {
        let row = first + part * PIXELS;
        let count = rows.len() / outputs;
        for (image, x) in gradient.x.chunks_exact(inputs).enumerate() {
            panel.set(image, &x[row..][..count]);
        }
        for columns in gradient.dy.columns() {
            columns.multiply(panel, None, &mut tile);
            for (row, numbers) in rows.chunks_exact_mut(outputs).enumerate() {
                tile.store(row, &mut numbers[columns.channel..][..columns.count]);
            }
        }
    }
}
