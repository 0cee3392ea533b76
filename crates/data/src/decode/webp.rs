//! Where a WebP has its EXIF data (WebP container specification, "Extended File Format"). Its decoder makes room for as many bytes
//! as the chunk's length claims, before it looks whether they are there.

/// The first EXIF chunk, where all of it is there.
pub(super) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let (riff, rest) = bytes.split_first_chunk::<12>()?;
    let length = length(riff.get(4..8)?)?;
    // `WEBP` counts as four bytes of the container.
    let mut rest = &rest[..rest.len().min(length.saturating_sub(4))];
    if !rest.starts_with(b"VP8X") {
        return None;
    }
    loop {
        let (header, body) = rest.split_first_chunk::<8>()?;
        let length = self::length(&header[4..])?;
        if header.starts_with(b"EXIF") {
            return body.get(..length);
        }
        rest = body.get(length.checked_next_multiple_of(2)?..)?;
    }
}

fn length(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}
