//! Many small pictures laid out in one: cells in rows, a thin white margin between, each value a square of pixels.

use super::viridis::colour;
use image::{Rgb, RgbImage};

const WHITE: Rgb<u8> = Rgb([255; 3]);
/// Pixels between cells, and around all.
const MARGIN: usize = 1;

/// The shape of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// Rows of values in a cell.
    pub height: usize,
    /// Columns of values in a cell.
    pub width: usize,
    /// Cells in a row of the grid.
    pub per_row: usize,
    /// Pixels along each side of a value.
    pub scale: usize,
}

impl Grid {
    /// Draws cells, each of height x width levels in rows. Places in the last row that no cell fills stay white.
    pub(super) fn draw(self, cells: &[Vec<u8>]) -> RgbImage {
        let Grid { height, width, per_row, scale } = self;
        let side = |cells: usize, values: usize| (cells * (values * scale + MARGIN) + MARGIN) as u32;
        let columns = per_row.min(cells.len());
        let rows = cells.len().div_ceil(per_row);
        let mut picture = RgbImage::from_pixel(side(columns, width), side(rows, height), WHITE);
        for (index, cell) in cells.iter().enumerate() {
            let top = side(index / per_row, height);
            let left = side(index % per_row, width);
            for y in 0..height * scale {
                for x in 0..width * scale {
                    let level = cell[y / scale * width + x / scale];
                    picture.put_pixel(left + x as u32, top + y as u32, Rgb(colour(level)));
                }
            }
        }
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_in_rows_with_margins() {
        let grid = Grid { height: 1, width: 2, per_row: 2, scale: 3 };
        let picture = grid.draw(&[vec![0, 255], vec![255, 0], vec![127, 127]]);
        // Two cells of 6x3 pixels and three margins across, two rows and three margins down.
        assert_eq!(picture.dimensions(), (15, 9));
        let at = |x, y| picture.get_pixel(x, y).0;
        assert_eq!([at(1, 1), at(3, 3), at(4, 1)], [colour(0), colour(0), colour(255)]);
        assert_eq!([at(7, 1), at(0, 0), at(1, 4), at(14, 8)], [[255; 3]; 4]);
        assert_eq!([at(8, 1), at(11, 1)], [colour(255), colour(0)]);
        assert_eq!([at(1, 5), at(6, 7), at(8, 5)], [colour(127), colour(127), [255; 3]]);
    }

    #[test]
    fn a_short_row_takes_no_more_room_than_it_needs() {
        let grid = Grid { height: 4, width: 4, per_row: 16, scale: 1 };
        assert_eq!(grid.draw(&vec![vec![0; 16]; 3]).dimensions(), (16, 6));
    }
}
