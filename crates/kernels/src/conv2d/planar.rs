//! Forward of few filters. They would leave most lanes of a vector without work, so here the lanes are output pixels: a
//! tile is a few filters times a run of pixels, and each weight is broadcast. Sums run in the same order as elsewhere, so
//! the bits are the same.
//!
//! For that, a band of the image is taken apart into planes of one channel each. With strides there is a plane for each
//! remainder of row and column as well, in which neighbours are one stride apart. In such planes the window of the next
//! output pixel is one number further on, also from the end of a row to the start of the next, past a few pixels that
//! nobody asked for; so a tap is a single distance, and a band is one long run.

use super::Shape;
use crate::activation;
use crate::bands::bands;
use crate::cpu::{Level, multiversion};
use crate::lanes::LANES;
use crate::scratch::Scratch;
use rayon::prelude::*;

/// Vectors of pixels of a tile, where there are 32 registers and elsewhere: with six filters, three quarters of the
/// registers hold sums.
const VECTORS: (usize, usize) = (4, 1);

/// The most filters that are better off here.
pub(super) const MOST_FILTERS: usize = 8;

/// The fewest taps of a window that make up for taking the image apart.
const FEWEST_TAPS: usize = 4;

/// Output pixels of a band, about.
const BAND: usize = 2048;

/// Whether this is quicker for `shape` than filters as lanes.
pub(super) fn wins(shape: &Shape) -> bool {
    let taps = shape.kernel[0] * shape.kernel[1];
    shape.groups == 1 && shape.out_channels <= MOST_FILTERS && taps >= FEWEST_TAPS
}

/// As [`forward`](super::forward()), of shapes for which this [`wins`].
pub(super) fn forward(
    level: Level,
    shape: &Shape,
    x: &[f32],
    kernel: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
) {
    let size = filters_of_tile(shape.out_channels);
    let filters = (0..shape.out_channels).step_by(size).map(|first| Filters::new(shape, kernel, bias, first, size));
    let filters: Vec<_> = filters.collect();
    let row = shape.out_width * shape.out_channels;
    let rows = (BAND / shape.out_width).clamp(1, shape.out_height);
    let planes = Planes::new(shape, rows);
    let taps = planes.taps();
    bands(y, shape.out_len(), rows * row).into_par_iter().for_each_init(
        || (Scratch::any(planes.len()), Scratch::any(size * planes.run())),
        |(numbers, sums), band| {
            let image = &x[band.image * shape.in_len()..][..shape.in_len()];
            planes.load(image, band.number * rows, numbers.get_mut());
            for filters in &filters {
                filters.multiply(level, numbers.get(), &taps, relu, sums.get_mut());
                filters.write(&planes, sums.get(), band.numbers);
            }
        },
    );
}

/// How many filters a tile has, of so many of a layer: those that leave the fewest places empty.
pub(super) fn filters_of_tile(count: usize) -> usize {
    match count {
        ..=3 => 3,
        4 | 7 | 8 => 4,
        _ => 6,
    }
}

/// The planes of a band of an image.
struct Planes<'a> {
    shape: &'a Shape,
    /// Rows and columns of a plane.
    size: [usize; 2],
    /// Output rows of a band.
    rows: usize,
}

impl Planes<'_> {
    /// Of as much of an image as so many output rows see.
    fn new(shape: &Shape, rows: usize) -> Planes<'_> {
        let side = |outputs: usize, axis: usize| outputs + (shape.kernel[axis] - 1) / shape.strides[axis];
        Planes { shape, size: [side(rows, 0), side(shape.out_width, 1)], rows }
    }

    /// How long the run of output pixels is: whole tiles of either size.
    fn run(&self) -> usize {
        ((self.rows - 1) * self.size[1] + self.shape.out_width).next_multiple_of(VECTORS.0 * LANES)
    }

    /// Numbers of a plane.
    fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Numbers of all planes, and of those that the last tile reads too much.
    fn len(&self) -> usize {
        let [down, right] = self.remainders();
        down * right * self.shape.in_channels * self.plane() + VECTORS.0 * LANES
    }

    /// How many remainders of rows and columns a window meets.
    fn remainders(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.shape.strides[axis].min(self.shape.kernel[axis]))
    }

    /// Where the planes of a remainder begin.
    fn start(&self, [row, column]: [usize; 2]) -> usize {
        (row * self.remainders()[1] + column) * self.shape.in_channels * self.plane()
    }

    /// How far each number of a window lies behind its output pixel, in the order (row, column, channel).
    fn taps(&self) -> Vec<u32> {
        let Shape { kernel, strides, in_channels, .. } = *self.shape;
        let cells = (0..kernel[0]).flat_map(|u| (0..kernel[1]).map(move |v| [u, v]));
        cells
            .flat_map(|[u, v]| {
                let first = self.start([u % strides[0], v % strides[1]]);
                let first = first + u / strides[0] * self.size[1] + v / strides[1];
                (0..in_channels).map(move |channel| (first + channel * self.plane()) as u32)
            })
            .collect()
    }

    /// Takes apart what the output rows from `first` on see of `image`.
    fn load(&self, image: &[f32], first: usize, numbers: &mut [f32]) {
        let Shape { in_height, in_width, in_channels, strides, pad_top, pad_left, .. } = *self.shape;
        let [height, width] = self.size;
        let [down, right] = self.remainders();
        for (down, right) in (0..down).flat_map(|down| (0..right).map(move |right| (down, right))) {
            // The columns of the plane that the image covers.
            let left = pad_left.saturating_sub(right).div_ceil(strides[1]).min(width);
            let end = (in_width + pad_left).saturating_sub(right).div_ceil(strides[1]).clamp(left, width);
            let column = (left * strides[1] + right).saturating_sub(pad_left);
            for row in 0..height {
                let source = (first + row) * strides[0] + down;
                let source = source.checked_sub(pad_top).filter(|row| *row < in_height && left < end);
                let source = source.map(|row| &image[(row * in_width + column) * in_channels..]);
                for channel in 0..in_channels {
                    let start = self.start([down, right]) + channel * self.plane() + row * width;
                    let to = &mut numbers[start..][..width];
                    let Some(source) = source else {
                        to.fill(0.0);
                        continue;
                    };
                    to[..left].fill(0.0);
                    to[end..].fill(0.0);
                    take(source, channel, strides[1] * in_channels, &mut to[left..end]);
                }
            }
        }
    }
}

