//! What stands outside of the image: positions out there are brought back to positions inside, or to none.
//!
//! The meanings are those of scipy.ndimage's `mode` in `affine_transform`, with which Keras resamples. There, `wrap`
//! lays the last pixel of one copy of the image upon the first of the next, so its period is one less than the size,
//! and `constant` begins right behind the centres of the outermost pixels.

use plan::FillMode;

/// The position in [0, size - 1] whose level stands at `position`; `None` where the constant does.
pub(super) fn inside(mode: FillMode, position: f64, size: usize) -> Option<f64> {
    let last = (size - 1) as f64;
    if (0.0..=last).contains(&position) {
        return Some(position);
    }
    match mode {
        FillMode::Nearest => Some(position.clamp(0.0, last)),
        FillMode::Constant { .. } => None,
        FillMode::Reflect => {
            // Mirrors stand half a pixel outside of the outermost centres; between a mirror and the centre next to it
            // the level is that of the centre.
            let size = size as f64;
            let folded = (position + 0.5).rem_euclid(2.0 * size);
            let folded = if folded > size { 2.0 * size - folded } else { folded };
            Some((folded - 0.5).clamp(0.0, last))
        }
        FillMode::Wrap if size == 1 => Some(0.0),
        FillMode::Wrap if position < 0.0 => Some(last - -position % last),
        FillMode::Wrap => Some(position % last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source index that stands at each of -8..12 around "abcd".
    fn around(mode: FillMode) -> Vec<Option<f64>> {
        (-8..12).map(|i| inside(mode, f64::from(i), 4)).collect()
    }

    fn text(mode: FillMode) -> String {
        around(mode).iter().map(|at| at.map_or('k', |at| ['a', 'b', 'c', 'd'][at as usize])).collect()
    }

    #[test]
    fn modes_extend_as_scipy_says() {
        assert_eq!(text(FillMode::Nearest), "aaaaaaaaabcddddddddd");
        assert_eq!(text(FillMode::Constant { value: 0.0 }), "kkkkkkkkabcdkkkkkkkk");
        assert_eq!(text(FillMode::Reflect), "abcddcbaabcddcbaabcd");
        assert_eq!(text(FillMode::Wrap), "bcdbcdbcabcdbcabcabc");
    }

    #[test]
    fn between_pixels_and_single_pixels() {
        assert_eq!(inside(FillMode::Reflect, -0.25, 4), Some(0.0));
        assert_eq!(inside(FillMode::Reflect, -1.25, 4), Some(0.25));
        assert_eq!(inside(FillMode::Reflect, 4.25, 4), Some(2.75));
        assert_eq!(inside(FillMode::Constant { value: 1.0 }, 3.01, 4), None);
        assert_eq!(inside(FillMode::Wrap, -0.25, 4), Some(2.75));
        for mode in [FillMode::Nearest, FillMode::Reflect, FillMode::Wrap] {
            assert_eq!(inside(mode, 5.5, 1), Some(0.0), "{mode:?}");
        }
    }
}
