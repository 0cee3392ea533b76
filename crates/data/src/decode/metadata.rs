//! What a file says beside its picture, as far as it tells which side of the picture is up. Any place counts where Pillow's
//! `getexif` finds an orientation: EXIF data, and where these have none, XMP. Metadata that is damaged is common, and then
//! the picture stands as it is.

use super::ifd::Directory;
use super::{jpeg, png, webp};
use image::ImageFormat;
use image::metadata::Orientation;
use std::borrow::Cow;

const ORIENTATION: u16 = 274;
const XMP: u16 = 700;

/// Metadata of a file, as they stand in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata<'a> {
    /// EXIF data. They may have the prefix that belongs to JPEG's.
    pub exif: Option<Cow<'a, [u8]>>,
    /// XMP: XML, which says the same in another way.
    pub xmp: Option<Cow<'a, [u8]>>,
}

/// How the picture in a file is to be turned.
pub(super) fn orientation(format: ImageFormat, bytes: &[u8]) -> Orientation {
    let metadata = match format {
        ImageFormat::Jpeg => jpeg::metadata(bytes),
        ImageFormat::Png => png::metadata(bytes),
        ImageFormat::WebP => webp::metadata(bytes),
        ImageFormat::Tiff => tiff(bytes),
        _ => Metadata::default(),
    };
    metadata.orientation().unwrap_or(Orientation::NoTransforms)
}

/// A TIFF file has the entries of EXIF data in its own directory.
fn tiff(bytes: &[u8]) -> Metadata<'_> {
    let xmp = Directory::first(bytes).and_then(|directory| directory.entry(XMP));
    Metadata { exif: Some(bytes.into()), xmp: xmp.map(|entry| entry.bytes().into()) }
}

impl Metadata<'_> {
    fn orientation(&self) -> Option<Orientation> {
        let number = self.exif.as_deref().and_then(in_exif).or_else(|| self.xmp.as_deref().and_then(in_xmp))?;
        Orientation::from_exif(u8::try_from(number).ok()?)
    }
}

fn in_exif(exif: &[u8]) -> Option<u64> {
    const PREFIX: &[u8] = b"Exif\0\0";
    // Some writers put the prefix there twice.
    let exif = exif.strip_prefix(PREFIX).unwrap_or(exif);
    let exif = exif.strip_prefix(PREFIX).unwrap_or(exif);
    Directory::first(exif)?.entry(ORIENTATION)?.number()
}

/// `tiff:Orientation="6"`, an attribute, or `<tiff:Orientation>6<`, an element.
fn in_xmp(xmp: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"tiff:Orientation";
    let mut places = xmp.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    places.find_map(|(at, _)| {
        let rest = &xmp[at + NAME.len()..];
        let rest = rest.strip_prefix(b"=\"").or_else(|| rest.strip_prefix(b">"))?;
        rest.first().filter(|digit| digit.is_ascii_digit()).map(|digit| u64::from(digit - b'0'))
    })
}
