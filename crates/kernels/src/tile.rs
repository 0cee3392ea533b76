//! The register tile: a few pixels times a few channels, the one loop in which convolutions spend their time.
//!
//! A [`Panel`] holds what [`PIXELS`] output pixels see, `depth` numbers each; a column block of the weights holds `depth`
//! rows of one or two vectors of channels. The tile is their product: per depth one broadcast a pixel, one load a vector
//! of channels, and a multiply-add for each pair.
//! Every sum runs over the depth in order, whatever the tile's size, so the size is free to fit the register file.

use crate::activation::relu;
use crate::cpu::{Level, multiversion};
use crate::lanes::{LANES, load, store};
use crate::panel::{Block, DEPTH, PIXELS, Panel};
use crate::scratch::Scratch;
use rayon::prelude::*;

/// Pixels and vectors of a register tile where there are 32 registers of 16 lanes: 24 of them hold sums.
pub(crate) const WIDE: (usize, usize) = (12, 2);

/// The same elsewhere: with 16 registers of 8 lanes, 12 hold sums.
pub(crate) const NARROW: (usize, usize) = (6, 1);

/// Calls `$body::<pixels, vectors>` with the register tile for `$level` and so many vectors of channels.
macro_rules! multiversion_by_vectors {
    ($level:expr, $vectors:expr, fn($($args:tt)*) = $body:ident) => {
        if $vectors == $crate::tile::WIDE.1 {
            $crate::cpu::multiversion!(
                $level,
                fn($($args)*) = $body::<{ $crate::tile::NARROW.0 }, { $crate::tile::WIDE.1 }>,
                wide = $body::<{ $crate::tile::WIDE.0 }, { $crate::tile::WIDE.1 }>
            )
        } else {
            $crate::cpu::multiversion!(
                $level,
                fn($($args)*) = $body::<{ $crate::tile::NARROW.0 }, { $crate::tile::NARROW.1 }>,
                wide = $body::<{ $crate::tile::WIDE.0 }, { $crate::tile::NARROW.1 }>
            )
        }
    };
}
pub(crate) use multiversion_by_vectors;

/// The sums of [`PIXELS`] pixels and one block of channels, in that order.
pub(crate) struct Tile {
    sums: [[f32; LANES]; PIXELS * WIDE.1],
    vectors: usize,
    level: Level,
}

/// Channels that are summed together.
pub(crate) struct Columns<'a> {
    level: Level,
    vectors: usize,
    /// `depth` rows of the block's vectors.
    pub rows: &'a [[f32; LANES]],
    /// The first of them.
    pub channel: usize,
    /// How many there are.
    pub count: usize,
}

/// The weights of a layer, cut into blocks of channels, each block `depth` rows of a few vectors, zeros behind the last
/// channel.
pub(crate) struct Weights {
    level: Level,
    depth: usize,
    channels: usize,
    /// Vectors of a block but the last, which may have fewer.
    vectors: usize,
    rows: Scratch,
}

impl Weights {
    /// Rearranges `matrix` (depth, channels) for the tile of `level`.
    pub fn pack(level: Level, matrix: &[f32], depth: usize, channels: usize) -> Self {
        let mut weights = Weights::empty(level);
        weights.repack(matrix, depth, channels);
        weights
    }

    /// No weights yet.
    pub fn empty(level: Level) -> Self {
        let vectors = match level {
            Level::Avx512 => WIDE.1,
            Level::Avx2 | Level::Portable => NARROW.1,
        };
        Weights { level, depth: 0, channels: 0, vectors, rows: Scratch::any(0) }
    }

    /// Memory for a matrix (depth, channels), to be overwritten block by block.
    pub fn any(level: Level, depth: usize, channels: usize) -> Self {
        let mut weights = Weights::empty(level);
        (weights.depth, weights.channels) = (depth, channels);
        weights.rows = Scratch::any(depth * channels.next_multiple_of(LANES));
        weights
    }

    /// Channels of a block but the last.
    pub fn width(&self) -> usize {
        self.vectors * LANES
    }

    /// The memory of each block, in order: `depth` rows of up to [`width`](Self::width) numbers.
    pub fn blocks_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut [f32]> {
        let size = self.depth * self.width();
        self.rows.get_mut().par_chunks_mut(size.max(1))
    }

