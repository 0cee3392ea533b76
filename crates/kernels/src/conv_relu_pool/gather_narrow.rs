//! The kernel's gradient where a row of a window is at most 16 numbers (an image of 1 to 5 channels): a row is one
//! vector, its last lanes idle, and two entries are summed at a time so that the additions need not wait for each other.

use super::lists::{Entry, Lists};
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};

/// Numbers of a window's row, idle ones included.
pub(super) const LANES: usize = 16;

/// Whether a window's row fits.
pub(super) fn fits(shape: &Shape) -> bool {
    3 * shape.in_channels <= LANES
}

/// Adds to `sums`, `[out channel][row][lane]`, and to `bias` what the lists say of the band.
pub(super) fn gather(level: Level, shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32]) {
    multiversion!(
        level,
        fn(shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32]) = gather_rows
    );
}

#[inline(always)]
fn gather_rows(shape: &Shape, lists: &Lists, band: &[f32], sums: &mut [f32], bias: &mut [f32]) {
    let channels = shape.in_channels;
    let row = (shape.out_width + 2) * channels;
    let sums = sums.as_chunks_mut::<LANES>().0.as_chunks_mut::<3>().0;
    for (output, (sums, bias)) in sums.iter_mut().zip(bias).enumerate() {
        let (pairs, last) = lists.channel(output).as_chunks::<2>();
        let mut windows = [[[0.0f32; LANES]; 3]; 2];
        let mut totals = [0.0; 2];
        for pair in pairs {
            for i in 0..2 {
                add(pair[i], channels, row, band, &mut windows[i]);
                totals[i] += pair[i].gradient();
            }
        }
        for entry in last {
            add(*entry, channels, row, band, &mut windows[0]);
            totals[0] += entry.gradient();
        }
        for u in 0..3 {
            for l in 0..LANES {
                sums[u][l] += windows[0][u][l] + windows[1][u][l];
            }
        }
        *bias += totals[0] + totals[1];
    }
}

/// Adds the window an entry sees, times its gradient; the rows of the band are `row` numbers long.
#[inline(always)]
fn add(entry: Entry, channels: usize, row: usize, band: &[f32], window: &mut [[f32; LANES]; 3]) {
    for u in 0..3 {
        let Some(numbers) = band[entry.at() * channels + u * row..].first_chunk::<LANES>() else { return };
        for l in 0..LANES {
            window[u][l] = entry.gradient().mul_add(numbers[l], window[u][l]);
        }
    }
}
