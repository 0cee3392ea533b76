//! One resampling: each target pixel is interpolated linearly between the four source pixels around its source
//! position.
//!
//! Along a row of the target, the source's row and column change evenly. So the targets whose four source pixels are
//! all inside of the image are one run of neighbours; its ends are found by bisection, and in between nothing is
//! checked. Positions along a row are in fixed point: whole pixel and fraction come apart with a shift and a mask, and
//! what the fill mode makes of a position outside is exact.

use super::Matrix;
use super::fill::{self, Inside};
use super::texel::Texel;
use plan::{ColorMode, FillMode};

/// A picture, where each pixel of the target comes from, and what stands where it comes from nowhere.
#[derive(Clone, Copy)]
pub(super) struct Warp<'a, T> {
    pub pixels: &'a [T],
    pub height: usize,
    pub width: usize,
    pub matrix: Matrix,
    pub fill_mode: FillMode,
}

impl<T: Texel> Warp<'_, T> {
    /// Writes the warped picture, scaled to [0, 1]. `pixels` and `target` have `height` x `width` pixels of the channels
    /// of `color_mode`.
    pub fn run(self, color_mode: ColorMode, target: &mut [f32]) {
        // A pixel is read together with what stands behind it: the smallest pictures are given something.
        let mut padded = Vec::new();
        let warp = if self.pixels.len() < T::REACH {
            padded.extend_from_slice(self.pixels);
            padded.resize(T::REACH, T::default());
            Warp { pixels: &padded, ..self }
        } else {
            self
        };
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("bmi1")
            && std::is_x86_feature_detected!("bmi2")
        {
            // SAFETY: the processor was asked for all three.
            unsafe { warp.run_avx2(color_mode, target) };
            return;
        }
        warp.run_here(color_mode, target);
    }

    /// The same instructions, eight lanes at a time: the same bits.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    fn run_avx2(self, color_mode: ColorMode, target: &mut [f32]) {
        self.run_here(color_mode, target);
    }

    #[inline(always)]
    pub fn run_here(self, color_mode: ColorMode, target: &mut [f32]) {
        match color_mode {
            // Four floats are a vector of every machine: a pixel's channels and one more.
            ColorMode::Rgb => self.by_mode::<{ ColorMode::Rgb.channels() }, 4>(target),
            ColorMode::Grayscale => self.by_mode::<{ ColorMode::Grayscale.channels() }, 1>(target),
        }
    }

    #[inline(always)]
    fn by_mode<const CHANNELS: usize, const LANES: usize>(self, target: &mut [f32]) {
        match self.fill_mode {
            FillMode::Nearest => self.rows::<CHANNELS, LANES>(fill::nearest, 0.0, target),
            FillMode::Reflect => self.rows::<CHANNELS, LANES>(fill::reflect, 0.0, target),
            FillMode::Wrap => self.rows::<CHANNELS, LANES>(fill::wrap, 0.0, target),
            FillMode::Constant { value } => self.rows::<CHANNELS, LANES>(fill::constant, T::level(value), target),
        }
    }

    /// `LANES`, `CHANNELS` or one more, are computed at a time; the one too many is overwritten by the next pixel.
    #[inline(always)]
    fn rows<const CHANNELS: usize, const LANES: usize>(self, inside: impl Inside, outside: f32, target: &mut [f32]) {
        let (height, width) = (self.height, self.width);
        for (row, target) in target.chunks_exact_mut(width * CHANNELS).enumerate() {
            let [rows, columns] = self.matrix.0.map(|coefficients| Line::of(coefficients, row, width));
            // One source column and one target column less than could be, because a lane more than there are channels is
            // read and written. The same where it is not, so that grey has the bits that colour would have.
            let sources =
                overlap(rows.run_inside(height - 1, width), columns.run_inside(width.saturating_sub(2), width));
            let (first, end) = overlap(sources, (0, width - 1));
            let line = [rows, columns];
            self.anywhere::<CHANNELS, LANES>(line, (0, first), &inside, outside, target);
            self.inside::<CHANNELS, LANES>(line, (first, end), target);
            self.anywhere::<CHANNELS, LANES>(line, (end, width), &inside, outside, target);
            T::scale(target);
        }
    }

    /// The pixels of a run of columns whose four source pixels are inside of the image.
    #[inline(always)]
    fn inside<const CHANNELS: usize, const LANES: usize>(
        &self,
        [rows, columns]: [Line; 2],
        (first, end): (usize, usize),
        target: &mut [f32],
    ) {
        let below = self.width * CHANNELS;
        let mut places = Places::new();
        for first in (first..end).step_by(CHUNK) {
            let count = CHUNK.min(end - first);
            for i in 0..count {
                let (row, column) = (rows.at(first + i), columns.at(first + i));
                places.upper[i] = (row.whole() * self.width as u32 + column.whole()) * CHANNELS as u32;
                places.down[i] = row.fraction();
                places.right[i] = column.fraction();
            }
            for i in 0..count {
                let at = places.upper[i] as usize;
                // SAFETY: 0 <= row < height - 1 and 0 <= column < width - 2 for all of the run, so that a third pixel
                // follows in the row and in the one below.
                let ([a, b], [c, d]) = unsafe {
                    (
                        T::pair_inside::<CHANNELS, LANES>(self.pixels, at),
                        T::pair_inside::<CHANNELS, LANES>(self.pixels, at + below),
                    )
                };
                let pixel = mix([a, b, c, d], places.down[i], places.right[i]);
                target[(first + i) * CHANNELS..][..LANES].copy_from_slice(&pixel);
            }
        }
    }

    /// The pixels of a run of columns, wherever they come from.
    #[inline(always)]
    fn anywhere<const CHANNELS: usize, const LANES: usize>(
        &self,
        [rows, columns]: [Line; 2],
        (first, end): (usize, usize),
        inside: &impl Inside,
        outside: f32,
        target: &mut [f32],
    ) {
        let mut places = Places::new();
        for first in (first..end).step_by(CHUNK) {
            let count = CHUNK.min(end - first);
            for i in 0..count {
                let row = inside(rows.at(first + i).0, self.height);
                let column = inside(columns.at(first + i).0, self.width);
                let (row_at, column_at) = (Position(row.unwrap_or(0)), Position(column.unwrap_or(0)));
                let upper = (row_at.whole() * self.width as u32 + column_at.whole()) * CHANNELS as u32;
                // On the last row and column the fraction is 0, and it does not matter what stands behind them.
                let is_last = row_at.whole() + 1 == self.height as u32;
                places.lower[i] = if is_last { upper } else { upper + (self.width * CHANNELS) as u32 };
                places.upper[i] = if row.is_some() && column.is_some() { upper } else { NOWHERE };
                places.down[i] = row_at.rounded_fraction();
                places.right[i] = column_at.rounded_fraction();
            }
            let pixel = |i: usize| {
                if places.upper[i] == NOWHERE {
                    return [outside; LANES];
                }
                let [a, b] = T::pair::<CHANNELS, LANES>(self.pixels, places.upper[i] as usize);
                let [c, d] = T::pair::<CHANNELS, LANES>(self.pixels, places.lower[i] as usize);
                mix([a, b, c, d], places.down[i], places.right[i])
            };
            // The last pixel of a row has no next one that a lane too many could be written to.
            let ends_row = first + count == self.width;
            for i in 0..count - usize::from(ends_row) {
                target[(first + i) * CHANNELS..][..LANES].copy_from_slice(&pixel(i));
            }
            if ends_row {
                target[(first + count - 1) * CHANNELS..].copy_from_slice(&pixel(count - 1)[..CHANNELS]);
            }
        }
    }
}

