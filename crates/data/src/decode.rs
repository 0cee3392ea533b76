//! From one image file to bytes of the size and the channels that the network wants.
//!
//! What a file holds is told by its content, not its name. A file either decodes to the end or is a [`BadImage`] with
//! the reason, and no file can take the run down with it. A JPEG that ends before its end marker is refused; damage
//! within its scan, behind which the marker still stands, cannot be told from a picture.

mod jpeg;
mod luma;
mod rgb;

use crate::resize::resize;
use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use plan::{ColorMode, DataPlan};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The most pixels an image may have. A few bytes can claim to be a huge image; Pillow draws the line here, too.
pub const MAX_PIXELS: u64 = 178_956_970;

/// Most bytes that a decoder may take for one image.
const MAX_DECODER_BYTES: u64 = 1 << 30;

/// An image file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{}: {reason}", .path.display())]
pub struct BadImage {
    /// The file.
    #[serde(serialize_with = "displayed")]
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// A path need not be text; one that a program reads is.
fn displayed<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// Decodes and resizes one file: `image_size[0] * image_size[1] * channels()` bytes, by row, column, channel.
///
/// Grey and palette images become colour, transparent pixels are laid over white, 16 bits are rounded to 8, the EXIF
/// orientation is applied, and of an animation the first picture is taken. For [`ColorMode::Grayscale`] colour then
/// becomes grey, before the image is resized.
///
/// # Errors
/// [`BadImage`] where the file cannot be read or decoded to its end, or has more than [`MAX_PIXELS`] pixels.
pub fn decode_one(path: &Path, plan: &DataPlan) -> Result<Vec<u8>, BadImage> {
    let image = decode_file(path)?.in_mode(plan.color_mode);
    let [height, width] = plan.image_size;
    Ok(resize(&image, height, width, plan.interpolation))
}

/// A decoded image: bytes by row, column, channel.
pub(crate) struct Decoded {
    pub height: usize,
    pub width: usize,
    pub color_mode: ColorMode,
    pub pixels: Vec<u8>,
}

impl Decoded {
    /// The image, which is in colour, in another mode.
    pub fn in_mode(self, color_mode: ColorMode) -> Decoded {
        match color_mode {
            ColorMode::Rgb => self,
            ColorMode::Grayscale => {
                let (pixels, _) = self.pixels.as_chunks();
                Decoded { color_mode, pixels: pixels.iter().copied().map(luma::luma).collect(), ..self }
            }
        }
    }
}

/// Decodes one file at its own size, in colour.
pub(crate) fn decode_file(path: &Path) -> Result<Decoded, BadImage> {
    decode_bytes(path, &read(path)?)
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, BadImage> {
    std::fs::read(path).map_err(|error| BadImage { path: path.into(), reason: format!("cannot be read: {error}") })
}

/// Decodes `bytes`, which are those of the file at `path`.
pub(crate) fn decode_bytes(path: &Path, bytes: &[u8]) -> Result<Decoded, BadImage> {
    let bad = |reason| BadImage { path: path.into(), reason };
    // A decoder that trips over a broken file must not end the run: nothing is shared with it but `bytes`.
    match catch_unwind(AssertUnwindSafe(|| decode(bytes))) {
        Ok(decoded) => decoded.map_err(bad),
        Err(_) => Err(bad("the decoder gave up on it; the file is probably corrupt".to_owned())),
    }
}

fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let Some(format) = reader.format().filter(ImageFormat::reading_enabled) else {
        return Err("is no image in a format that is read here (JPEG, PNG, GIF, BMP, WebP, TIFF)".to_owned());
    };
    if format == ImageFormat::Jpeg && !jpeg::is_complete(bytes) {
        return Err("is truncated: the JPEG data stops before its end marker".to_owned());
    }
    let image = decode_limited(reader).map_err(|error| explain(&error))?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    Ok(Decoded { height, width, color_mode: ColorMode::Rgb, pixels: rgb::over_white(image)? })
}

fn decode_limited(mut reader: ImageReader<Cursor<&[u8]>>) -> Result<DynamicImage, ImageError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODER_BYTES {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(LimitErrorKind::DimensionError)));
    }
    // Photographs with damaged metadata are common, and then stand as they are.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn explain(error: &ImageError) -> String {
    match error {
        ImageError::Limits(_) => format!("is too large: more than {MAX_PIXELS} pixels, or more than 1 GiB to decode"),
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "is truncated".to_owned(),
        other => format!("cannot be decoded: {other}"),
    }
}

#[cfg(test)]
mod tests;
