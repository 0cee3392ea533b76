//! Where a WebP has its metadata (WebP container specification, "Extended File Format"). Its decoder makes room for as many bytes
//! as the chunk's length claims, before it looks whether they are there.

use super::metadata::Metadata;

/// Flags of the header that say which metadata there are.
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

/// The first chunk of each kind that the header announces, where all of it is there.
pub(super) fn metadata(bytes: &[u8]) -> Metadata<'_> {
    let flags = match bytes.get(12..21) {
        Some([b'V', b'P', b'8', b'X', .., flags]) => *flags,
        _ => return Metadata::default(),
    };
    let announced = |flag: u8, name: &[u8; 4]| (flags & flag != 0).then(|| chunk(bytes, name)).flatten();
    Metadata { exif: announced(HAS_EXIF, b"EXIF").map(Into::into), xmp: announced(HAS_XMP, b"XMP ").map(Into::into) }
}

/// The first chunk of that name.
fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let (riff, rest) = bytes.split_first_chunk::<12>()?;
    let length = length(riff.get(4..8)?)?;
    // `WEBP` counts as four bytes of the container.
    let mut rest = &rest[..rest.len().min(length.saturating_sub(4))];
    loop {
        let (header, body) = rest.split_first_chunk::<8>()?;
        let length = self::length(&header[4..])?;
        if header.starts_with(name) {
            return body.get(..length);
        }
        rest = body.get(length.checked_next_multiple_of(2)?..)?;
    }
}

fn length(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}
