//! From one image file to bytes of the size and the channels that the network wants.
//!
//! What a file holds is told by its content, not its name. A file either decodes to the end or is a [`BadImage`] with
//! the reason, and no file can take the run down with it. A JPEG that ends before its end marker is refused, and so is
//! one whose data make no sense to the decoder; damage that does make some cannot be told from a picture.

mod bmp;
mod gif;
mod ifd;
mod jpeg;
mod limits;
mod luma;
mod metadata;
mod png;
mod rgb;
mod tiff;
mod webp;

pub(crate) use jpeg::Frame;
pub use limits::{MAX_FILE_BYTES, MAX_PIXELS};
pub(crate) use limits::{Turn, admit};

use crate::audit::Kind;
use crate::file::File;
use crate::picture::{Made, Wanted};
use image::error::ImageError;
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use plan::{ColorMode, DataPlan};
use rgb::Opacity;
use serde::{Deserialize, Serialize};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Counts changes of what decoding and resizing give, an update of a decoder that changes a picture among them: pictures
/// that were prepared before one are not taken for today's.
pub const DECODER_VERSION: u32 = 3;

/// An image file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}: {reason}", files::shown(.path))]
pub struct BadImage {
    /// The file.
    #[serde(serialize_with = "displayed")]
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// A path need not be text; one that a program reads is.
fn displayed<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Why there is no picture of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refusal {
    /// The file is no image that can be used.
    Bad(String),
    /// It may be one, and cannot be decoded here and now.
    Unable(String),
}

impl Refusal {
    /// In words.
    pub fn reason(self) -> String {
        let (Refusal::Bad(reason) | Refusal::Unable(reason)) = self;
        reason
    }
}

/// Of a file, as a rule.
impl From<String> for Refusal {
    fn from(reason: String) -> Refusal {
        Refusal::Bad(reason)
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Refusal {
        Refusal::Bad(reason.to_owned())
    }
}

/// Says whether decoding may take so many bytes of memory; waits for its turn if need be. Asked before they are taken.
pub(crate) type MayTake<'a> = &'a dyn Fn(u64) -> Result<Turn, Refusal>;

/// Decodes and resizes one file: `image_size[0] * image_size[1] * channels()` bytes, by row, column, channel.
///
/// Grey and palette images become colour, transparent pixels are laid over white, 16 bits are rounded to 8, the EXIF
/// orientation is applied, and of an animation the first picture is taken. For [`ColorMode::Grayscale`] colour then
/// becomes grey, before the image is resized.
///
/// # Errors
/// [`BadImage`] where the file cannot be read or decoded to its end, has more than 178,956,970 pixels, or would take
/// more than 1 GiB of memory, or more than there is.
pub fn decode_one(path: &Path, plan: &DataPlan) -> Result<Vec<u8>, BadImage> {
    File::new(path.into(), 0).pixels(plan)
}

/// A decoded image: bytes by row, column, channel.
pub(crate) struct Decoded {
    pub height: usize,
    pub width: usize,
    pub color_mode: ColorMode,
    pub pixels: Vec<u8>,
}

impl Decoded {
    /// The image, which is in colour, in grey.
    pub fn grey(&self) -> Decoded {
        let (pixels, _) = self.pixels.as_chunks();
        let pixels = pixels.iter().copied().map(luma::luma).collect();
        Decoded { height: self.height, width: self.width, color_mode: ColorMode::Grayscale, pixels }
    }
}

/// What is made of the file with these bytes, here in this process.
///
/// # Errors
/// Why there is no picture of it.
pub(crate) fn made(bytes: &[u8], wanted: &Wanted, may_take: MayTake) -> Result<Made, Refusal> {
    let made = || {
        let (image, _turn) = decode(bytes, wanted.image_size, may_take)?;
        Ok(wanted.make(&image, || Kind::of_file(bytes)))
    };
    // A decoder that trips over a broken file must not end the run: nothing is shared with it but `bytes`, and what
    // is left half done is dropped with it.
    catch_unwind(AssertUnwindSafe(made))
        .unwrap_or_else(|_| Err("the decoder gave up on it; the file is probably corrupt".into()))
}

/// A reader of the headers of a file in a format that `image` knows, which takes no more memory than a decoder may.
pub(crate) fn headers(bytes: &[u8]) -> Option<impl ImageDecoder> {
    bounded(format(bytes)?, bytes).into_decoder().ok()
}

/// The format of a file, of those that are read. BigTIFF counts as TIFF.
pub(crate) fn format(bytes: &[u8]) -> Option<ImageFormat> {
    if bytes.starts_with(b"II+\0") || bytes.starts_with(b"MM\0+") {
        return Some(ImageFormat::Tiff);
    }
    image::guess_format(bytes).ok().filter(ImageFormat::reading_enabled)
}

fn bounded(format: ImageFormat, bytes: &[u8]) -> ImageReader<Cursor<&[u8]>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(limits::MAX_DECODER_BYTES);
    reader.limits(limits);
    reader
}

/// The upright image at its own size, in colour, which is to be resized to `target`; while its turn lasts, no other image
/// that is large is in memory.
fn decode(bytes: &[u8], target: [usize; 2], may_take: MayTake) -> Result<(Decoded, Turn), Refusal> {
    if bytes.is_empty() {
        return Err("the file is empty".into());
    }
    let Some(format) = format(bytes) else {
        return Err("not a supported image format (JPEG, PNG, GIF, BMP, WebP, TIFF)".into());
    };
    let admit =
        |format, color, width, height, held| may_take(limits::needed(format, color, width, height, held, target)?);
    let (mut image, turn) = match format {
        ImageFormat::Jpeg => jpeg::decode(bytes, &admit)?,
        ImageFormat::Tiff => match tiff::decode(bytes, &admit)? {
            Some(decoded) => decoded,
            None => read_image(format, bytes, &admit)?,
        },
        _ => read_image(format, bytes, &admit)?,
    };
    image.apply_orientation(metadata::orientation(format, bytes));
    let image = match format {
        ImageFormat::Bmp => bmp::interpret(bytes, image)?,
        ImageFormat::Gif => gif::interpret(bytes, image),
        _ => image,
    };
    if image.width() == 0 || image.height() == 0 {
        return Err("has no pixels".into());
    }
    let opacity = if format == ImageFormat::Tiff { tiff::opacity(bytes) } else { Opacity::Separate };
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = rgb::over_white(image, opacity)?;
    Ok((Decoded { height, width, color_mode: ColorMode::Rgb, pixels }, turn))
}

/// Lets an image of that format, colour, width and height be decoded while so many bytes are held of its file.
type Admit<'a> = &'a dyn Fn(ImageFormat, ColorType, u32, u32, usize) -> Result<Turn, Refusal>;

/// What `image` makes of a file, and its turn.
fn read_image(format: ImageFormat, bytes: &[u8], admit: Admit) -> Result<(DynamicImage, Turn), Refusal> {
    let told = |error: ImageError| explain(&error);
    let decoder = bounded(format, bytes).into_decoder().map_err(told)?;
    let (width, height) = decoder.dimensions();
    let turn = admit(format, decoder.color_type(), width, height, bytes.len())?;
    let image = DynamicImage::from_decoder(decoder).map_err(told)?;
    Ok((image, turn))
}

fn explain(error: &ImageError) -> String {
    match error {
        ImageError::Limits(_) => limits::too_large(),
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "is truncated".to_owned(),
        other => format!("cannot be decoded: {other}"),
    }
}

/// The upright image of a file, at its own size and in colour.
#[cfg(test)]
pub(crate) fn decoded(bytes: &[u8]) -> Decoded {
    decode(bytes, [1, 1], &|needed| admit(needed, None)).unwrap().0
}

#[cfg(test)]
mod tests;
