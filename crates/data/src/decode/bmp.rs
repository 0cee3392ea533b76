//! Windows bitmaps, where decoders differ about what a file means: these ways are Pillow's.

use image::DynamicImage;

const RLE8: u32 = 1;
const RLE4: u32 = 2;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The picture, of a bitmap with a header of 40 bytes or more.
///
/// # Errors
/// A run-length encoded bitmap may leave pixels out, and does not say what colour they have.
pub(super) fn interpret(bytes: &[u8], image: DynamicImage) -> Result<DynamicImage, String> {
    if has_gaps(bytes).unwrap_or(false) {
        return Err("leaves pixels out: a run-length encoded bitmap with gaps".to_owned());
    }
    // The one bit that is left of 16 is not for transparency.
    Ok(if u16_at(bytes, 28) == Some(16) { image.into_rgb8().into() } else { image })
}

/// Whether the runs of a bitmap leave pixels out. `None` where it has no runs.
fn has_gaps(bytes: &[u8]) -> Option<bool> {
    let (header, compression) = (u32_at(bytes, 14)?, u32_at(bytes, 30)?);
    if header < 40 || !matches!(compression, RLE8 | RLE4) {
        return None;
    }
    let (width, height) = (u64::from(u32_at(bytes, 18)?), u64::from(u32_at(bytes, 22)?));
    let (mut x, mut y) = (0, 0);
    let mut at = u32_at(bytes, 10)? as usize;
    let is_whole = |x: u64, y: u64| y >= height || y + 1 == height && x >= width;
    while let Some(&[first, second]) = bytes.get(at..at.saturating_add(2)) {
        at += 2;
        match (first, usize::from(second)) {
            // The end of a row.
            (0, 0) if x < width && y < height => return Some(true),
            (0, 0) => (x, y) = (0, y + 1),
            // The end.
            (0, 1) => return Some(!is_whole(x, y)),
            // A jump.
            (0, 2) => return Some(true),
            // So many pixels as they are, up to an even number of bytes.
            (0, count) => {
                x += count as u64;
                let length = if compression == RLE8 { count } else { count.div_ceil(2) };
                at += length.next_multiple_of(2);
            }
            (count, _) => x += u64::from(count),
        }
    }
    Some(!is_whole(x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bitmap of 3 x 2 pixels with these runs.
    fn runs(compression: u8, runs: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 54];
        bytes[..2].copy_from_slice(b"BM");
        (bytes[10], bytes[14], bytes[18], bytes[22], bytes[26], bytes[28], bytes[30]) =
            (54, 40, 3, 2, 1, 8, compression);
        bytes.extend(runs);
        bytes
    }

    #[test]
    fn a_bitmap_that_leaves_pixels_out_is_told_from_one_that_does_not() {
        let whole: [(u8, &[u8]); 4] = [
            (1, &[3, 7, 0, 0, 3, 7, 0, 0, 0, 1]),
            (1, &[3, 7, 0, 0, 3, 7, 0, 1]),
            (1, &[0, 3, 7, 8, 9, 0, 0, 0, 3, 7]),
            (2, &[0, 3, 0x78, 0x90, 0, 0, 3, 0x77, 0, 1]),
        ];
        for (compression, bytes) in whole {
            assert_eq!(has_gaps(&runs(compression, bytes)), Some(false), "{bytes:?}");
        }
        let gaps: [&[u8]; 5] = [
            &[2, 7, 0, 0, 3, 7, 0, 0, 0, 1],
            &[3, 7, 0, 0, 2, 7, 0, 1],
            &[3, 7, 0, 0],
            &[1, 7, 0, 2, 1, 0, 1, 7, 0, 0, 3, 7, 0, 1],
            &[],
        ];
        for bytes in gaps {
            assert_eq!(has_gaps(&runs(1, bytes)), Some(true), "{bytes:?}");
        }
        assert_eq!(has_gaps(&runs(0, &[1, 2, 3])), None);
        assert_eq!(has_gaps(b"BM"), None);
    }
}