    /// Rearranges `matrix` (depth, channels), in the memory of what was here before.
    #[inline(always)]
    pub fn repack(&mut self, matrix: &[f32], depth: usize, channels: usize) {
        (self.depth, self.channels) = (depth, channels);
        let width = self.width();
        let len = depth * channels.next_multiple_of(LANES);
        if self.rows.get().len() != len {
            self.rows = Scratch::any(len);
        }
        let rows = self.rows.get_mut().as_chunks_mut::<LANES>().0;
        for (block, rows) in rows.chunks_mut((depth * self.vectors).max(1)).enumerate() {
            for (row, numbers) in rows.chunks_exact_mut(rows.len() / depth).zip(matrix.chunks_exact(channels)) {
                for (vector, numbers) in row.iter_mut().zip(numbers[block * width..].chunks(LANES)) {
                    *vector = load(numbers);
                }
            }
        }
    }

    /// Blocks of channels, in order.
    #[inline(always)]
    pub fn columns(&self) -> impl Iterator<Item = Columns<'_>> {
        let (level, depth, width) = (self.level, self.depth.max(1), self.width());
        let rows = self.rows.get().as_chunks::<LANES>().0;
        rows.chunks(depth * self.vectors).enumerate().map(move |(block, rows)| Columns {
            level,
            vectors: rows.len() / depth,
            rows,
            channel: block * width,
            count: width.min(self.channels - block * width),
        })
    }
}

impl Columns<'_> {
    /// Vectors of a row.
    pub fn vectors(&self) -> usize {
        self.vectors
    }

    /// What sums of these channels begin with: the bias, if there is one.
    #[inline(always)]
    pub fn start(&self, bias: Option<&[f32]>) -> [[f32; LANES]; WIDE.1] {
        let mut start = [[0.0; LANES]; WIDE.1];
        if let Some(bias) = bias {
            for (start, bias) in start.as_flattened_mut().iter_mut().zip(&bias[self.channel..]) {
                *start = *bias;
            }
        }
        start
    }

    /// Overwrites `tile` with the product of `panel` and these weights, plus the bias.
    #[inline(always)]
    pub fn multiply(&self, panel: &Panel, bias: Option<&[f32]>, tile: &mut Tile) {
        let start = self.start(bias);
        tile.vectors = self.vectors;
        let (blocks, step, weights, start) = (panel.blocks(), panel.step, self.rows, &start[..]);
        let sums = &mut tile.sums[..PIXELS * self.vectors];
        multiversion_by_vectors!(
            self.level,
            self.vectors,
            fn(blocks: &[Block], step: usize, weights: &[[f32; LANES]], start: &[[f32; LANES]], sums: &mut [[f32; LANES]])
                = multiply
        );
    }

    /// Overwrites `tile` with the product of the transpose of rows and these weights: a row for each of theirs, the dozen
    /// numbers of `numbers` from `starts` on, of which the first `count` are wanted.
    #[inline(always)]
    pub fn multiply_rows(&self, numbers: &[f32], starts: &[u32], count: usize, tile: &mut Tile) {
        tile.vectors = self.vectors;
        tile.level = self.level;
        let count = count.next_multiple_of(if self.vectors == WIDE.1 { WIDE.0 } else { NARROW.0 });
        let (weights, sums) = (self.rows, &mut tile.sums[..count * self.vectors]);
        // LLVM spills a tile of 12 rows by one vector.
        if self.vectors == WIDE.1 {
            multiversion!(
                self.level,
                fn(numbers: &[f32], starts: &[u32], weights: &[[f32; LANES]], sums: &mut [[f32; LANES]])
                    = multiply_rows::<{ NARROW.0 }, { WIDE.1 }>,
                wide = multiply_rows::<{ WIDE.0 }, { WIDE.1 }>
            );
        } else {
            multiversion!(
                self.level,
                fn(numbers: &[f32], starts: &[u32], weights: &[[f32; LANES]], sums: &mut [[f32; LANES]])
                    = multiply_rows::<{ NARROW.0 }, { NARROW.1 }>
            );
        }
    }
}

