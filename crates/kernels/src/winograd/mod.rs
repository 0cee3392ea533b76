//! Convolution 3x3 with stride 1 by Winograd's minimal filtering F(4x4, 3x3): a tile of 4x4 outputs of a channel takes 36
//! multiplications for each input channel instead of 144 (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural
//! Networks").
//!
//! Each 6x6 patch of the input is transformed, channel by channel; at each of the 36 positions of the transformed patches
//! and kernels stands a product of matrices, (tiles, in channels) by (in channels, out channels), which the
//! [register tile](crate::tile) computes; each tile's 36 sums are transformed back. What becomes of the 4x4 outputs then is
//! up to an [`Output`]: they are pooled, or written as they are.
//!
//! Sums are taken in another order than by direct convolution, so the bits differ. Therefore [`wins`] decides by the
//! shape alone which of the two runs.

mod gradient;
mod transform;

use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use crate::lanes::{LANES, load};
use crate::panel::{Block, DEPTH, PIXELS};
use crate::scratch::Scratch;
use crate::tile::{self, WIDE, Weights, multiversion_by_vectors};
pub(crate) use gradient::sum_images;
use rayon::prelude::*;
use std::ops::Range;
use transform::Lane;

/// Side of a tile of outputs.
pub(crate) const TILE: usize = 4;

/// Side of the patch of inputs that it sees.
const PATCH: usize = TILE + 2;

/// Numbers of a transformed patch.
const POSITIONS: usize = PATCH * PATCH;

/// Dozens of tiles that go through the three stages together, so that weights are loaded once for all of them.
const DOZENS: usize = 2;

/// The 4x4 outputs of a tile, a vector of channels each, without the bias.
pub(crate) type Outputs = [[Lane; TILE]; TILE];

/// Whether this is the quicker way to convolve. By the shape alone: it decides bits.
pub(crate) fn wins(shape: &Shape) -> bool {
    let tiles = shape.out_height.div_ceil(TILE) * shape.out_width.div_ceil(TILE);
    let outputs = shape.out_height * shape.out_width;
    shape.kernel == [3, 3]
        && shape.strides == [1, 1]
        && shape.in_channels >= 16
        && shape.out_channels >= 16
        // Tiles that reach over the edge cost as much as whole ones.
        && tiles * POSITIONS * 2 <= outputs * 9
}

/// A convolution whose kernel is transformed, ready for images.
pub(crate) struct Convolution<'a> {
    level: Level,
    shape: &'a Shape,
    /// Of all positions one after the other: (position, in channel) by out channel.
    weights: Weights,
}

/// Takes tiles in.
pub(crate) trait Output {
    /// The outputs of tiles, in columns from `columns.start` on; `tiles` are numbered along the rows.
    fn take(&mut self, level: Level, products: &Products<'_>);
}

/// The products of some tiles and some columns, before the transform back.
pub(crate) struct Products<'a> {
    /// `[position][dozen][tile][vector]`.
    sums: &'a [Lane],
    vectors: usize,
    /// Numbers of the tiles in their image, along the rows.
    pub tiles: Range<usize>,
    /// Tiles in a row.
    pub across: usize,
    /// The out channels.
    pub channels: Range<usize>,
}

impl Products<'_> {
    /// Hands over the outputs of each tile, plus the bias, a vector of channels at a time: the tile's row and column, the
    /// channels, and what they give.
    #[inline(always)]
    pub fn for_each(&self, bias: Option<&[f32]>, mut take: impl FnMut([usize; 2], Range<usize>, &Outputs)) {
        let mut outputs = [[[0.0; LANES]; TILE]; TILE];
        for (number, tile) in self.tiles.clone().enumerate() {
            for (vector, channel) in self.channels.clone().step_by(LANES).enumerate() {
                let channels = channel..self.channels.end.min(channel + LANES);
                self.outputs(number, vector, &mut outputs);
                if let Some(bias) = bias {
                    add_bias(&bias[channels.clone()], &mut outputs);
                }
                take([tile / self.across, tile % self.across], channels, &outputs);
            }
        }
    }

    /// Overwrites `outputs` with those of tile number `tile` of these, in vector number `vector` of the channels.
    #[inline(always)]
    fn outputs(&self, tile: usize, vector: usize, outputs: &mut Outputs) {
        let distance = DOZENS * PIXELS * self.vectors;
        let sums = &self.sums[tile * self.vectors + vector..];
        let mut rows = [[0.0; PATCH * LANES]; PATCH];
        for (position, numbers) in rows.as_flattened_mut().as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            *numbers = sums[position * distance];
        }
        transform::transform_output(&rows, outputs);
    }
}

/// Adds the bias of up to a vector of channels.
#[inline(always)]
fn add_bias(bias: &[f32], outputs: &mut Outputs) {
    let numbers = load(bias);
    for row in outputs {
        for output in row {
            for l in 0..LANES {
                output[l] += numbers[l];
            }
        }
    }
}

