//! A rectangle of one level: torchvision's `RandomErasing`.

use super::Window;
use plan::Stream;

/// Area and shape, up to ten times, then the first row and column; `None` where no rectangle was smaller than the image.
pub(super) fn draw(stream: &mut Stream, image: [usize; 2], scale: [f32; 2], ratio: [f32; 2]) -> Option<Window> {
    // The ratio is height / width here, the other way round than that of a crop.
    let fits = |w: usize, h: usize| h < image[0] && w < image[1];
    let (w, h) = Window::sides(stream, image, scale, ratio, fits)?;
    Some(Window::anywhere(stream, [h, w], image, 0))
}

/// Writes `value`, in [0, 1], into the window of a picture of `width` pixels a row.
pub(super) fn apply(window: &Window, value: f32, width: usize, channels: usize, picture: &mut [f32]) {
    let (top, left) = (window.top_px as usize, window.left_px as usize); // inside of the image, as drawn
    for row in picture.chunks_exact_mut(width * channels).skip(top).take(window.height_px) {
        row[left * channels..][..window.width_px * channels].fill(value);
    }
}
