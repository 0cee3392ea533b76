//! The colour wheel: torchvision's `adjust_hue`. A pixel's value and saturation stay, its hue is turned.
//!
//! The way back from hue to red, green and blue is the formula without cases: v - v s max(0, min(k, 4 - k, 1)) with
//! k = (n + 6 h) mod 6 and n = 5, 3, 1, <https://en.wikipedia.org/wiki/HSL_and_HSV#HSV_to_RGB_alternative>.

/// `turns` in [-1, 1].
pub(super) fn turn(turns: f32, row: &mut [f32]) {
    let (pixels, _) = row.as_chunks_mut::<3>();
    for pixel in pixels {
        let [red, green, blue] = *pixel;
        let value = red.max(green).max(blue);
        let chroma = value - red.min(green).min(blue);
        let divisor = if chroma == 0.0 { 1.0 } else { chroma };
        // In sixths of a turn, in [-1, 5]; 0 is red.
        let hue = if value == red {
            (green - blue) / divisor
        } else if value == green {
            2.0 + (blue - red) / divisor
        } else {
            4.0 + (red - green) / divisor
        };
        let hue = sixths(sixths(hue) + 6.0 * (turns + 1.0));
        *pixel = [5.0, 3.0, 1.0].map(|n| {
            let k = sixths(n + hue);
            (value - chroma * k.min(4.0 - k).clamp(0.0, 1.0)).clamp(0.0, 1.0)
        });
    }
}

/// `hue`, in [-6, 18], in [0, 6].
#[inline(always)]
fn sixths(hue: f32) -> f32 {
    let hue = if hue < 0.0 { hue + 6.0 } else { hue };
    let hue = if hue >= 12.0 { hue - 12.0 } else { hue };
    if hue >= 6.0 { hue - 6.0 } else { hue }
}
