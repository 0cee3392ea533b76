//! The stage: what a block of lanes sees of one image, copied so that nothing that follows meets an edge or a group.
//!
//! Lane `l` of block `b` belongs to channel `LANES * b + l` of the sums. A group's channels of the image become planes: plane
//! `c` holds, in each lane, channel `c` of that lane's group. Zeros stand around the image and, backward, between
//! its rows and columns, where a stride left pixels out.

use super::super::Shape;
use super::channels;
use crate::lanes::{LANES, load};

/// Pixels whose sums are in registers at once, where there are 32 registers of 16 lanes, and elsewhere.
pub(super) const PIXELS: [usize; 2] = [8, 4];

/// A vector in memory, which starts at a cache line, so that no load of it straddles two.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Lanes(pub [f32; LANES]);

/// A window that slides over the stage.
pub(super) struct Stage {
    /// Rows, columns and channels of the image.
    image: [usize; 3],
    /// Where its first row and column stand, and how far its rows and columns are apart.
    first: [isize; 2],
    apart: [usize; 2],
    /// Rows and columns of the stage.
    size: [usize; 2],
    /// Channels that are summed over, those of a group of the image, and how many channels of the sums see the same.
    pub planes: usize,
    shared: usize,
    /// Channels of the sums.
    pub channels: usize,
    /// Rows and columns of the window, its steps, and its places.
    pub window: [usize; 2],
    pub steps: [usize; 2],
    pub grid: [usize; 2],
}

impl Stage {
    /// What `y`, and the kernel's gradient, sees of `x`.
    pub fn of_x(shape: &Shape) -> Stage {
        let [inputs, outputs] = channels(shape);
        Stage {
            image: [shape.in_height, shape.in_width, shape.in_channels],
            first: [shape.pad_top as isize, shape.pad_left as isize],
            apart: [1, 1],
            size: [0, 0],
            planes: inputs,
            shared: outputs,
            channels: shape.out_channels,
            window: shape.kernel,
            steps: shape.strides,
            grid: [shape.out_height, shape.out_width],
        }
        .sized()
    }

    /// What `dx` sees of `dy`, through the kernel turned by half a turn.
    pub fn of_dy(shape: &Shape) -> Stage {
        let [inputs, outputs] = channels(shape);
        let before = |axis: usize, pad: usize| shape.kernel[axis] as isize - 1 - pad as isize;
        Stage {
            image: [shape.out_height, shape.out_width, shape.out_channels],
            first: [before(0, shape.pad_top), before(1, shape.pad_left)],
            apart: shape.strides,
            size: [0, 0],
            planes: outputs,
            shared: inputs,
            channels: shape.in_channels,
            window: shape.kernel,
            steps: [1, 1],
            grid: [shape.in_height, shape.in_width],
        }
        .sized()
    }

    /// Large enough for every place of the window, in each row as many as whole registers hold.
    fn sized(self) -> Stage {
        let columns = self.grid[1].next_multiple_of(PIXELS[0]);
        let side = |axis: usize, places: usize| (places - 1) * self.steps[axis] + self.window[axis];
        Stage { size: [side(0, self.grid[0]), side(1, columns)], ..self }
    }

    /// Memory for a stage: zeros, of which [`fill`](Stage::fill) writes always the same.
    pub fn memory(&self) -> Vec<Lanes> {
        vec![Lanes([0.0; LANES]); self.planes * self.size[0] * self.size[1]]
    }

    /// How far behind the window's corner its taps stand, in the order (row, column, plane).
    pub fn taps(&self) -> Vec<usize> {
        let [height, width] = self.size;
        let cells = (0..self.window[0]).flat_map(|u| (0..self.window[1]).map(move |v| u * width + v));
        cells.flat_map(|cell| (0..self.planes).map(move |plane| plane * height * width + cell)).collect()
    }

    /// Where the window's corner stands in its place at a row and column of the grid.
    #[inline(always)]
    pub fn corner(&self, row: usize, column: usize) -> usize {
        row * self.steps[0] * self.size[1] + column * self.steps[1]
    }

    /// Rows or columns of the image that stand on the stage, and where the first of them does.
    fn visible(&self, axis: usize) -> (std::ops::Range<usize>, usize) {
        let (first, apart) = (self.first[axis], self.apart[axis]);
        let start = (-first).max(0).unsigned_abs().div_ceil(apart);
        let at = |index: usize| (first + (index * apart) as isize).max(0) as usize;
        let end = (start..self.image[axis]).find(|index| at(*index) >= self.size[axis]).unwrap_or(self.image[axis]);
        (start..end, at(start))
    }

    /// Copies what the lanes of a block see of an image.
    #[inline(always)]
    pub fn fill(&self, image: &[f32], block: usize, stage: &mut [Lanes]) {
        let [_, width, channels] = self.image;
        let [(rows, top), (columns, left)] = [self.visible(0), self.visible(1)];
        let count = LANES.min(self.channels - block * LANES);
        for (plane, stage) in stage.chunks_exact_mut(self.size[0] * self.size[1]).enumerate() {
            // The image's channel of each lane.
            let mut of_lane = [0; LANES];
            for (lane, channel) in of_lane[..count].iter_mut().enumerate() {
                *channel = (block * LANES + lane) / self.shared * self.planes + plane;
            }
            let in_order = self.planes == 1 && self.shared == 1;
            for (i, row) in rows.clone().enumerate() {
                let start = (top + i * self.apart[0]) * self.size[1] + left;
                let line = &mut stage[start..(top + i * self.apart[0] + 1) * self.size[1]];
                let pixels = image[(row * width + columns.start) * channels..].chunks_exact(channels);
                let cells = line.iter_mut().step_by(self.apart[1]).take(columns.len());
                if in_order {
                    for (cell, pixel) in cells.zip(pixels) {
                        cell.0 = load(&pixel[block * LANES..][..count]);
                    }
                } else {
                    for (cell, pixel) in cells.zip(pixels) {
                        for (lane, channel) in cell.0[..count].iter_mut().zip(&of_lane) {
                            *lane = pixel[*channel];
                        }
                    }
                }
            }
        }
    }
}

/// Cuts the rows of a matrix into blocks of lanes: all rows of the first block, then all of the second.
pub(super) fn blocks(matrix: &[f32], channels: usize) -> Vec<Lanes> {
    let block = |block: usize| matrix.chunks_exact(channels).map(move |row| Lanes(load(&row[block * LANES..])));
    (0..channels.div_ceil(LANES)).flat_map(block).collect()
}
