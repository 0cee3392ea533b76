//! Where a PNG has its metadata (PNG specification, 11.3.3 and 11.3.4.2): in a chunk of its own, or in texts, among them those
//! that ImageMagick writes.

use super::metadata::Metadata;
use flate2::read::ZlibDecoder;
use std::borrow::Cow;
use std::io::Read;

/// EXIF data as a text of hexadecimal digits.
const RAW_EXIF: &[u8] = b"Raw profile type exif";
const EXIF: &[u8] = b"exif";
const XMP: &[u8] = b"XML:com.adobe.xmp";
/// The most bytes of a text that are unpacked. Pillow takes no longer one.
const MAX_TEXT: u64 = 1 << 20;

/// The metadata of all chunks, before and behind the picture. Of several of a kind the last counts.
pub(super) fn metadata(bytes: &[u8]) -> Metadata<'_> {
    let (mut metadata, mut raw_exif) = (Metadata::default(), None);
    for (kind, body) in chunks(bytes) {
        let (key, value) = match kind {
            b"eXIf" => (EXIF, Some(body.into())),
            b"tEXt" | b"zTXt" | b"iTXt" => text(kind, body),
            _ => continue,
        };
        match key {
            EXIF => metadata.exif = value,
            RAW_EXIF => raw_exif = value,
            XMP => metadata.xmp = value,
            _ => {}
        }
    }
    metadata.exif = metadata.exif.or_else(|| Some(from_hexadecimal(&raw_exif?)?.into()));
    metadata
}

/// The chunks up to the last whole one, each a type and a body.
fn chunks(png: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = png.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (kind, behind) = behind.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let body = behind.get(..length)?;
        rest = behind.get(length.checked_add(4)?..)?; // four bytes of checksum
        (kind != b"IEND").then_some((kind, body))
    })
}

/// Key and value of a text. No value where it cannot be unpacked.
fn text<'a>(kind: &[u8; 4], body: &'a [u8]) -> (&'a [u8], Option<Cow<'a, [u8]>>) {
    let (key, rest) = split(body);
    // Nobody needs the others unpacked.
    if ![RAW_EXIF, EXIF, XMP].contains(&key) {
        return (key, None);
    }
    let value = match (kind, rest) {
        (b"zTXt", [_method, packed @ ..]) => unpacked(packed),
        (b"iTXt", [is_packed, _method, rest @ ..]) => {
            let (_language, rest) = split(rest);
            let (_translated_key, text) = split(rest);
            if *is_packed == 0 { Some(text.into()) } else { unpacked(text) }
        }
        (b"tEXt", text) => Some(text.into()),
        _ => None,
    };
    (key, value)
}

/// What stands before a zero byte, and what behind it.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = bytes.splitn(2, |&byte| byte == 0);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn unpacked(packed: &[u8]) -> Option<Cow<'static, [u8]>> {
    let mut text = Vec::new();
    ZlibDecoder::new(packed).take(MAX_TEXT).read_to_end(&mut text).ok()?;
    Some(text.into())
}

/// The bytes of a raw profile: behind a line each for nothing, the profile's name and its length, two digits a byte.
fn from_hexadecimal(profile: &[u8]) -> Option<Vec<u8>> {
    let lines = profile.split(|&byte| byte == b'\n').skip(3);
    let digits = lines.flatten().filter(|byte| !byte.is_ascii_whitespace());
    let digits: Vec<u32> = digits.map(|&digit| char::from(digit).to_digit(16)).collect::<Option<_>>()?;
    Some(digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}
