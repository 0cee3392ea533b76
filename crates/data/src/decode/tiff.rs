//! TIFF of the kinds that `image` does not read and Pillow does: grey of 2 and 4 bits, palettes, grey with opacity, colour
//! differences, and planes. And what a TIFF says of its transparency.

use super::ifd::Directory;
use super::limits::{MAX_DECODER_BYTES, Turn};
use super::rgb::Opacity;
use super::{Admit, Refusal};
use image::{ColorType, DynamicImage, GrayAlphaImage, GrayImage, ImageFormat, RgbImage};
use std::borrow::Cow;
use std::io::Cursor;
use tiff::TiffError;
use tiff::decoder::{Decoder, DecodingResult, Limits};

const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const PLANAR: u16 = 284;
const COLOR_MAP: u16 = 320;
const TILE_WIDTH: u16 = 322;
const EXTRA_SAMPLES: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;
/// The value of [`PHOTOMETRIC`] for grey that is 0 where it is black.
const BLACK_IS_ZERO: u16 = 1;
/// That for indices into [`COLOR_MAP`].
const PALETTE: u64 = 3;
/// The value of [`EXTRA_SAMPLES`] for colours that were multiplied with their opacity.
const ASSOCIATED: u64 = 1;
/// That for opacity beside colours as they are.
const SEPARATE: u64 = 2;

/// How the colours of a file were written.
pub(super) fn opacity(bytes: &[u8]) -> Opacity {
    if first(bytes, EXTRA_SAMPLES) == Some(ASSOCIATED) { Opacity::Associated } else { Opacity::Separate }
}

/// The first number of a tag.
fn first(bytes: &[u8], tag: u16) -> Option<u64> {
    Directory::first(bytes)?.entry(tag)?.first()
}

fn is_planar(bytes: &[u8]) -> bool {
    first(bytes, PLANAR) == Some(2)
}

/// What becomes of the samples of a file.
enum Samples {
    /// Grey, of so many bits.
    Grey(u8),
    /// Indices, of so many bits, into a table of red, of green and of blue.
    Palette(u8, Vec<u8>),
    /// Grey and opacity.
    GreyAlpha,
    /// Grey and something.
    GreyExtra,
    /// Luma and colour differences.
    YCbCr,
    /// Red, green and blue, a plane each.
    RgbPlanes,
    /// Inks, a plane each.
    CmykPlanes,
}

/// The picture as it is stored, and its turn; `None` where `image` is to read it.
///
/// # Errors
/// Where it is of one of these kinds, and damaged; where its bits are in an order that is not read here.
pub(super) fn decode(bytes: &[u8], admit: Admit) -> Result<Option<(DynamicImage, Turn)>, Refusal> {
    let told = |error: TiffError| Refusal::Bad(format!("cannot be decoded: {error}"));
    if first(bytes, FILL_ORDER) == Some(2) {
        return Err("has the bits of its bytes in reverse order (FillOrder 2), which is not read here".into());
    }
    if is_planar(bytes) && first(bytes, TILE_WIDTH).is_some() {
        return Err("has its colours in planes of tiles, which are not read here".into());
    }
    let Some(readable) = readable(bytes) else { return Ok(None) };
    let limits = {
        let mut limits = Limits::default();
        limits.decoding_buffer_size = MAX_DECODER_BYTES as usize;
        limits.intermediate_buffer_size = MAX_DECODER_BYTES as usize;
        limits
    };
    let decoder = Decoder::new(Cursor::new(readable.as_ref())).map(|decoder| decoder.with_limits(limits));
    // What is wrong with it is for `image` to say.
    let Ok(mut decoder) = decoder else { return Ok(None) };
    let (Ok((width, height)), Ok(color)) = (decoder.dimensions(), decoder.colortype()) else { return Ok(None) };
    let Some(kind) = kind(bytes, color) else { return Ok(None) };
    let held = bytes.len() + if matches!(readable, Cow::Owned(_)) { bytes.len() } else { 0 };
    let turn = admit(ImageFormat::Tiff, kind.color(), width, height, held)?;
    let mut read = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut read).map_err(told)?;
    let samples = match read {
        DecodingResult::U8(samples) if samples.len() >= layout.complete_len => samples,
        _ => return Err("cannot be decoded: it has fewer pixels than it says".into()),
    };
    let stride = layout.row_stride.map_or(0, |stride| stride.get());
    let image = kind.image(&samples, width, height, stride, layout.plane_stride.map_or(0, |stride| stride.get()));
    Ok(Some((image.ok_or("cannot be decoded: it has fewer pixels than it says")?, turn)))
}

/// The file, so that its decoder reads a palette's indices: as grey.
fn readable(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let directory = Directory::first(bytes)?;
    if directory.entry(SAMPLE_FORMAT).is_some_and(|entry| entry.first() != Some(1)) {
        return None;
    }
    let photometric = directory.entry(PHOTOMETRIC)?;
    if photometric.number() != Some(PALETTE) {
        return Some(bytes.into());
    }
    let at = photometric.at;
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len()).ok()?;
    copy.extend_from_slice(bytes);
    copy.get_mut(at..at + 2)?.copy_from_slice(&directory.short(BLACK_IS_ZERO));
    Some(copy.into())
}

