//! From whatever a decoder gives to red, green, blue bytes: grey becomes three equal channels, transparency is laid
//! over white, 16 bits are rounded to 8. All in integers, so that every machine gives the same bytes.

use image::DynamicImage;

/// How colours stand beside their opacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opacity {
    /// As they are.
    Separate,
    /// Multiplied with it.
    Associated,
}

/// The image as bytes by row, column, channel.
pub(super) fn over_white(image: DynamicImage, opacity: Opacity) -> Result<Vec<u8>, String> {
    let blend = |level: u8, alpha: u8| match opacity {
        Opacity::Separate => blend(level, alpha),
        Opacity::Associated => level.saturating_add(255 - alpha),
    };
    let gather = |pixels: &mut dyn Iterator<Item = [u8; 3]>, count: usize| {
        let mut bytes = Vec::with_capacity(count * 3);
        pixels.for_each(|pixel| bytes.extend_from_slice(&pixel));
        bytes
    };
    let count = image.width() as usize * image.height() as usize;
    Ok(match image {
        DynamicImage::ImageRgb8(image) => image.into_raw(),
        DynamicImage::ImageLuma8(image) => gather(&mut image.pixels().map(|p| [p.0[0]; 3]), count),
        DynamicImage::ImageLumaA8(image) => gather(&mut image.pixels().map(|p| [blend(p.0[0], p.0[1]); 3]), count),
        DynamicImage::ImageRgba8(image) => gather(
            &mut image.pixels().map(|p| {
                let [red, green, blue, alpha] = p.0;
                [red, green, blue].map(|level| blend(level, alpha))
            }),
            count,
        ),
        DynamicImage::ImageLuma16(image) => gather(&mut image.pixels().map(|p| [eight_bits(p.0[0]); 3]), count),
        DynamicImage::ImageLumaA16(image) => gather(
            &mut image.pixels().map(|p| {
                let [level, alpha] = p.0.map(eight_bits);
                [blend(level, alpha); 3]
            }),
            count,
        ),
        DynamicImage::ImageRgb16(image) => gather(&mut image.pixels().map(|p| p.0.map(eight_bits)), count),
        DynamicImage::ImageRgba16(image) => gather(
            &mut image.pixels().map(|p| {
                let [red, green, blue, alpha] = p.0.map(eight_bits);
                [red, green, blue].map(|level| blend(level, alpha))
            }),
            count,
        ),
        // Floating-point images (of TIFF) have no agreed range; the enum is also open for more.
        other => return Err(format!("has pixels of a kind that is not read here: {:?}", other.color())),
    })
}

/// `level` with opacity `alpha` over white, rounded to the nearest.
fn blend(level: u8, alpha: u8) -> u8 {
    let (level, alpha) = (u32::from(level), u32::from(alpha));
    ((level * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// 0..=65535 to 0..=255, rounded to the nearest.
fn eight_bits(level: u16) -> u8 {
    ((u32::from(level) * 255 + 32_767) / 65_535) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blending_and_reduction_keep_the_ends() {
        assert_eq!((blend(10, 255), blend(10, 0), blend(0, 128)), (10, 255, 127));
        assert_eq!((eight_bits(0), eight_bits(65_535), eight_bits(257 * 77), eight_bits(128)), (0, 255, 77, 0));
        assert_eq!(eight_bits(129), 1);
    }
}
