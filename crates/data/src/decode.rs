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
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use plan::{ColorMode, DataPlan};
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The most pixels an image may have. A few bytes can claim to be a huge image; Pillow draws the line here, too.
pub const MAX_PIXELS: u64 = 178_956_970;

/// The most bytes a file may have.
pub const MAX_FILE_BYTES: u64 = 512 << 20;

/// Counts changes of what decoding and resizing give, so that pictures that were prepared before one are not taken for
/// today's.
pub(crate) const DECODER_VERSION: u32 = 1;

/// Most bytes that one image may take, all in all, until it has its final size.
const MAX_BYTES: u64 = 1 << 30;

/// Images that take more than this are decoded one at a time, so that many threads do not take as many times as much.
const LARGE: u64 = 64 << 20;
static LARGE_TURN: Mutex<()> = Mutex::new(());

/// An image file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", .path.display())]
pub struct BadImage {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// Decodes and resizes one file: `image_size[0] * image_size[1] * channels()` bytes, by row, column, channel.
///
/// Grey and palette images become colour, transparent pixels are laid over white, 16 bits are rounded to 8, the EXIF
/// orientation is applied, and of an animation the first picture is taken. For [`ColorMode::Grayscale`] colour then
/// becomes grey, before the image is resized.
///
/// # Errors
/// [`BadImage`] where the file cannot be read or decoded to its end, has more than [`MAX_PIXELS`] pixels, or would take
/// more than 1 GiB of memory.
pub fn decode_one(path: &Path, plan: &DataPlan) -> Result<Vec<u8>, BadImage> {
    let bad = |reason| BadImage { path: path.into(), reason };
    picture(&read(path).map_err(bad)?, plan).map_err(bad)
}

/// The bytes of an image file.
///
/// # Errors
/// Why they cannot be read, [`MAX_FILE_BYTES`] among the reasons.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut file = File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("is too large: more than {} MiB", MAX_FILE_BYTES >> 20));
    }
    Ok(bytes)
}

/// What [`decode_one`] makes of the bytes of a file.
///
/// # Errors
/// Why they are no image that can be used.
pub(crate) fn picture(bytes: &[u8], plan: &DataPlan) -> Result<Vec<u8>, String> {
    let [height, width] = plan.image_size;
    guarded(|| Ok(resize(&decode(bytes)?.in_mode(plan.color_mode), height, width, plan.interpolation)))
}

/// A decoder that trips over a broken file must not end the run: nothing is shared with it but the bytes it reads.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("the decoder gave up on it; the file is probably corrupt".to_owned()))
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
    fn in_mode(self, color_mode: ColorMode) -> Decoded {
        match color_mode {
            ColorMode::Rgb => self,
            ColorMode::Grayscale => {
                let (pixels, _) = self.pixels.as_chunks();
                Decoded { color_mode, pixels: pixels.iter().copied().map(luma::luma).collect(), ..self }
            }
        }
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
    let image = decode_limited(reader, format, bytes.len() as u64).map_err(|error| explain(&error))?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    Ok(Decoded { height, width, color_mode: ColorMode::Rgb, pixels: rgb::over_white(image)? })
}

fn decode_limited(
    mut reader: ImageReader<Cursor<&[u8]>>,
    format: ImageFormat,
    file: u64,
) -> Result<DynamicImage, ImageError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES / 2);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let needed = file.saturating_add(working_bytes(format, decoder.color_type(), pixels));
    if pixels > MAX_PIXELS || needed > MAX_BYTES {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(LimitErrorKind::DimensionError)));
    }
    // A panic of the one before left nothing half done that anybody looks at.
    let _turn = (needed > LARGE).then(|| LARGE_TURN.lock().unwrap_or_else(PoisonError::into_inner));
    // Photographs with damaged metadata are common, and then stand as they are.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Bytes that decoding takes at most: what the decoder gives, a second time while it works or the image is turned, and
/// the red, green and blue that are made of it. Decoders of progressive JPEGs hold two bytes of each coefficient.
fn working_bytes(format: ImageFormat, color: ColorType, pixels: u64) -> u64 {
    let decoded = pixels.saturating_mul(u64::from(color.bytes_per_pixel()));
    let second = if format == ImageFormat::Jpeg { 2 * decoded } else { decoded };
    let rgb = if color == ColorType::Rgb8 { 0 } else { 3 * pixels };
    decoded.saturating_add(second).saturating_add(rgb)
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
