//! Rectangles of whole pixels, drawn by area and shape.

use plan::Stream;

/// Tries before a drawing is given up, as in torchvision.
const TRIES: usize = 10;

/// Some rows and columns of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first row; negative above the image.
    pub top_px: i64,
    /// The first column; negative left of the image.
    pub left_px: i64,
    /// Number of rows.
    pub height_px: usize,
    /// Number of columns.
    pub width_px: usize,
}

impl Window {
    /// A window of this size anywhere within `height` x `width`, with borders of `padding` around.
    pub(super) fn anywhere(
        stream: &mut Stream,
        size: [usize; 2],
        [height, width]: [usize; 2],
        padding: usize,
    ) -> Window {
        let mut place = |size: usize, whole: usize| {
            i64::from(stream.below((whole + 2 * padding - size) as u32 + 1)) - padding as i64
        };
        let (top_px, left_px) = (place(size[0], height), place(size[1], width));
        Window { top_px, left_px, height_px: size[0], width_px: size[1] }
    }

    /// Height and width of a rectangle whose area is a fraction of the image's, uniform in `scale`, and whose `ratio` of
    /// one side to the other is log-uniform: (the side that the ratio divides by, the other). `None` where none of ten
    /// drawings `fits`.
    pub(super) fn sides(
        stream: &mut Stream,
        [height, width]: [usize; 2],
        scale: [f32; 2],
        ratio: [f32; 2],
        fits: impl Fn(usize, usize) -> bool,
    ) -> Option<(usize, usize)> {
        let [low, high] = ratio.map(|ratio| libm::log(f64::from(ratio)));
        (0..TRIES).find_map(|_| {
            let area = (height * width) as f64 * f64::from(stream.uniform(scale[0], scale[1]));
            let ratio = libm::exp(low + (high - low) * f64::from(stream.unit()));
            let side = |square: f64| libm::sqrt(square).round_ties_even() as usize;
            let (below, above) = (side(area / ratio), side(area * ratio));
            fits(below, above).then_some((below, above))
        })
    }
}
