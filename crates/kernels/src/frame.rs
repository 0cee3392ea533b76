//! An image with zeros around it, so that no window that slides over it leaves it.

use crate::scratch::Scratch;
use std::ops::Range;

/// How an image lies in its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Height, width and channels of the image.
    pub image: [usize; 3],
    /// Rows of zeros above it, and columns left of it. The image may also begin before the frame does.
    pub before: [isize; 2],
    /// Rows and columns of the frame.
    pub size: [usize; 2],
}

impl Frame {
    /// Numbers of a row.
    pub fn stride(&self) -> usize {
        self.size[1] * self.image[2]
    }

    /// Whether the image, as it lies in memory, is its frame.
    pub fn is_image(&self) -> bool {
        self.before == [0, 0] && self.size == [self.image[0], self.image[1]]
    }

    /// Overwrites `to` with rows of the frame.
    pub fn load(&self, image: &[f32], rows: Range<usize>, to: &mut [f32]) {
        let [height, width, channels] = self.image;
        let skipped = self.before[1].min(0).unsigned_abs().min(width);
        let left = (self.before[1].max(0) as usize).min(self.size[1]);
        let count = (width - skipped).min(self.size[1] - left) * channels;
        let left = left * channels;
        for (row, to) in rows.zip(to.chunks_exact_mut(self.stride().max(1))) {
            match usize::try_from(row as isize - self.before[0]).ok().filter(|row| *row < height) {
                Some(row) => {
                    to[..left].fill(0.0);
                    to[left..][..count].copy_from_slice(&image[(row * width + skipped) * channels..][..count]);
                    to[left + count..].fill(0.0);
                }
                None => to.fill(0.0),
            }
        }
    }

    /// Memory for so many rows; none where the image is its frame.
    pub fn scratch(&self, rows: usize) -> Scratch {
        Scratch::any(if self.is_image() { 0 } else { rows * self.stride() })
    }

    /// Rows of the frame: those of the image, or copied to `scratch`.
    pub fn rows<'a>(&self, image: &'a [f32], rows: Range<usize>, scratch: &'a mut Scratch) -> &'a [f32] {
        if self.is_image() {
            return &image[rows.start * self.stride()..rows.end * self.stride()];
        }
        let to = &mut scratch.get_mut()[..rows.len() * self.stride()];
        self.load(image, rows, to);
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_hold_the_image_and_zeros() {
        let image: Vec<f32> = (1..=3 * 4 * 2).map(|i| i as f32).collect();
        for (top, left) in (-4..3).flat_map(|i| (-5..3).map(move |j| (i, j))) {
            for size in [[1, 1], [3, 4], [6, 7], [9, 2]] {
                let frame = Frame { image: [3, 4, 2], before: [top, left], size };
                let mut scratch = frame.scratch(size[0]);
                let found = frame.rows(&image, 0..size[0], &mut scratch).to_vec();
                let mut expected = Vec::new();
                for (i, j, c) in (0..size[0]).flat_map(|i| (0..size[1]).flat_map(move |j| [(i, j, 0), (i, j, 1)])) {
                    let (i, j) = (i as isize - top, j as isize - left);
                    let inside = (0..3).contains(&i) && (0..4).contains(&j);
                    expected.push(if inside { image[(i * 4 + j) as usize * 2 + c] } else { 0.0 });
                }
                assert_eq!(found, expected, "{frame:?}");
            }
        }
    }
}
