//! JPEG, to its very end: a decoder that is told to be lenient fills what it cannot decode with grey and calls it a
//! success, so this one is told to be strict.

mod complete;

pub(super) use complete::is_complete;

use super::limits;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// How the decoder's words for a file begin that has bytes where there should be none, before the picture: cameras leave
/// some, and the picture behind them is whole.
const STRAY_BYTES: &str = "[strict-mode]";

/// The picture, turned upright.
pub(super) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    match decode_as(bytes, true) {
        Err(reason) if reason.contains(STRAY_BYTES) => decode_as(bytes, false),
        decoded => decoded,
    }
}

fn decode_as(bytes: &[u8], strict: bool) -> Result<DynamicImage, String> {
    let told = |error: zune_jpeg::errors::DecodeErrors| format!("cannot be decoded: {error:?}");
    let options = DecoderOptions::default().set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options.set_strict_mode(strict));
    decoder.decode_headers().map_err(told)?;
    let info = decoder.info().ok_or("cannot be decoded: it has no picture")?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let is_grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let (space, color) =
        if is_grey { (ColorSpace::Luma, image::ColorType::L8) } else { (ColorSpace::RGB, image::ColorType::Rgb8) };
    let _turn = limits::admit(ImageFormat::Jpeg, color, width, height, bytes.len())?;
    decoder.set_options(decoder.options().jpeg_set_out_colorspace(space));
    let pixels = decoder.decode().map_err(told)?;
    let image = match is_grey {
        true => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        false => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
    };
    let mut image = image.ok_or("cannot be decoded: it has fewer pixels than it says")?;
    // Photographs with damaged metadata are common, and then stand as they are.
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(image)
}