impl Tile {
    /// Memory for one tile.
    pub fn new() -> Self {
        Tile { sums: [[0.0; LANES]; PIXELS * WIDE.1], vectors: WIDE.1, level: Level::Portable }
    }

    /// The sums, to be overwritten: `vectors` for each pixel.
    #[inline(always)]
    pub fn sums(&mut self, vectors: usize) -> &mut [[f32; LANES]] {
        self.vectors = vectors;
        &mut self.sums[..PIXELS * vectors]
    }

    /// The positive part of each sum; NaN stays.
    #[inline(always)]
    pub fn relu(&mut self) {
        for sum in self.sums[..PIXELS * self.vectors].as_flattened_mut() {
            *sum = relu(*sum);
        }
    }

    /// Copies the sums of a pixel, of as many channels as `to` holds.
    #[inline(always)]
    pub fn store(&self, pixel: usize, to: &mut [f32]) {
        for (to, sums) in to.chunks_mut(LANES).zip(self.pixel(pixel)) {
            store(sums, to);
        }
    }

    /// Adds `count` channels of each pixel to rows that lie `stride` apart, as many as `to` holds.
    pub fn add_rows(&self, to: &mut [f32], stride: usize, count: usize) {
        let (sums, width) = (self.sums.as_flattened(), self.vectors * LANES);
        multiversion!(self.level, fn(sums: &[f32], width: usize, to: &mut [f32], stride: usize, count: usize) = add_rows);
    }

    /// The sums of a pixel, all channels of the block.
    #[inline(always)]
    pub fn pixel(&self, pixel: usize) -> &[[f32; LANES]] {
        &self.sums[pixel * self.vectors..][..self.vectors]
    }
}

/// Overwrites `sums` with the product of a panel, `step` numbers of each of its blocks, and weights `V` vectors wide,
/// `P` pixels at a time, each pixel's sums begun from `start`.
#[inline(always)]
pub(crate) fn multiply<const P: usize, const V: usize>(
    blocks: &[Block],
    step: usize,
    weights: &[[f32; LANES]],
    start: &[[f32; LANES]],
    sums: &mut [[f32; LANES]],
) {
    let weights = weights.as_chunks::<V>().0;
    let Some(start) = start.first_chunk::<V>() else { return };
    for (part, sums) in sums.as_chunks_mut::<V>().0.as_chunks_mut::<P>().0.iter_mut().enumerate() {
        let mut tile = [*start; P];
        for (block, weights) in blocks.iter().zip(weights.chunks(step)) {
            let pixels = &block.as_chunks::<P>().0[part];
            for k in 0..weights.len().min(DEPTH) {
                for p in 0..P {
                    for v in 0..V {
                        for l in 0..LANES {
                            tile[p][v][l] = pixels[p][k].mul_add(weights[k][v][l], tile[p][v][l]);
                        }
                    }
                }
            }
        }
        *sums = tile;
    }
}

/// Adds to rows, with lengths that LLVM does not know: of short loops it would make gathers.
#[inline(always)]
fn add_rows(sums: &[f32], width: usize, to: &mut [f32], stride: usize, count: usize) {
    for (sums, to) in sums.chunks_exact(width).zip(to.chunks_mut(stride)) {
        for (to, sum) in to[..count].iter_mut().zip(sums) {
            *to += sum;
        }
    }
}

/// Overwrites `sums` with the products of `P` columns of rows and weights `V` vectors wide.
#[inline(always)]
fn multiply_rows<const P: usize, const V: usize>(
    numbers: &[f32],
    starts: &[u32],
    weights: &[[f32; LANES]],
    sums: &mut [[f32; LANES]],
) {
    let weights = weights.as_chunks::<V>().0;
    for (part, sums) in sums.as_chunks_mut::<V>().0.as_chunks_mut::<P>().0.iter_mut().enumerate() {
        let mut tile = [[[0.0; LANES]; V]; P];
        for (start, weights) in starts.iter().zip(weights) {
            let Some(numbers) = numbers[*start as usize + part * P..].first_chunk::<P>() else { return };
            for p in 0..P {
                for v in 0..V {
                    for l in 0..LANES {
                        tile[p][v][l] = numbers[p].mul_add(weights[v][l], tile[p][v][l]);
                    }
                }
            }
        }
        *sums = tile;
    }
}
