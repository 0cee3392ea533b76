//! What the maximum left of the gradient: for each channel, the winners that are alive, in pixel order.

use super::{DEAD, pooled_size};
use crate::conv2d::Shape;
use std::ops::Range;

/// A gradient and where it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// The winner's pixel, row times (output width + 2) plus column, counted from the band's first row. With the input's
    /// padding counted in, this is the top left corner of what the winner's kernel sees.
    pub at: u32,
    /// The gradient of the pooled unit.
    pub gradient: f32,
}

/// The lists of one band of pooled rows, a channel each.
pub(super) struct Lists {
    capacity: usize,
    entries: Vec<Entry>,
    lengths: Vec<usize>,
}

impl Lists {
    /// Memory for bands of up to `rows` pooled rows.
    pub fn new(shape: &Shape, rows: usize) -> Self {
        let capacity = rows * pooled_size(shape)[1];
        Lists {
            capacity,
            entries: vec![Entry::default(); capacity * shape.out_channels],
            lengths: vec![0; shape.out_channels],
        }
    }

    /// The list of a channel.
    #[inline(always)]
    pub fn channel(&self, channel: usize) -> &[Entry] {
        &self.entries[channel * self.capacity..][..self.lengths[channel]]
    }

    /// Lists the pooled rows `rows` of an image, given its pooled gradient and winners.
    pub fn build(&mut self, shape: &Shape, dy: &[f32], winners: &[u8], rows: Range<usize>) {
        let (channels, columns) = (shape.out_channels, pooled_size(shape)[1]);
        let width = shape.out_width + 2;
        // Dead units are written as well, and overwritten by the next: no branch to mispredict.
        let cells = [0, 1, width as u32, width as u32 + 1, 0, 0, 0, 0];
        let size = columns * channels;
        let band = rows.start * size..rows.end * size;
        let (dy, winners) = (&dy[band.clone()], &winners[band]);
        self.lengths.fill(0);
        let pixels = dy.chunks_exact(channels).zip(winners.chunks_exact(channels));
        for (unit, (dy, winners)) in pixels.enumerate() {
            let corner = (2 * (unit / columns) * width + 2 * (unit % columns)) as u32;
            let mut base = 0;
            for ((gradient, winner), length) in dy.iter().zip(winners).zip(&mut self.lengths) {
                self.entries[base + *length] =
                    Entry { at: corner + cells[usize::from(winner & 7)], gradient: *gradient };
                *length += usize::from(*winner < DEAD);
                base += self.capacity;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_living_in_pixel_order() {
        let shape = Shape {
            batch: 1,
            in_height: 6,
            in_width: 8,
            in_channels: 1,
            out_height: 4,
            out_width: 6,
            out_channels: 2,
            groups: 1,
            kernel: [3, 3],
            strides: [1, 1],
            pad_top: 0,
            pad_left: 0,
        };
        let dy: Vec<f32> = (0..12).map(|v| v as f32).collect();
        let winners = [0, 4, 1, 4, 4, 4, 2, 3, 4, 4, 3, 0];
        let mut lists = Lists::new(&shape, 2);
        lists.build(&shape, &dy, &winners, 0..2);
        let list = |c| lists.channel(c).iter().map(|e| (e.at, e.gradient)).collect::<Vec<_>>();
        assert_eq!(list(0), [(0, 0.0), (3, 2.0), (24, 6.0), (29, 10.0)]);
        assert_eq!(list(1), [(25, 7.0), (20, 11.0)]);
        lists.build(&shape, &dy, &winners, 1..2);
        assert_eq!(lists.channel(0), [Entry { at: 8, gradient: 6.0 }, Entry { at: 13, gradient: 10.0 }]);
    }
}