/// Target pixels whose places are worked out together, many lanes at a time.
const CHUNK: usize = 64;

/// The place of a pixel that comes from nowhere.
const NOWHERE: u32 = u32::MAX;

/// Where pixels come from: the first level of the upper and lower left source pixel, and how far behind them.
struct Places {
    upper: [u32; CHUNK],
    lower: [u32; CHUNK],
    down: [f32; CHUNK],
    right: [f32; CHUNK],
}

impl Places {
    #[inline(always)]
    fn new() -> Places {
        Places { upper: [0; CHUNK], lower: [0; CHUNK], down: [0.0; CHUNK], right: [0.0; CHUNK] }
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
    fn whole(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// How far behind the whole pixel, in [0, 1): the upper 24 bits of the fraction, which f32 holds exactly.
    #[inline(always)]
    fn fraction(self) -> f32 {
        ((self.0 as u32) >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
    }

    /// The same with all 32 bits, rounded to the nearest f32, in [0, 1].
    #[inline(always)]
    fn rounded_fraction(self) -> f32 {
        self.0 as u32 as f32 * (1.0 / 4_294_967_296.0)
    }
}

/// One coordinate of the source along a row of the target.
#[derive(Clone, Copy)]
struct Line {
    start: i64,
    step: i64,
}

impl Line {
    #[inline(always)]
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
    #[inline(always)]
    fn run_inside(&self, end: usize, width: usize) -> (usize, usize) {
        let end = (end as i64) << 32;
        if self.step >= 0 {
            (self.first_where(width, |at| at >= 0), self.first_where(width, |at| at >= end))
        } else {
            (self.first_where(width, |at| at < end), self.first_where(width, |at| at < 0))
        }
    }

    #[inline(always)]
    fn first_where(&self, width: usize, is: impl Fn(i64) -> bool) -> usize {
        let (mut low, mut high) = (0, width);
        while low < high {
            let middle = low + (high - low) / 2;
            if is(self.at(middle).0) { high = middle } else { low = middle + 1 }
        }
        low
    }
}

/// What two runs have in common; an empty run where that is nothing.
fn overlap((first_a, end_a): (usize, usize), (first_b, end_b): (usize, usize)) -> (usize, usize) {
    let (first, end) = (first_a.max(first_b), end_a.min(end_b));
    (first.min(end), end)
}

/// The levels at fractions `down` and `right` between four corners: upper left, upper right, lower left, lower right. On
/// a pixel, exactly its level.
#[inline(always)]
fn mix<const N: usize>([a, b, c, d]: [[f32; N]; 4], down: f32, right: f32) -> [f32; N] {
    std::array::from_fn(|i| {
        let upper = a[i] + (b[i] - a[i]) * right;
        let lower = c[i] + (d[i] - c[i]) * right;
        upper + (lower - upper) * down
    })
}
