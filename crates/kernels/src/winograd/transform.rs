//! The three transforms, in the notation of Lavin and Gray (2016): `U = G g G'` of a 3x3 kernel, `V = B' d B` of a 6x6 patch
//! of the input, and `Y = A' M A`, the 4x4 outputs that the products `M = U V` make. The points are 0, 1, -1, 2, -2.
//!
//! Every number here is a vector of [`LANES`] channels; channels do not meet.

use super::{PATCH, TILE};
use crate::tile::LANES;

/// A number for each channel.
pub(super) type Lane = [f32; LANES];

#[inline(always)]
fn add(a: Lane, b: Lane) -> Lane {
    let mut sum = a;
    for l in 0..LANES {
        sum[l] += b[l];
    }
    sum
}

#[inline(always)]
fn sub(a: Lane, b: Lane) -> Lane {
    let mut difference = a;
    for l in 0..LANES {
        difference[l] -= b[l];
    }
    difference
}

/// `factor * a + b`.
#[inline(always)]
fn fma(factor: f32, a: Lane, b: Lane) -> Lane {
    let mut result = b;
    for l in 0..LANES {
        result[l] = factor.mul_add(a[l], result[l]);
    }
    result
}

#[inline(always)]
fn scale(factor: f32, a: Lane) -> Lane {
    let mut result = a;
    for l in 0..LANES {
        result[l] *= factor;
    }
    result
}

/// `B'` times a column of the patch.
#[inline(always)]
pub(super) fn input(d: &[Lane; PATCH]) -> [Lane; PATCH] {
    let (even, odd) = (fma(-4.0, d[2], d[4]), fma(-4.0, d[1], d[3]));
    let (outer, inner) = (sub(d[4], d[2]), sub(d[3], d[1]));
    [
        fma(4.0, d[0], fma(-5.0, d[2], d[4])),
        add(even, odd),
        sub(even, odd),
        fma(2.0, inner, outer),
        fma(-2.0, inner, outer),
        fma(4.0, d[1], fma(-5.0, d[3], d[5])),
    ]
}

/// `G` times a column of the kernel.
#[inline(always)]
pub(super) fn kernel(g: &[Lane; 3]) -> [Lane; PATCH] {
    let ends = add(g[0], g[2]);
    let far = fma(4.0, g[2], g[0]);
    [
        scale(1.0 / 4.0, g[0]),
        scale(-1.0 / 6.0, add(ends, g[1])),
        scale(-1.0 / 6.0, sub(ends, g[1])),
        scale(1.0 / 24.0, fma(2.0, g[1], far)),
        scale(1.0 / 24.0, fma(-2.0, g[1], far)),
        g[2],
    ]
}

/// `A'` times a column of the products.
#[inline(always)]
pub(super) fn output(m: &[Lane; PATCH]) -> [Lane; TILE] {
    let (near, near_odd) = (add(m[1], m[2]), sub(m[1], m[2]));
    let (far, far_odd) = (add(m[3], m[4]), sub(m[3], m[4]));
    [
        add(add(m[0], near), far),
        fma(2.0, far_odd, near_odd),
        fma(4.0, far, near),
        add(fma(8.0, far_odd, near_odd), m[5]),
    ]
}
