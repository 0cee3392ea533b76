//! The one resampling: each target pixel is interpolated linearly between the four source pixels around its source
//! position.
//!
//! Along a row of the target, the source's row and column change evenly. So the targets whose four source pixels are
//! all inside of the image are one run of neighbours; its ends are found by bisection, and in between nothing is
//! checked. Positions along a row are in fixed point: whole pixel and fraction come apart with a shift and a mask.

use super::{Drawn, fill::inside};
use plan::{ColorMode, FillMode};

/// `source` and `target` are of the size that `drawn` is for, and of the channels of `color_mode`.
pub(super) fn warp(drawn: &Drawn, color_mode: ColorMode, source: &[u8], target: &mut [f32]) {
    match color_mode {
        // Four floats are a vector of every machine: a pixel's channels and one more.
        ColorMode::Rgb => warp_channels::<{ ColorMode::Rgb.channels() }, 4>(drawn, source, target),
        ColorMode::Grayscale => warp_channels::<{ ColorMode::Grayscale.channels() }, 1>(drawn, source, target),
    }
}

/// `LANES`, `CHANNELS` or one more, are computed at a time where nothing is checked.
fn warp_channels<const CHANNELS: usize, const LANES: usize>(drawn: &Drawn, source: &[u8], target: &mut [f32]) {
    let (height, width) = (drawn.height, drawn.width);
    let outside = match drawn.fill_mode {
        FillMode::Constant { value } => value / 255.0,
        FillMode::Nearest | FillMode::Reflect | FillMode::Wrap => 0.0, // every position is brought back inside
    };
    let image = Image::<CHANNELS, LANES> { pixels: source, height, width, fill_mode: drawn.fill_mode, outside };
    for (row, target) in target.chunks_exact_mut(width * CHANNELS).enumerate() {
        let [rows, columns] = drawn.matrix.0.map(|coefficients| Line::of(coefficients, row, width));
        // One source column and one target column less than could be, because `sample_inside` reads and writes a lane more
        // than there are channels. The same where it does not, so that grey has the bits that colour would have.
        let sources = overlap(rows.run_inside(height - 1, width), columns.run_inside(width.saturating_sub(2), width));
        let (first, end) = overlap(sources, (0, width - 1));
        for column in first..end {
            let pixel = image.sample_inside(rows.at(column), columns.at(column));
            target[column * CHANNELS..][..LANES].copy_from_slice(&pixel);
        }
        for column in (0..first).chain(end..width) {
            let pixel = image.sample_anywhere(rows.at(column), columns.at(column));
            target[column * CHANNELS..][..CHANNELS].copy_from_slice(&pixel);
        }
    }
}

/// A source coordinate in units of 2^-32 pixels.
#[derive(Clone, Copy)]
struct Position(i64);

impl Position {
    const ONE: f64 = 4_294_967_296.0;

    /// Coordinates farther out than `farthest` pixels are taken for that: no image is so large, and sums of two fit.
    fn of(pixels: f64, farthest: f64) -> i64 {
        (pixels.clamp(-farthest, farthest) * Position::ONE).round_ties_even() as i64
    }

    #[inline(always)]
    fn whole(self) -> usize {
        (self.0 >> 32) as usize
    }

    /// How far behind the whole pixel, in [0, 1): the upper 24 bits of the fraction, which f32 holds exactly.
    #[inline(always)]
    fn fraction(self) -> f32 {
        ((self.0 as u32) >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
    }

    fn pixels(self) -> f64 {
        self.0 as f64 / Position::ONE
    }
}

/// One coordinate of the source along a row of the target.
struct Line {
    start: i64,
    step: i64,
}

impl Line {
    fn of([of_row, of_column, offset]: [f64; 3], row: usize, width: usize) -> Line {
        let farthest = f64::from(1 << 29);
        let start = Position::of(of_row * row as f64 + offset, farthest);
        Line { start, step: Position::of(of_column, farthest / width as f64) }
    }