/// What a file is, of the kinds that are read here.
fn kind(bytes: &[u8], color: tiff::ColorType) -> Option<Samples> {
    let is_planar = is_planar(bytes);
    if first(bytes, PHOTOMETRIC) == Some(PALETTE) {
        return match color {
            tiff::ColorType::Gray(bits @ (1 | 2 | 4 | 8)) => Some(Samples::Palette(bits, palette(bytes, bits)?)),
            _ => None,
        };
    }
    match color {
        tiff::ColorType::Gray(bits @ (2 | 4)) => Some(Samples::Grey(bits)),
        tiff::ColorType::Multiband { bit_depth: 8, num_samples: 2 } if !is_planar => {
            match first(bytes, EXTRA_SAMPLES)? {
                ASSOCIATED | SEPARATE => Some(Samples::GreyAlpha),
                _ => Some(Samples::GreyExtra),
            }
        }
        tiff::ColorType::YCbCr(8) if !is_planar => Some(Samples::YCbCr),
        tiff::ColorType::RGB(8) if is_planar => Some(Samples::RgbPlanes),
        tiff::ColorType::CMYK(8) if is_planar => Some(Samples::CmykPlanes),
        _ => None,
    }
}

/// All reds, all greens, all blues, of 16 bits each, of which Pillow takes the upper 8.
fn palette(bytes: &[u8], bits: u8) -> Option<Vec<u8>> {
    let map = Directory::first(bytes)?.entry(COLOR_MAP)?;
    let levels: Vec<u8> = map.shorts()?.map(|level| (level >> 8) as u8).collect();
    (levels.len() == 3 << bits).then_some(levels)
}

impl Samples {
    /// What the decoder and what is made of it take.
    fn color(&self) -> ColorType {
        match self {
            Samples::Grey(_) => ColorType::L8,
            Samples::GreyAlpha | Samples::GreyExtra => ColorType::La8,
            Samples::Palette(..) | Samples::YCbCr | Samples::RgbPlanes => ColorType::Rgb8,
            Samples::CmykPlanes => ColorType::Rgba8,
        }
    }

    /// The picture of samples, in rows of `stride` bytes and planes of `plane` bytes. `None` where there are too few.
    fn image(&self, samples: &[u8], width: u32, height: u32, stride: usize, plane: usize) -> Option<DynamicImage> {
        let pixels = width as usize * height as usize;
        let grey = |levels| GrayImage::from_raw(width, height, levels).map(DynamicImage::from);
        let rgb = |levels| RgbImage::from_raw(width, height, levels).map(DynamicImage::from);
        match self {
            Samples::Grey(bits) => {
                let white = (1 << bits) - 1;
                grey(unpacked(samples, width as usize, stride, *bits)?.map(|level| level * (255 / white)).collect())
            }
            Samples::Palette(bits, colors) => {
                let indices = unpacked(samples, width as usize, stride, *bits)?;
                let count = 1 << bits;
                let color = |index: u8| [0, 1, 2].map(|channel| colors[channel * count + usize::from(index)]);
                rgb(indices.flat_map(color).collect())
            }
            Samples::GreyAlpha => GrayAlphaImage::from_raw(width, height, samples.to_vec()).map(DynamicImage::from),
            Samples::GreyExtra => grey(samples.iter().step_by(2).copied().collect()),
            Samples::YCbCr => rgb(samples.as_chunks().0.iter().flat_map(|&pixel| from_differences(pixel)).collect()),
            Samples::RgbPlanes => {
                let planes = planes::<3>(samples, plane, pixels)?;
                rgb((0..pixels).flat_map(|at| planes.map(|plane| plane[at])).collect())
            }
            Samples::CmykPlanes => {
                let [cyan, magenta, yellow, black] = planes::<4>(samples, plane, pixels)?;
                let inks = [cyan, magenta, yellow];
                rgb((0..pixels).flat_map(|at| inks.map(|ink| under(ink[at], black[at]))).collect())
            }
        }
    }
}

/// Samples of up to 8 bits, row by row, from the highest bit of a byte down. `None` where rows have no length.
fn unpacked(samples: &[u8], width: usize, stride: usize, bits: u8) -> Option<impl Iterator<Item = u8>> {
    let bits = usize::from(bits);
    let mask = ((1_u16 << bits) - 1) as u8;
    let of_row = move |row: &[u8], x: usize| row[x * bits / 8] >> (8 - bits - x * bits % 8) & mask;
    (stride >= (width * bits).div_ceil(8))
        .then(|| samples.chunks_exact(stride).flat_map(move |row| (0..width).map(move |x| of_row(row, x))))
}

/// The first planes, of `pixels` bytes each.
fn planes<const COUNT: usize>(samples: &[u8], plane: usize, pixels: usize) -> Option<[&[u8]; COUNT]> {
    let mut planes = [&[][..]; COUNT];
    for (number, target) in planes.iter_mut().enumerate() {
        *target = samples.get(number * plane..)?.get(..pixels)?;
    }
    Some(planes)
}

/// What a level of ink leaves of a colour, under black (Pillow's `convert("RGB")`).
fn under(ink: u8, black: u8) -> u8 {
    let white = 255 - u32::from(black);
    let product = u32::from(ink) * white + 128;
    (white - ((product + (product >> 8)) >> 8)) as u8
}

/// Red, green and blue of luma and colour differences (JFIF 1.02), in fixed point with 16 fractional bits.
fn from_differences([luma, blue, red]: [u8; 3]) -> [u8; 3] {
    let (luma, blue, red) = (i32::from(luma) << 16 | 0x8000, i32::from(blue) - 128, i32::from(red) - 128);
    [luma + 91_881 * red, luma - 22_554 * blue - 46_802 * red, luma + 116_130 * blue]
        .map(|level| (level >> 16).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests;