/// Working memory of a thread.
struct Memory {
    /// Transformed patches.
    patches: Scratch,
    /// Products.
    sums: Scratch,
}

impl<'a> Convolution<'a> {
    /// Transforms `kernel`.
    pub fn new(level: Level, shape: &'a Shape, kernel: &[f32]) -> Self {
        let (inputs, outputs) = (shape.in_channels, shape.out_channels);
        let mut weights = Weights::any(level, POSITIONS * inputs, outputs);
        let width = weights.width();
        let taps = inputs * outputs;
        weights.blocks_mut().enumerate().for_each(|(block, rows)| {
            let rows = rows.as_chunks_mut::<LANES>().0;
            multiversion!(
                level,
                fn(kernel: &[f32], taps: usize, outputs: usize, width: usize, block: usize, rows: &mut [Lane])
                    = transform_kernels
            );
        });
        Convolution { level, shape, weights }
    }

    /// Memory for [`rows`](Self::rows).
    fn memory(&self) -> Memory {
        let blocks = POSITIONS * self.distance();
        Memory {
            patches: Scratch::any(blocks * PIXELS * DEPTH),
            sums: Scratch::any(POSITIONS * DOZENS * PIXELS * WIDE.1 * LANES),
        }
    }

    /// Rows and columns of tiles.
    pub fn tiles(&self) -> [usize; 2] {
        [self.shape.out_height.div_ceil(TILE), self.shape.out_width.div_ceil(TILE)]
    }

    /// Rows of tiles that a thread takes at once: all of an image, unless there are few images for the threads.
    pub fn rows_of_task(&self, batch: usize) -> usize {
        let rows = self.tiles()[0];
        rows.div_ceil((4 * rayon::current_num_threads()).div_ceil(batch.max(1)).min(rows).max(1))
    }

    /// Blocks of depth of a patch.
    fn depth(&self) -> usize {
        self.shape.in_channels.div_ceil(DEPTH)
    }

    /// Blocks from one position to the next: one more than there are, so that positions lie in different sets of a cache.
    fn distance(&self) -> usize {
        DOZENS * self.depth() + 1
    }

    /// Convolves images: of each task, which one, which rows of tiles, and who takes them in.
    pub fn run<O: Output>(&self, x: &[f32], tasks: impl IndexedParallelIterator<Item = (usize, Range<usize>, O)>) {
        let image = |image: usize| &x[image * self.shape.in_len()..][..self.shape.in_len()];
        tasks.for_each_init(
            || self.memory(),
            |memory, (number, rows, mut output)| self.rows(image(number), rows, memory, &mut output),
        );
    }

    /// Convolves rows of tiles of an image.
    fn rows(&self, image: &[f32], rows: Range<usize>, memory: &mut Memory, output: &mut impl Output) {
        let across = self.tiles()[1];
        let Memory { patches, sums } = memory;
        let patches = patches.get_mut().as_chunks_mut::<LANES>().0;
        let sums = sums.get_mut().as_chunks_mut::<LANES>().0;
        let end = rows.end * across;
        for start in (rows.start * across..end).step_by(DOZENS * PIXELS) {
            let tiles = start..end.min(start + DOZENS * PIXELS);
            let distance = self.distance() * PIXELS;
            Patches { shape: self.shape, across, depth: self.depth(), distance, panels: true }.transform(
                self.level,
                image,
                tiles.clone(),
                patches,
            );
            let blocks = patches.as_chunks::<PIXELS>().0;
            for columns in self.weights.columns() {
                let vectors = columns.vectors();
                let (count, inputs) = (tiles.len(), self.shape.in_channels);
                for position in 0..POSITIONS {
                    let patches = &blocks[position * self.distance()..][..DOZENS * self.depth()];
                    let weights = &columns.rows[position * inputs * vectors..][..inputs * vectors];
                    let sums = &mut sums[position * DOZENS * PIXELS * vectors..][..DOZENS * PIXELS * vectors];
                    multiversion_by_vectors!(
                        self.level,
                        vectors,
                        fn(patches: &[Block], weights: &[Lane], count: usize, sums: &mut [Lane]) = multiply
                    );
                }
                let channels = columns.channel..columns.channel + columns.count;
                output.take(self.level, &Products { sums, vectors, tiles: tiles.clone(), across, channels });
            }
        }
    }
}

/// Transforms a block of columns, `width` wide, of a kernel whose nine taps are `taps` numbers each.
#[inline(always)]
fn transform_kernels(kernel: &[f32], taps: usize, outputs: usize, width: usize, block: usize, rows: &mut [Lane]) {
    let inputs = taps / outputs;
    let vectors = rows.len() / (POSITIONS * inputs);
    for input in 0..inputs {
        for vector in 0..vectors {
            let channel = block * width + vector * LANES;
            let mut taps_of = [[0.0; 3 * LANES]; 3];
            for (tap, numbers) in taps_of.as_flattened_mut().as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                if channel < outputs {
                    *numbers = load(&kernel[tap * taps + input * outputs..][..outputs][channel..]);
                }
            }
            transform::transform_kernel(&taps_of, |row, numbers| {
                for (column, numbers) in numbers.iter().enumerate() {
                    rows[((row * PATCH + column) * inputs + input) * vectors + vector] = *numbers;
                }
            });
        }
    }
}

