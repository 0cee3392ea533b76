//! What one image may take.

use super::Refusal;
use crate::free_memory::free_memory_for;
use image::{ColorType, ImageFormat};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most pixels an image may have. A few bytes can claim to be a huge image; Pillow draws the line here, too.
pub const MAX_PIXELS: u64 = 178_956_970;
/// The most rows, and the most columns. Resizing holds every row at its new width for a while, and several weights for each
/// row and column: of a picture that is one pixel wide and a hundred million high, many times what the picture takes.
const MAX_SIDE: u32 = 1 << 17;
/// The most bytes a file may have.
pub const MAX_FILE_BYTES: u64 = 512 << 20;
/// Most bytes of memory that one image may take, all in all, until it has its final size.
const MAX_BYTES: u64 = 1 << 30;
/// Most bytes that a decoder may take besides what it gives.
pub(super) const MAX_DECODER_BYTES: u64 = MAX_BYTES / 2;

/// Images that take more than this are decoded one at a time, so that many threads do not take as many times as much.
const LARGE: u64 = 64 << 20;
static TURN: Mutex<()> = Mutex::new(());
/// For less than this nobody is asked: the system is out of memory for other reasons if it has none left.
const UNASKED: u64 = 8 << 20;

/// To be held until the image has its final size; of a large one nobody else has it meanwhile.
pub(crate) type Turn = Option<MutexGuard<'static, ()>>;

/// Bytes of memory that an image takes until it has its final size, `target`, with those that are `held` of its file.
///
/// # Errors
/// Where the image is too large.
pub(super) fn needed(
    format: ImageFormat,
    color: ColorType,
    width: u32,
    height: u32,
    held: usize,
    target: [usize; 2],
) -> Result<u64, String> {
    let side = width.max(height);
    if side > MAX_SIDE {
        return Err(format!("is too large: more than {MAX_SIDE} pixels high or wide"));
    }
    let pixels = u64::from(width) * u64::from(height);
    let working = working_bytes(format, color, pixels).max(resizing_bytes(pixels, side, target));
    let needed = working.saturating_add(held as u64);
    if pixels > MAX_PIXELS || needed > MAX_BYTES {
        return Err(too_large());
    }
    Ok(needed)
}

/// Lets an image take so many bytes in a process (none: this one), at once or when it is its turn.
///
/// # Errors
/// Where there is not so much memory.
pub(crate) fn admit(needed: u64, process: Option<u32>) -> Result<Turn, Refusal> {
    if needed <= UNASKED {
        return Ok(None);
    }
    // A panic of the one before left nothing half done that anybody looks at.
    let turn = (needed > LARGE).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    match free_memory_for(process) {
        Some(free) if free < needed => Err(Refusal::Unable(format!(
            "takes {} MiB of memory to decode, and {} MiB are free",
            needed.div_ceil(1 << 20),
            free >> 20
        ))),
        Some(_) | None => Ok(turn),
    }
}

/// Whether no image is being made that is large.
#[cfg(test)]
pub(super) fn is_free() -> bool {
    TURN.try_lock().is_ok()
}

/// The words for an image that is too large.
pub(super) fn too_large() -> String {
    format!("is too large: more than {MAX_PIXELS} pixels, or more than 1 GiB to decode")
}

/// Bytes that decoding takes at most: what the decoder gives, what it works on or a turned copy, and the red, green and
/// blue that are made of it. Decoders of progressive JPEGs hold two bytes of each coefficient, those of WebP four of each
/// pixel.
fn working_bytes(format: ImageFormat, color: ColorType, pixels: u64) -> u64 {
    let decoded = pixels.saturating_mul(u64::from(color.bytes_per_pixel()));
    let second = match format {
        ImageFormat::Jpeg => decoded.saturating_mul(2),
        ImageFormat::WebP => pixels.saturating_mul(4),
        _ => decoded,
    };
    let rgb = if color == ColorType::Rgb8 { 0 } else { pixels.saturating_mul(3) };
    decoded.saturating_add(second).saturating_add(rgb)
}

/// Bytes that resizing takes at most: red, green and blue, the same in grey, all rows at their new width, and the picture.
fn resizing_bytes(pixels: u64, side: u32, [height, width]: [usize; 2]) -> u64 {
    let (height, width) = (height as u64, width as u64);
    pixels
        .saturating_mul(4)
        .saturating_add(u64::from(side).saturating_add(height).saturating_mul(width).saturating_mul(3))
}
