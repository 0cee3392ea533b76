//! What a file is: its format, and the mode of its pixels as they are stored. Told by content, read from the headers
//! (PNG: its specification, 11.2.1; BMP: the `BITMAPINFOHEADER`).

use crate::container::Geometry;
use crate::decode::{Frame, format, headers};
use image::{ExtendedColorType, ImageDecoder, ImageFormat};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Format and mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind {
    /// The format. `None` for a record of a container.
    pub format: Option<Format>,
    /// How a pixel is stored.
    pub color: Color,
    /// Bits of a sample: 1, 2, 4, 8 or 16. Of a palette image, 8.
    pub bits: u8,
}

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// WebP.
    WebP,
    /// TIFF.
    Tiff,
}

/// How a pixel is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// Grey.
    Grayscale,
    /// Grey and opacity.
    GrayscaleAlpha,
    /// An index into a table of colours.
    Palette,
    /// Red, green, blue; of JPEG, the colour difference model of it.
    Rgb,
    /// Red, green, blue and opacity.
    Rgba,
    /// Inks.
    Cmyk,
}

impl Kind {
    /// The kind of a file that has been decoded. What its headers leave open counts as 8-bit RGB.
    pub(crate) fn of_file(bytes: &[u8]) -> Kind {
        let format = format(bytes).and_then(Format::of);
        let stored = match format {
            Some(Format::Jpeg) => jpeg(bytes),
            Some(Format::Png) => png(bytes),
            Some(Format::Gif) => Some((Color::Palette, 8)),
            Some(Format::Bmp) => bmp(bytes),
            Some(Format::WebP | Format::Tiff) => by_decoder(bytes),
            None => None,
        };
        let (color, bits) = stored.unwrap_or((Color::Rgb, 8));
        Kind { format, color, bits }
    }

    /// The kind of a container's record.
    pub(crate) fn of_record(geometry: Geometry) -> Kind {
        Kind { format: None, color: if geometry.channels == 1 { Color::Grayscale } else { Color::Rgb }, bits: 8 }
    }
}

impl Format {
    /// The format that is read here, of all that the decoders' library knows.
    pub(super) fn of(format: ImageFormat) -> Option<Format> {
        let known = [
            (ImageFormat::Jpeg, Format::Jpeg),
            (ImageFormat::Png, Format::Png),
            (ImageFormat::Gif, Format::Gif),
            (ImageFormat::Bmp, Format::Bmp),
            (ImageFormat::WebP, Format::WebP),
            (ImageFormat::Tiff, Format::Tiff),
        ];
        known.into_iter().find(|(theirs, _)| *theirs == format).map(|(_, ours)| ours)
    }
}

fn jpeg(bytes: &[u8]) -> Option<(Color, u8)> {
    let Frame { precision, components } = Frame::of(bytes)?;
    let color = match components {
        1 => Color::Grayscale,
        4 => Color::Cmyk,
        _ => Color::Rgb,
    };
    Some((color, precision))
}

/// The header chunk, which comes first.
fn png(bytes: &[u8]) -> Option<(Color, u8)> {
    let bits = *bytes.get(24)?;
    Some(match bytes.get(25)? {
        0 => (Color::Grayscale, bits),
        3 => (Color::Palette, 8),
        4 => (Color::GrayscaleAlpha, bits),
        6 => (Color::Rgba, bits),
        _ => (Color::Rgb, bits),
    })
}

/// Up to 8 bits a pixel there is a palette.
fn bmp(bytes: &[u8]) -> Option<(Color, u8)> {
    let old_header = bytes.get(14..18)? == 12_u32.to_le_bytes();
    let bits = *bytes.get(if old_header { 24 } else { 28 })?;
    if bits <= 8 { Some((Color::Palette, 8)) } else { by_decoder(bytes) }
}

fn by_decoder(bytes: &[u8]) -> Option<(Color, u8)> {
    let stored = headers(bytes)?.original_color_type();
    let color = match stored {
        ExtendedColorType::L1 | ExtendedColorType::L8 | ExtendedColorType::L16 => Color::Grayscale,
        ExtendedColorType::La8 | ExtendedColorType::La16 => Color::GrayscaleAlpha,
        ExtendedColorType::Rgba8 | ExtendedColorType::Rgba16 => Color::Rgba,
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => Color::Cmyk,
        // The enum is open; what is decoded here has no more kinds.
        _ => Color::Rgb,
    };
    let bits = stored.bits_per_pixel() / u16::from(stored.channel_count());
    Some((color, u8::try_from(bits).unwrap_or(8)))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Format::Jpeg => "JPEG",
            Format::Png => "PNG",
            Format::Gif => "GIF",
            Format::Bmp => "BMP",
            Format::WebP => "WebP",
            Format::Tiff => "TIFF",
        })
    }
}

