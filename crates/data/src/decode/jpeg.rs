//! JPEG, to its very end, by a decoder that gives the bits of libjpeg-turbo, which Pillow and the other frameworks use.

mod segments;

use super::limits::{self, Turn};
use image::{ColorType, DynamicImage, GrayImage, ImageFormat, RgbImage};
use libjpeg_turbo_rs::{Decoder, JpegError, PixelFormat};

pub(crate) use segments::Frame;
pub(super) use segments::metadata;

/// The picture as it is stored, and its turn.
pub(super) fn decode(bytes: &[u8]) -> Result<(DynamicImage, Turn), String> {
    let told = |error: JpegError| format!("cannot be decoded: {error}");
    // A decoder fills what is missing with grey and calls it a success.
    let Some(picture) = segments::picture(bytes) else {
        return Err("is truncated: the JPEG data stops before its end marker".to_owned());
    };
    let mut decoder = Decoder::new(&picture).map_err(told)?;
    let header = decoder.header();
    let (width, height) = (u32::from(header.width), u32::from(header.height));
    let (format, held) = match header.components.len() {
        1 => (PixelFormat::Grayscale, ColorType::L8),
        4 => (PixelFormat::Rgb, ColorType::Rgba8), // cyan, magenta, yellow and black, until they become three
        _ => (PixelFormat::Rgb, ColorType::Rgb8),
    };
    let turn = limits::admit(ImageFormat::Jpeg, held, width, height, bytes.len() + picture.len())?;
    decoder.set_output_format(format);
    let pixels = decoder.decode_image().map_err(told)?.data;
    let image = match format {
        PixelFormat::Grayscale => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
    };
    let image = image.ok_or("cannot be decoded: it has fewer pixels than it says")?;
    Ok((image, turn))
}