/// Overwrites `to` with every `step`th number from `first` on.
fn take(numbers: &[f32], first: usize, step: usize, to: &mut [f32]) {
    if step == 1 {
        return to.copy_from_slice(&numbers[first..][..to.len()]);
    }
    for (to, number) in to.iter_mut().zip(numbers[first..].iter().step_by(step)) {
        *to = *number;
    }
}

/// The filters of a tile.
struct Filters {
    first: usize,
    count: usize,
    /// What sums begin with; zeros behind the last filter.
    bias: Vec<f32>,
    /// As many for each number of a window.
    weights: Vec<f32>,
}

impl Filters {
    /// Up to `size` filters from `first` on.
    fn new(shape: &Shape, kernel: &[f32], bias: Option<&[f32]>, first: usize, size: usize) -> Self {
        let count = size.min(shape.out_channels - first);
        let some = |numbers: &[f32]| {
            let mut some = numbers[first..][..count].to_vec();
            some.resize(size, 0.0);
            some
        };
        let bias = bias.map_or_else(|| vec![0.0; size], some);
        Filters { first, count, bias, weights: kernel.chunks_exact(shape.out_channels).flat_map(some).collect() }
    }

    /// Overwrites `sums` with the run of each filter.
    fn multiply(&self, level: Level, numbers: &[f32], taps: &[u32], relu: bool, sums: &mut [f32]) {
        let (bias, weights) = (&self.bias[..], &self.weights[..]);
        macro_rules! multiply {
            ($filters:literal) => {
                multiversion!(
                    level,
                    fn(numbers: &[f32], taps: &[u32], bias: &[f32], weights: &[f32], relu: bool, sums: &mut [f32])
                        = multiply::<{ VECTORS.1 }, $filters>,
                    wide = multiply::<{ VECTORS.0 }, $filters>
                )
            };
        }
        match bias.len() {
            3 => multiply!(3),
            4 => multiply!(4),
            _ => multiply!(6),
        }
    }

    /// Writes the run of each filter to where its pixels belong.
    fn write(&self, planes: &Planes<'_>, sums: &[f32], y: &mut [f32]) {
        match self.bias.len() {
            3 => self.interleave::<3>(planes, sums, y),
            4 => self.interleave::<4>(planes, sums, y),
            _ => self.interleave::<6>(planes, sums, y),
        }
    }

    /// That, for `F` filters.
    fn interleave<const F: usize>(&self, planes: &Planes<'_>, sums: &[f32], y: &mut [f32]) {
        let Shape { out_width, out_channels, .. } = *planes.shape;
        for (row, y) in y.chunks_exact_mut(out_width * out_channels).enumerate() {
            let mut runs = [&[][..]; F];
            for f in 0..F {
                runs[f] = &sums[f * planes.run() + row * planes.size[1]..][..out_width];
            }
            for (column, y) in y.chunks_exact_mut(out_channels).enumerate() {
                let y = &mut y[self.first..];
                match y.first_chunk_mut::<F>() {
                    Some(y) if self.count == F => {
                        for f in 0..F {
                            y[f] = runs[f][column];
                        }
                    }
                    _ => {
                        for f in 0..self.count {
                            y[f] = runs[f][column];
                        }
                    }
                }
            }
        }
    }
}

/// Overwrites `sums` with the runs of `F` filters.
#[inline(always)]
fn multiply<const V: usize, const F: usize>(
    numbers: &[f32],
    taps: &[u32],
    bias: &[f32],
    weights: &[f32],
    relu: bool,
    sums: &mut [f32],
) {
    let run = sums.len() / F;
    let Some(bias) = bias.first_chunk::<F>() else { return };
    for at in (0..run).step_by(V * LANES) {
        let mut tile = [[[0.0; LANES]; V]; F];
        for f in 0..F {
            tile[f] = [[bias[f]; LANES]; V];
        }
        for (tap, weights) in taps.iter().zip(weights.as_chunks::<F>().0) {
            let Some(pixels) = numbers[at + *tap as usize..].as_chunks::<LANES>().0.first_chunk::<V>() else { return };
            for f in 0..F {
                for v in 0..V {
                    for l in 0..LANES {
                        tile[f][v][l] = pixels[v][l].mul_add(weights[f], tile[f][v][l]);
                    }
                }
            }
        }
        for (f, tile) in tile.iter().enumerate() {
            let Some(to) = sums[f * run + at..].as_chunks_mut::<LANES>().0.first_chunk_mut::<V>() else { return };
            *to = *tile;
        }
    }
    if relu {
        for sum in sums {
            *sum = activation::relu(*sum);
        }
    }
}
