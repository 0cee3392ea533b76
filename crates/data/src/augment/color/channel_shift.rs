//! The extremes of a picture, which Keras's `apply_channel_shift` does not leave.

/// The lowest and the highest level of any channel.
pub(super) fn extremes(picture: &[f32]) -> [f32; 2] {
    picture.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], &level| [low.min(level), high.max(level)])
}
