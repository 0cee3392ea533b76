//! A window of the image, at the size of the image again.
//!
//! The window is resampled with the centres of its pixels at (i + 1/2), as Pillow and torchvision resize. It belongs to
//! the chain of geometry that is resampled at once, so the picture goes on beyond the window: an operation behind a crop
//! that looks past the window's edge sees the image there, and the fill mode where that ends.

use super::{Matrix, Window};
use plan::Stream;

/// torchvision's `RandomCrop`. Two numbers: the first row, then the first column.
pub(super) fn draw_fixed(stream: &mut Stream, image: [usize; 2], size: Option<[usize; 2]>, padding: usize) -> Window {
    let size = size.unwrap_or(image);
    let fitting = [0, 1].map(|side| size[side].min(image[side] + 2 * padding));
    Window::anywhere(stream, fitting, image, padding)
}

/// torchvision's `RandomResizedCrop`. Area and shape, up to ten times, then the first row and column; where no window
/// was inside of the image, the largest of an allowed shape in its middle.
pub(super) fn draw_resized(stream: &mut Stream, image: [usize; 2], scale: [f32; 2], ratio: [f32; 2]) -> Window {
    let [height, width] = image;
    let fits = |h: usize, w: usize| (1..=height).contains(&h) && (1..=width).contains(&w);
    if let Some((h, w)) = Window::sides(stream, image, scale, ratio, fits) {
        return Window::anywhere(stream, [h, w], image, 0);
    }
    let [low, high] = ratio.map(f64::from);
    let (h, w) = (height as f64, width as f64);
    let of = |side: f64, most: usize| (side.round_ties_even() as usize).clamp(1, most);
    let (h, w) = match w / h {
        shape if shape < low => (of(w / low, height), width),
        shape if shape > high => (height, of(h * high, width)),
        _ => (height, width),
    };
    Window { top_px: ((height - h) / 2) as i64, left_px: ((width - w) / 2) as i64, height_px: h, width_px: w }
}

pub(super) fn matrix(window: &Window, [height, width]: [usize; 2]) -> Matrix {
    let scale = |size: usize, whole: usize| size as f64 / whole as f64;
    // From the middle of the image to the middle of the window.
    let offset = |first: i64, size: usize, whole: usize| first as f64 + (size as f64 - whole as f64) / 2.0;
    Matrix([
        [scale(window.height_px, height), 0.0, offset(window.top_px, window.height_px, height)],
        [0.0, scale(window.width_px, width), offset(window.left_px, window.width_px, width)],
    ])
}
