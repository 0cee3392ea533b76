//! From red, green, blue to grey, as Pillow's `convert("L")` and so Keras's `load_img(color_mode="grayscale")`.
//!
//! The weights are those of ITU-R BT.601, 0.299, 0.587 and 0.114, in fixed point with 16 fractional bits. They sum to
//! one, so that grey stays exactly what it is.

/// Luma, rounded to the nearest level.
pub(super) fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471 + 0x8000) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_pillow() {
        // Image.new("RGB", ...).convert("L") of Pillow 13.0.0.
        let cases = [
            ([255, 0, 0], 76),
            ([0, 255, 0], 150),
            ([0, 0, 255], 29),
            ([1, 2, 3], 2),
            ([10, 20, 30], 18),
            ([200, 100, 50], 124),
            ([255, 255, 254], 255),
            ([12, 34, 56], 30),
            ([254, 1, 77], 85),
            ([128, 127, 129], 128),
        ];
        for (pixel, level) in cases {
            assert_eq!(luma(pixel), level, "{pixel:?}");
        }
    }

    #[test]
    fn grey_stays_what_it_is() {
        for level in 0..=255 {
            assert_eq!(luma([level; 3]), level);
        }
    }
}
