//! The segments of a JPEG file (ITU-T T.81, annex B), walked from marker to marker, so that neither an embedded thumbnail
//! nor data after the image is mistaken for the image's own, and no damage of metadata touches the picture.

use crate::decode::metadata::Metadata;

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;
const TEMPORARY: u8 = 0x01;
/// Of the markers from 0xC0 to 0xCF, those that begin no frame.
const TABLES_OF_CODES: u8 = 0xC4;
const EXTENSION: u8 = 0xC8;
const CONDITIONS_OF_CODES: u8 = 0xCC;
const COMMENT: u8 = 0xFE;
/// Application segments hold metadata, but for JFIF's (0) and Adobe's (14), by which a decoder tells what the components
/// are.
const APP1: u8 = 0xE1;
const APP13: u8 = 0xED;
const APP15: u8 = 0xEF;
const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// What the header of a frame says of its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Bits of a sample.
    pub precision: u8,
    /// Number of components.
    pub components: u8,
}

/// The file without metadata, without stray bytes between segments, and without what follows the image. `None` where its
/// segments do not run up to an end-of-image marker. What a segment holds is left for the decoder to judge.
pub fn picture(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut picture, mut at) = (Vec::with_capacity(bytes.len()), 0);
    loop {
        let (marker, body) = next_segment(bytes, &mut at)?;
        if !matches!(marker, TEMPORARY | APP1..=APP13 | APP15 | COMMENT) {
            picture.extend([0xFF, marker]);
            picture.extend_from_slice(body);
        }
        if marker == END_OF_IMAGE {
            return Some(picture);
        }
    }
}

/// What stands before the picture: EXIF data, which may go on from segment to segment, and the last XMP.
pub fn metadata(bytes: &[u8]) -> Metadata<'_> {
    let (mut metadata, mut at) = (Metadata::default(), 0);
    while let Some((marker, body)) = next_segment(bytes, &mut at) {
        match marker {
            START_OF_SCAN | END_OF_IMAGE => break,
            APP1 => {
                let body = body.get(2..).unwrap_or_default();
                if let Some(exif) = body.strip_prefix(EXIF) {
                    match &mut metadata.exif {
                        None => metadata.exif = Some(exif.into()),
                        Some(before) => before.to_mut().extend_from_slice(exif),
                    }
                } else if let Some(xmp) = body.strip_prefix(XMP) {
                    metadata.xmp = Some(xmp.into());
                }
            }
            _ => {}
        }
    }
    metadata
}

impl Frame {
    /// Of the file's first frame (B.2.2). `None` where none begins.
    pub fn of(bytes: &[u8]) -> Option<Frame> {
        let mut at = 0;
        loop {
            let (marker, body) = next_segment(bytes, &mut at)?;
            if matches!(marker, 0xC0..=0xCF) && !matches!(marker, TABLES_OF_CODES | EXTENSION | CONDITIONS_OF_CODES) {
                return Some(Frame { precision: *body.get(2)?, components: *body.get(7)? });
            }
        }
    }
}

/// Moves behind the next segment. Gives its marker's second byte, and the rest of it, entropy-coded data included.
fn next_segment<'a>(bytes: &'a [u8], at: &mut usize) -> Option<(u8, &'a [u8])> {
    let marker = next_marker(bytes, at)?;
    let begin = *at;
    // Other markers do not stand alone.
    if !matches!(marker, TEMPORARY | START_OF_IMAGE | END_OF_IMAGE) {
        let length = bytes.get(begin..begin + 2)?;
        *at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
        if marker == START_OF_SCAN {
            skip_scan(bytes, at);
        }
    }
    Some((marker, bytes.get(begin..*at)?))
}

/// Moves behind the next marker and gives its second byte. Fill bytes and stray bytes between segments are skipped.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        *at += bytes.get(*at..)?.iter().position(|&byte| byte == 0xFF)?;
        let second = *bytes.get(*at + 1)?;
        match second {
            0xFF => *at += 1,
            0x00 => *at += 2,
            marker => {
                *at += 2;
                return Some(marker);
            }
        }
    }
}

/// Moves over entropy-coded data: up to a marker that is neither a stuffed zero nor a restart.
fn skip_scan(bytes: &[u8], at: &mut usize) {
    while let Some(rest) = bytes.get(*at..) {
        let Some(offset) = rest.iter().position(|&byte| byte == 0xFF) else {
            *at = bytes.len();
            return;
        };
        match rest.get(offset + 1) {
            Some(0x00 | 0xD0..=0xD7) => *at += offset + 2,
            Some(0xFF) => *at += offset + 1,
            Some(_) | None => {
                *at += offset;
                return;
            }
        }
    }
}
