//! The grey of a colour, and colours between it and themselves: torchvision's `rgb_to_grayscale` and
//! `adjust_saturation`.

/// A pixel's grey.
#[inline(always)]
pub(super) fn grey([red, green, blue]: [f32; 3]) -> f32 {
    0.2989 * red + 0.587 * green + 0.114 * blue
}

/// Distances from the grey times `factor`: 0 gives grey, 1 changes nothing.
pub(super) fn saturate(factor: f32, row: &mut [f32]) {
    let (pixels, _) = row.as_chunks_mut::<3>();
    for pixel in pixels {
        let rest = (1.0 - factor) * grey(*pixel);
        *pixel = pixel.map(|level| (level * factor + rest).clamp(0.0, 1.0));
    }
}
