//! Value noise: a smooth random function of space, the stuff of fur, grass and carpets.

use super::vector::V3;

/// A number in [0, 1) for a lattice point.
fn lattice(x: i32, y: i32, z: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x8da6_b343)
        ^ (y as u32).wrapping_mul(0xd816_3841)
        ^ (z as u32).wrapping_mul(0xcb1a_b31f)
        ^ seed.wrapping_mul(0x9e37_79b9);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    h ^= h >> 15;
    (h >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// The greatest integer not above `x`, and what is left. (`f32::floor` is a call into libm on plain x86-64.)
pub(super) fn split(x: f32) -> (i32, f32) {
    let toward_zero = x as i32;
    let whole = toward_zero - i32::from(x < toward_zero as f32);
    (whole, x - whole as f32)
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Smooth noise in [0, 1] with features about 1 wide, in the plane.
pub(super) fn noise2(x: f32, y: f32, seed: u32) -> f32 {
    let ((ix, tx), (iy, ty)) = (split(x), split(y));
    let (tx, ty) = (ease(tx), ease(ty));
    let row = |dy: i32| mix(lattice(ix, iy + dy, 0, seed), lattice(ix + 1, iy + dy, 0, seed), tx);
    mix(row(0), row(1), ty)
}

/// Smooth noise in [0, 1] with features about 1 wide, in space.
pub(super) fn noise3(p: V3, seed: u32) -> f32 {
    let ((ix, tx), (iy, ty), (iz, tz)) = (split(p.x), split(p.y), split(p.z));
    let (tx, ty, tz) = (ease(tx), ease(ty), ease(tz));
    let edge = |dy: i32, dz: i32| mix(lattice(ix, iy + dy, iz + dz, seed), lattice(ix + 1, iy + dy, iz + dz, seed), tx);
    mix(mix(edge(0, 0), edge(1, 0), ty), mix(edge(0, 1), edge(1, 1), ty), tz)
}

/// Two octaves of [`noise2`], in [0, 1].
pub(super) fn cloud2(x: f32, y: f32, seed: u32) -> f32 {
    noise2(x, y, seed) * 0.65 + noise2(x * 2.3 + 5.2, y * 2.3 + 1.3, seed ^ 0x51) * 0.35
}

/// Two octaves of [`noise3`], in [0, 1].
pub(super) fn cloud3(p: V3, seed: u32) -> f32 {
    noise3(p, seed) * 0.65 + noise3(p * 2.3, seed ^ 0x51) * 0.35
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pets::vector::v;

    #[test]
    fn noise_fills_its_range_and_is_smooth() {
        let (mut low, mut high) = (1.0f32, 0.0f32);
        for i in 0..4000 {
            let x = i as f32 * 0.37;
            let value = noise3(v(x, -x * 0.7, x * 1.3), 3);
            let next = noise3(v(x + 0.001, -x * 0.7, x * 1.3), 3);
            assert!((0.0..=1.0).contains(&value));
            assert!((value - next).abs() < 0.01);
            low = low.min(value);
            high = high.max(value);
        }
        assert!(low < 0.1 && high > 0.9, "{low} {high}");
    }
}
