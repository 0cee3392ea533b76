//! Is a JPEG file all there? Decoders of JPEG fill what is missing with grey and call it a success.
//!
//! The segments of a JPEG (ITU-T T.81, annex B) are walked from marker to marker until the end-of-image marker, so that
//! neither the end marker of an embedded thumbnail nor data after the image is mistaken for the image's own end.

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;
const TEMPORARY: u8 = 0x01;

/// Whether the file's segments run up to an end-of-image marker. What is not laid out as segments at all is left for
/// the decoder to judge.
pub fn is_complete(bytes: &[u8]) -> bool {
    let mut at = 0;
    loop {
        let Some(marker) = next_marker(bytes, &mut at) else { return false };
        match marker {
            END_OF_IMAGE => return true,
            // Markers that stand alone.
            START_OF_IMAGE | TEMPORARY => {}
            _ => {
                let Some(length) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
                if marker == START_OF_SCAN {
                    skip_scan(bytes, &mut at);
                }
            }
        }
    }
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
