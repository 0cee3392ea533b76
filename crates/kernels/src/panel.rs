//! Panels: what a dozen output pixels see, copied side by side.
//!
//! This is im2col, but of a dozen pixels at a time, so that the copy stays in the first cache and costs a few percent of
//! the arithmetic. It takes strides and odd shapes out of everything that follows: whatever the direct
//! convolution, the [tile](crate::tile) sees `depth` numbers for each of [`PIXELS`] pixels. Padding is the [frame](crate::frame)'s.

use crate::scratch::Scratch;

/// Pixels of a panel: divisible by 4 (a pooling window) and by 6 (the tile where there are 16 registers).
pub(crate) const PIXELS: usize = 12;

/// Numbers of one pixel that lie side by side: a cache line.
pub(crate) const DEPTH: usize = 16;

/// A piece of a panel: up to [`DEPTH`] numbers of each of [`PIXELS`] pixels.
pub(crate) type Block = [[f32; DEPTH]; PIXELS];

/// A window that slides over NHWC images, its elements in the order (row, column, channel).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Height, width and channels of the images.
    pub image: [usize; 3],
    /// Height and width of the window.
    pub size: [usize; 2],
}

/// What [`PIXELS`] windows see.
pub(crate) struct Panel {
    blocks: Scratch,
    /// How many lanes of a block are in use: all 16 where channels come in sixteens, else what divides a window's row.
    pub step: usize,
    /// Blocks of a stretch.
    count: usize,
}

impl Panel {
    /// Memory for pixels that see `rows` stretches of `length` contiguous numbers.
    pub fn new(rows: usize, length: usize) -> Self {
        let step = (1..=DEPTH).rev().find(|step| length.is_multiple_of(*step)).unwrap_or(1);
        let blocks = Scratch::zeros(rows * length / step * PIXELS * DEPTH);
        Panel { blocks, step, count: length / step }
    }

    /// The numbers in order, [`step`](Panel::step) of each pixel to a block.
    #[inline(always)]
    pub fn blocks(&self) -> &[Block] {
        self.blocks.get().as_chunks::<DEPTH>().0.as_chunks::<PIXELS>().0
    }

    #[inline(always)]
    fn blocks_mut(&mut self) -> &mut [Block] {
        self.blocks.get_mut().as_chunks_mut::<DEPTH>().0.as_chunks_mut::<PIXELS>().0
    }

    /// Writes number `at` of the first pixels.
    #[inline(always)]
    pub fn set(&mut self, at: usize, pixels: &[f32]) {
        let step = self.step;
        let block = &mut self.blocks_mut()[at / step];
        for (numbers, pixel) in block.iter_mut().zip(pixels) {
            numbers[at % step % DEPTH] = *pixel;
        }
    }

    /// Copies stretch number `at` of a pixel from the start of `source`, which may go on behind it.
    #[inline(always)]
    pub fn copy(&mut self, pixel: usize, at: usize, source: &[f32]) {
        let (count, step) = (self.count, self.step);
        let blocks = &mut self.blocks_mut()[at * count..][..count];
        if step == DEPTH {
            for (block, numbers) in blocks.iter_mut().zip(source.as_chunks::<DEPTH>().0) {
                block[pixel] = *numbers;
            }
            return;
        }
        for (i, block) in blocks.iter_mut().enumerate() {
            copy_part(&source[i * step..], step, &mut block[pixel]);
        }
    }

    /// Copies all stretches of a pixel, which start `distance` numbers after one another in `source`.
    #[inline(always)]
    fn copy_all(&mut self, pixel: usize, source: &[f32], distance: usize) {
        if self.count == 1 {
            // The first layer, whose windows are small, so that each instruction counts.
            let step = self.step;
            for (at, block) in self.blocks_mut().iter_mut().enumerate() {
                copy_part(&source[at * distance..], step, &mut block[pixel]);
            }
        } else {
            for at in 0..self.blocks().len() / self.count {
                self.copy(pixel, at, &source[at * distance..]);
            }
        }
    }
}

/// Copies `step` numbers from the start of `source`. A copy of fixed size is quicker; what it takes too much goes to
/// lanes that are not in use.
#[inline(always)]
fn copy_part(source: &[f32], step: usize, to: &mut [f32; DEPTH]) {
    match source.first_chunk::<DEPTH>() {
        Some(numbers) => *to = *numbers,
        None => copy_last(source, step, to),
    }
}

/// The same near the end of the image; apart, or LLVM makes of both one copy of a size that it does not know.
#[cold]
#[inline(never)]
fn copy_last(source: &[f32], step: usize, to: &mut [f32; DEPTH]) {
    to[..step].copy_from_slice(&source[..step]);
}

impl Window {
    /// Numbers in a row of the window.
    fn row_len(&self) -> usize {
        self.size[1] * self.image[2]
    }

    /// Memory for one panel of such windows.
    pub fn panel(&self) -> Panel {
        Panel::new(self.size[0], self.row_len())
    }

    /// The numbers of `image` from row `u` of the window on, its top left corner at `corner`.
    #[inline(always)]
    fn row<'a>(&self, image: &'a [f32], [row, column]: [usize; 2], u: usize) -> &'a [f32] {
        &image[((row + u) * self.image[1] + column) * self.image[2]..]
    }

    /// Copies what the window sees in `image`, its top left corner at `corner` (row, column), to `pixel` of the panel.
    #[inline(always)]
    pub fn copy(&self, image: &[f32], corner: [usize; 2], pixel: usize, panel: &mut Panel) {
        panel.copy_all(pixel, self.row(image, corner, 0), self.image[1] * self.image[2]);
    }
}

/// Walks through the cells of a batch of equal grids, row by row, image by image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    grid: [usize; 2],
    /// Which image.
    pub image: usize,
    /// Row in it.
    pub row: usize,
    /// Column in it.
    pub column: usize,
}

impl Cursor {
    /// At cell number `at`, counted through the batch.
    pub fn at(grid: [usize; 2], at: usize) -> Self {
        let [height, width] = grid;
        Cursor { grid, image: at / (height * width), row: at / width % height, column: at % width }
    }

    /// To the next cell.
    #[inline(always)]
    pub fn advance(&mut self) {
        self.column += 1;
        if self.column == self.grid[1] {
            (self.column, self.row) = (0, self.row + 1);
            if self.row == self.grid[0] {
                (self.row, self.image) = (0, self.image + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_are_what_windows_see() {
        for channels in [1, 3, 10, 16, 17, 48] {
            let window = Window { image: [4, 5, channels], size: [3, 2] };
            let image: Vec<f32> = (1..=4 * 5 * channels).map(|i| i as f32).collect();
            let mut panel = window.panel();
            for (row, column) in (0..=1).flat_map(|i| (0..=3).map(move |j| (i, j))) {
                window.copy(&image, [row, column], 7, &mut panel);
                let used = panel.blocks().iter().flat_map(|block| &block[7][..panel.step]);
                let seen: Vec<f32> = used.copied().collect();
                let pixel = |i: usize, j: usize| &image[(i * 5 + j) * channels..][..channels];
                let rows = (row..row + 3).flat_map(|i| (column..column + 2).flat_map(move |j| pixel(i, j)));
                let expected: Vec<f32> = rows.copied().collect();
                assert_eq!(seen, expected, "{channels} channels at ({row}, {column})");
            }
        }
    }

    #[test]
    fn cursor_counts_as_division_does() {
        let mut cursor = Cursor::at([3, 4], 7);
        for at in 7..40 {
            assert_eq!(cursor, Cursor::at([3, 4], at));
            cursor.advance();
        }
    }
}