/// How transformed patches lie in memory, of each a vector for each position and [`LANES`] channels.
struct Patches<'a> {
    shape: &'a Shape,
    /// Tiles in a row.
    across: usize,
    /// Vectors of a patch at a position.
    depth: usize,
    /// Vectors from one position to the next.
    distance: usize,
    /// Whether a dozen patches lie side by side, as in a [panel](crate::panel), or one after the other.
    panels: bool,
}

impl Patches<'_> {
    /// Transforms the patches of some tiles of an image, which are numbered along the rows.
    fn transform(&self, level: Level, image: &[f32], tiles: Range<usize>, to: &mut [Lane]) {
        let patches = self;
        multiversion!(
            level,
            fn(patches: &Patches<'_>, image: &[f32], tiles: Range<usize>, to: &mut [Lane]) = transform_patches
        );
    }
}

#[inline(always)]
fn transform_patches(patches: &Patches<'_>, image: &[f32], tiles: Range<usize>, to: &mut [Lane]) {
    let &Patches { shape, across, depth, distance, panels } = patches;
    let channels = shape.in_channels;
    let stride = shape.in_width * channels;
    let mut copy = [[[0.0; LANES]; PATCH]; PATCH];
    for (at, tile) in tiles.enumerate() {
        let [row, column] = shape.corner(tile / across * TILE, tile % across * TILE);
        let inside = row >= 0
            && column >= 0
            && row as usize + PATCH <= shape.in_height
            && column as usize + PATCH <= shape.in_width;
        for part in 0..depth {
            let channel = part * LANES;
            let first = if panels { (at / PIXELS * depth + part) * PIXELS + at % PIXELS } else { at * depth + part };
            let to = &mut to[first..];
            if inside && channel + LANES <= channels {
                let source = &image[row as usize * stride + column as usize * channels + channel..];
                transform_patch(source, stride, channels, to, distance);
            } else {
                copy_patch(shape, image, [row, column], channel, &mut copy);
                transform_patch(copy.as_flattened().as_flattened(), PATCH * LANES, LANES, to, distance);
            }
        }
    }
}

/// Transforms the patch at the start of `source`, whose rows are `stride` numbers apart and pixels `channels`.
#[inline(always)]
fn transform_patch(source: &[f32], stride: usize, channels: usize, to: &mut [Lane], distance: usize) {
    let mut rows = [[0.0; PATCH * LANES]; PATCH];
    for (row, numbers) in rows.iter_mut().enumerate() {
        for (column, numbers) in numbers.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let Some(pixel) = source[row * stride + column * channels..].first_chunk::<LANES>() else { return };
            *numbers = *pixel;
        }
    }
    transform::transform_input(&rows, to, distance);
}

/// Copies the patch at `corner` with zeros where it is outside the image, and in channels that are not there.
#[inline(never)]
fn copy_patch(shape: &Shape, image: &[f32], corner: [isize; 2], channel: usize, copy: &mut [[Lane; PATCH]; PATCH]) {
    let count = LANES.min(shape.in_channels - channel);
    for (i, copy) in copy.iter_mut().enumerate() {
        let row = corner[0] + i as isize;
        for (j, copy) in copy.iter_mut().enumerate() {
            let column = corner[1] + j as isize;
            *copy = [0.0; LANES];
            if (0..shape.in_height as isize).contains(&row) && (0..shape.in_width as isize).contains(&column) {
                let pixel = (row as usize * shape.in_width + column as usize) * shape.in_channels;
                copy[..count].copy_from_slice(&image[pixel + channel..][..count]);
            }
        }
    }
}

/// Overwrites `sums` with the products of the first `count` tiles and the weights of one position.
#[inline(always)]
fn multiply<const P: usize, const V: usize>(patches: &[Block], weights: &[Lane], count: usize, sums: &mut [Lane]) {
    let depth = patches.len() / DOZENS;
    let dozens = patches.chunks_exact(depth).zip(sums.chunks_exact_mut(PIXELS * V));
    for (dozen, (patches, sums)) in dozens.enumerate() {
        let left = count.saturating_sub(dozen * PIXELS);
        if left > PIXELS - TILE {
            tile::multiply::<P, V>(patches, DEPTH, weights, &[[0.0; LANES]; V], sums);
        } else {
            let sums = &mut sums[..left.next_multiple_of(TILE) * V];
            tile::multiply::<TILE, V>(patches, DEPTH, weights, &[[0.0; LANES]; V], sums);
        }
    }
}
