//! Each target pixel is the source pixel under its centre.

use crate::decode::Decoded;

/// `height * width * CHANNELS` bytes.
pub(super) fn resize<const CHANNELS: usize>(image: &Decoded, height: usize, width: usize) -> Vec<u8> {
    let columns = source_of(image.width, width);
    let mut target = Vec::with_capacity(height * width * CHANNELS);
    for row in source_of(image.height, height) {
        let source = &image.pixels[row * image.width * CHANNELS..][..image.width * CHANNELS];
        for &column in &columns {
            target.extend_from_slice(&source[column * CHANNELS..][..CHANNELS]);
        }
    }
    target
}

/// For each of `target` positions along an axis, the one of `source` positions under its centre.
///
/// The centre is stepped along by addition, as Pillow does: where a centre falls on the border of two source pixels,
/// the rounding of the sum decides, and should decide alike.
fn source_of(source: usize, target: usize) -> Vec<usize> {
    let step = source as f64 / target as f64;
    let mut centre = step * 0.5;
    (0..target)
        .map(|_| {
            let position = (centre as usize).min(source - 1);
            centre += step;
            position
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::source_of;

    #[test]
    fn centres_decide() {
        assert_eq!(source_of(4, 4), [0, 1, 2, 3]);
        assert_eq!(source_of(4, 2), [1, 3]);
        assert_eq!(source_of(2, 4), [0, 0, 1, 1]);
        assert_eq!(source_of(3, 2), [0, 2]);
        assert_eq!(source_of(1, 3), [0, 0, 0]);
    }
}