    #[inline(always)]
    fn at(&self, column: usize) -> Position {
        Position(self.start + self.step * column as i64)
    }

    /// The columns below `width` at which the coordinate is at least 0 and below `end`, which are neighbours: from, to.
    fn run_inside(&self, end: usize, width: usize) -> (usize, usize) {
        let end = (end as i64) << 32;
        let first_where = |is: &dyn Fn(i64) -> bool| {
            let (mut low, mut high) = (0, width);
            while low < high {
                let middle = low + (high - low) / 2;
                if is(self.at(middle).0) { high = middle } else { low = middle + 1 }
            }
            low
        };
        if self.step >= 0 {
            (first_where(&|at| at >= 0), first_where(&|at| at >= end))
        } else {
            (first_where(&|at| at < end), first_where(&|at| at < 0))
        }
    }
}

/// What two runs have in common; an empty run where that is nothing.
fn overlap((first_a, end_a): (usize, usize), (first_b, end_b): (usize, usize)) -> (usize, usize) {
    let (first, end) = (first_a.max(first_b), end_a.min(end_b));
    (first, end.max(first))
}

struct Image<'a, const CHANNELS: usize, const LANES: usize> {
    pixels: &'a [u8],
    height: usize,
    width: usize,
    fill_mode: FillMode,
    /// The scaled level of a position that `fill_mode` does not bring back inside.
    outside: f32,
}

impl<const CHANNELS: usize, const LANES: usize> Image<'_, CHANNELS, LANES> {
    /// 0 <= row < height - 1 and 0 <= column < width - 2. A lane more than there are channels is of no use.
    #[inline(always)]
    fn sample_inside(&self, row: Position, column: Position) -> [f32; LANES] {
        let at = (row.whole() * self.width + column.whole()) * CHANNELS;
        let upper = &self.pixels[at..at + CHANNELS + LANES];
        let lower = &self.pixels[at + self.width * CHANNELS..][..CHANNELS + LANES];
        let lanes =
            |row: &[u8], from: usize| -> [f32; LANES] { std::array::from_fn(|lane| f32::from(row[from + lane])) };
        let corners = [lanes(upper, 0), lanes(upper, CHANNELS), lanes(lower, 0), lanes(lower, CHANNELS)];
        mix(corners, row.fraction(), column.fraction())
    }

    /// Any position: outside of the image, the fill mode decides.
    fn sample_anywhere(&self, row: Position, column: Position) -> [f32; CHANNELS] {
        let bring = |position: Position, size| inside(self.fill_mode, position.pixels(), size);
        let Some((row, column)) = bring(row, self.height).zip(bring(column, self.width)) else {
            return [self.outside; CHANNELS];
        };
        let (top, left) = (row as usize, column as usize);
        let (below, beside) = ((top + 1).min(self.height - 1), (left + 1).min(self.width - 1));
        let corner = |row: usize, column: usize| -> [f32; CHANNELS] {
            let at = (row * self.width + column) * CHANNELS;
            std::array::from_fn(|channel| f32::from(self.pixels[at + channel]))
        };
        let corners = [corner(top, left), corner(top, beside), corner(below, left), corner(below, beside)];
        mix(corners, (row - top as f64) as f32, (column - left as f64) as f32)
    }
}

/// The levels at fractions `down` and `right` between four corners: upper left, upper right, lower left, lower right.
/// Scaled to [0, 1]; on a pixel, exactly its level / 255.
#[inline(always)]
fn mix<const N: usize>([a, b, c, d]: [[f32; N]; 4], down: f32, right: f32) -> [f32; N] {
    std::array::from_fn(|i| {
        let upper = a[i] + (b[i] - a[i]) * right;
        let lower = c[i] + (d[i] - c[i]) * right;
        (upper + (lower - upper) * down) / 255.0
    })
}
