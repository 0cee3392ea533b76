//! From bytes to the numbers that a network takes.

/// Writes levels 0 to 255 as numbers in [0, 1]: level / 255.
///
/// # Panics
/// Where the slices are not of one length.
pub fn scale(levels: &[u8], scaled: &mut [f32]) {
    assert_eq!(levels.len(), scaled.len(), "each level has its place");
    for (scaled, &level) in scaled.iter_mut().zip(levels) {
        *scaled = f32::from(level) / 255.0;
    }
}
