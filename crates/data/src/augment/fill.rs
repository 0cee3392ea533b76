//! What stands outside of the image: positions out there are brought back to positions inside, or to none.
//!
//! The meanings are those of scipy.ndimage's `mode` in `affine_transform`, with which Keras resamples. There, `wrap`
//! lays the last pixel of one copy of the image upon the first of the next, so its period is one less than the size,
//! and `constant` begins right behind the centres of the outermost pixels.
//!
//! Positions are in units of 2^-32 pixels: all of it is exact.

/// The position in [0, size - 1] whose level stands at a position; `None` where the constant does.
pub(super) trait Inside: Fn(i64, usize) -> Option<i64> {}

impl<F: Fn(i64, usize) -> Option<i64>> Inside for F {}

fn last(size: usize) -> i64 {
    ((size - 1) as i64) << 32
}

#[inline(always)]
pub(super) fn nearest(position: i64, size: usize) -> Option<i64> {
    Some(position.max(0).min(last(size)))
}

#[inline(always)]
pub(super) fn constant(position: i64, size: usize) -> Option<i64> {
    (0..=last(size)).contains(&position).then_some(position)
}

/// Mirrors stand half a pixel outside of the outermost centres; between a mirror and the centre next to it the level is
/// that of the centre.
#[inline(always)]
pub(super) fn reflect(position: i64, size: usize) -> Option<i64> {
    if (0..=last(size)).contains(&position) {
        return Some(position);
    }
    let (half, size_here) = (1_i64 << 31, (size as i64) << 32);
    let folded = (position + half).rem_euclid(2 * size_here);
    let folded = if folded > size_here { 2 * size_here - folded } else { folded };
    nearest(folded - half, size)
}

#[inline(always)]
pub(super) fn wrap(position: i64, size: usize) -> Option<i64> {
    let last = last(size);
    if (0..=last).contains(&position) {
        return Some(position);
    }
    Some(match (last, position < 0) {
        (0, _) => 0,
        (_, true) => last - -position % last,
        (_, false) => position % last,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source index that stands at each of -8..12 around "abcd".
    fn text(inside: impl Inside) -> String {
        let at = |i: i64| inside(i << 32, 4).map_or('k', |at| ['a', 'b', 'c', 'd'][(at >> 32) as usize]);
        (-8..12).map(at).collect()
    }

    #[test]
    fn modes_extend_as_scipy_says() {
        assert_eq!(text(nearest), "aaaaaaaaabcddddddddd");
        assert_eq!(text(constant), "kkkkkkkkabcdkkkkkkkk");
        assert_eq!(text(reflect), "abcddcbaabcddcbaabcd");
        assert_eq!(text(wrap), "bcdbcdbcabcdbcabcabc");
    }

    #[test]
    fn between_pixels_and_single_pixels() {
        let at = |inside: fn(i64, usize) -> Option<i64>, pixels: f64, size| {
            inside((pixels * 4_294_967_296.0) as i64, size).map(|at| at as f64 / 4_294_967_296.0)
        };
        assert_eq!(at(reflect, -0.25, 4), Some(0.0));
        assert_eq!(at(reflect, -1.25, 4), Some(0.25));
        assert_eq!(at(reflect, 4.25, 4), Some(2.75));
        assert_eq!(at(constant, 3.01, 4), None);
        assert_eq!(at(wrap, -0.25, 4), Some(2.75));
        for inside in [nearest, reflect, wrap] {
            assert_eq!(at(inside, 5.5, 1), Some(0.0));
        }
    }
}
