//! What the maximum left of the gradient: for each channel, the winners that are alive, in pixel order.

use super::{DEAD, pooled_size};
use crate::conv2d::Shape;
use crate::cpu::{Level, multiversion};
use std::ops::Range;

/// A gradient and where it goes, in one word, so that it is moved at once.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry(u64);

impl Entry {
    #[inline(always)]
    pub fn new(at: u32, gradient: f32) -> Self {
        Entry(u64::from(at) | u64::from(gradient.to_bits()) << 32)
    }

    /// The winner's pixel, row times (output width + 2) plus column, counted from the band's first row. With the input's
    /// padding counted in, this is the top left corner of what the winner's kernel sees.
    #[inline(always)]
    pub fn at(self) -> usize {
        self.0 as u32 as usize
    }

    /// The gradient of the pooled unit.
    #[inline(always)]
    pub fn gradient(self) -> f32 {
        f32::from_bits((self.0 >> 32) as u32)
    }
}

/// The lists of one band of pooled rows, a channel each.
pub(super) struct Lists {
    capacity: usize,
    entries: Vec<Entry>,
    /// Where each channel's list ends in `entries`.
    ends: Vec<u32>,
    /// Of one pooled unit, the entry of each channel, and 1 where it is alive.
    made: Vec<Entry>,
    alive: Vec<u32>,
}

impl Lists {
    /// Memory for bands of up to `rows` pooled rows.
    pub fn new(shape: &Shape, rows: usize) -> Self {
        // Room for one more, which a dead unit writes behind the last.
        let capacity = rows * pooled_size(shape)[1] + 1;
        Lists {
            capacity,
            entries: vec![Entry::default(); capacity * shape.out_channels],
            ends: vec![0; shape.out_channels],
            made: vec![Entry::default(); shape.out_channels],
            alive: vec![0; shape.out_channels],
        }
    }

    /// The list of a channel.
    #[inline(always)]
    pub fn channel(&self, channel: usize) -> &[Entry] {
        &self.entries[channel * self.capacity..self.ends[channel] as usize]
    }

    /// Lists the pooled rows `rows` of an image, given its pooled gradient and winners.
    pub fn build(&mut self, level: Level, shape: &Shape, dy: &[f32], winners: &[u8], rows: Range<usize>) {
        let size = pooled_size(shape)[1] * shape.out_channels;
        let band = rows.start * size..rows.end * size;
        let (dy, winners, lists) = (&dy[band.clone()], &winners[band], self);
        multiversion!(level, fn(shape: &Shape, dy: &[f32], winners: &[u8], lists: &mut Lists) = build);
    }
}

/// Lists a band. Dead units are written as well, and overwritten by the next: no branch to mispredict.
#[inline(always)]
fn build(shape: &Shape, dy: &[f32], winners: &[u8], lists: &mut Lists) {
    let (channels, columns) = (shape.out_channels, pooled_size(shape)[1]);
    let width = shape.out_width as u32 + 2;
    let Lists { capacity, entries, ends, made, alive } = lists;
    for (channel, end) in ends.iter_mut().enumerate() {
        *end = (channel * *capacity) as u32;
    }
    let pixels = dy.chunks_exact(channels).zip(winners.chunks_exact(channels));
    for (unit, (dy, winners)) in pixels.enumerate() {
        let corner = 2 * (unit / columns) as u32 * width + 2 * (unit % columns) as u32;
        for (((dy, winner), made), alive) in dy.iter().zip(winners).zip(&mut *made).zip(&mut *alive) {
            let cell = u32::from(*winner);
            *made = Entry::new(corner + (cell & 1) + (cell >> 1 & 1) * width, *dy);
            *alive = u32::from(*winner < DEAD);
        }
        for ((end, made), alive) in ends.iter_mut().zip(&*made).zip(&*alive) {
            entries[*end as usize] = *made;
            *end += alive;
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
        lists.build(Level::Portable, &shape, &dy, &winners, 0..2);
        let list = |c| lists.channel(c).iter().map(|e| (e.at(), e.gradient())).collect::<Vec<_>>();
        assert_eq!(list(0), [(0, 0.0), (3, 2.0), (24, 6.0), (29, 10.0)]);
        assert_eq!(list(1), [(25, 7.0), (20, 11.0)]);
        lists.build(Level::Portable, &shape, &dy, &winners, 1..2);
        assert_eq!(lists.channel(0), [Entry::new(8, 6.0), Entry::new(13, 10.0)]);
    }
}