/// `JPEG RGB`, `PNG 16-bit grayscale`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(format) = self.format {
            write!(f, "{format} ")?;
        }
        if self.bits != 8 {
            write!(f, "{}-bit ", self.bits)?;
        }
        f.write_str(match self.color {
            Color::Grayscale => "grayscale",
            Color::GrayscaleAlpha => "grayscale with alpha",
            Color::Palette => "palette",
            Color::Rgb => "RGB",
            Color::Rgba => "RGB with alpha",
            Color::Cmyk => "CMYK",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::encode;
    use image::ImageEncoder;
    use image::codecs::{bmp::BmpEncoder, jpeg::JpegEncoder, tiff::TiffEncoder, webp::WebPEncoder};
    use std::io::Cursor;

    #[test]
    fn kinds_are_told_by_the_headers() {
        let kind = |bytes: &[u8]| Kind::of_file(bytes).to_string();
        for (samples, color, words) in [
            (&[9][..], ExtendedColorType::L8, "PNG grayscale"),
            (&[9, 9], ExtendedColorType::L16, "PNG 16-bit grayscale"),
            (&[9, 9], ExtendedColorType::La8, "PNG grayscale with alpha"),
            (&[9; 3], ExtendedColorType::Rgb8, "PNG RGB"),
            (&[9; 8], ExtendedColorType::Rgba16, "PNG 16-bit RGB with alpha"),
        ] {
            assert_eq!(kind(&encode(samples, 1, 1, color)), words);
        }
        let mut palette = encode(&[9; 3], 1, 1, ExtendedColorType::Rgb8);
        palette[25] = 3;
        assert_eq!(kind(&palette), "PNG palette");

        let (mut grey, mut colour) = (Vec::new(), Vec::new());
        JpegEncoder::new(&mut grey).write_image(&[9], 1, 1, ExtendedColorType::L8).unwrap();
        JpegEncoder::new(&mut colour).write_image(&[9; 3], 1, 1, ExtendedColorType::Rgb8).unwrap();
        assert_eq!((kind(&grey), kind(&colour)), ("JPEG grayscale".to_owned(), "JPEG RGB".to_owned()));
        let frame = colour.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        colour[frame + 9] = 4;
        assert_eq!(kind(&colour), "JPEG CMYK");

        let (mut tiff, mut webp, mut bitmap, mut indexed) =
            (Cursor::new(Vec::new()), Vec::new(), Vec::new(), Vec::new());
        TiffEncoder::new(&mut tiff).write_image(&[9, 9], 1, 1, ExtendedColorType::L16).unwrap();
        WebPEncoder::new_lossless(&mut webp).write_image(&[9; 4], 1, 1, ExtendedColorType::Rgba8).unwrap();
        BmpEncoder::new(&mut bitmap).write_image(&[9; 3], 1, 1, ExtendedColorType::Rgb8).unwrap();
        BmpEncoder::new(&mut indexed).write_image(&[9], 1, 1, ExtendedColorType::L8).unwrap();
        assert_eq!(kind(tiff.get_ref()), "TIFF 16-bit grayscale");
        assert_eq!((kind(&webp), kind(&bitmap)), ("WebP RGB with alpha".to_owned(), "BMP RGB".to_owned()));
        assert_eq!((kind(&indexed), kind(b"GIF89a")), ("BMP palette".to_owned(), "GIF palette".to_owned()));
    }

    #[test]
    fn cut_headers_are_no_panic() {
        let mut jpeg = Vec::new();
        JpegEncoder::new(&mut jpeg).write_image(&[9], 1, 1, ExtendedColorType::L8).unwrap();
        let png = encode(&[9], 1, 1, ExtendedColorType::L8);
        for whole in [&jpeg, &png] {
            for end in 0..whole.len() {
                Kind::of_file(&whole[..end]);
            }
        }
    }
}
