//! The transforms, in the notation of Lavin and Gray (2016): `U = G g G'` of a 3x3 kernel, `V = B' d B` of a 6x6 patch of the
//! input, and `Y = A' M A`, the 4x4 outputs that the products `M` of the two make; for the kernel's gradient, their
//! transposes, `A dY A'` and `G' S G`. The points are 0, 1, -1, 2, -2.
//!
//! Rows are transformed first, all their columns at once, then columns. Every number is a vector of [`LANES`] channels,
//! and channels do not meet. The loops over lanes are written with long bodies: short ones LLVM unrolls before it looks
//! for vectors, and then finds short vectors, gathers and scatters.

use super::{Outputs, PATCH, TILE};
use crate::lanes::LANES;

/// A number for each channel.
pub(super) type Lane = [f32; LANES];

/// A row of a patch.
pub(super) type Row = [f32; PATCH * LANES];

/// `B'` times a column of six numbers, for each of `N` lanes.
#[inline(always)]
fn input<const N: usize>(d: &[[f32; N]; PATCH], t: &mut [[f32; N]; PATCH]) {
    for l in 0..N {
        let (even, odd) = ((-4.0f32).mul_add(d[2][l], d[4][l]), (-4.0f32).mul_add(d[1][l], d[3][l]));
        let (outer, inner) = (d[4][l] - d[2][l], d[3][l] - d[1][l]);
        t[0][l] = 4.0f32.mul_add(d[0][l], (-5.0f32).mul_add(d[2][l], d[4][l]));
        t[1][l] = even + odd;
        t[2][l] = even - odd;
        t[3][l] = 2.0f32.mul_add(inner, outer);
        t[4][l] = (-2.0f32).mul_add(inner, outer);
        t[5][l] = 4.0f32.mul_add(d[1][l], (-5.0f32).mul_add(d[3][l], d[5][l]));
    }
}

/// `G` times a column of three numbers, for each of `N` lanes.
#[inline(always)]
fn kernel<const N: usize>(g: &[[f32; N]; 3], t: &mut [[f32; N]; PATCH]) {
    for l in 0..N {
        let (near, far) = (g[0][l] + g[2][l], 4.0f32.mul_add(g[2][l], g[0][l]));
        t[0][l] = g[0][l] * (1.0 / 4.0);
        t[1][l] = (near + g[1][l]) * (-1.0 / 6.0);
        t[2][l] = (near - g[1][l]) * (-1.0 / 6.0);
        t[3][l] = 2.0f32.mul_add(g[1][l], far) * (1.0 / 24.0);
        t[4][l] = (-2.0f32).mul_add(g[1][l], far) * (1.0 / 24.0);
        t[5][l] = g[2][l];
    }
}

/// `A'` times a column of six numbers, for each of `N` lanes.
#[inline(always)]
fn output<const N: usize>(m: &[[f32; N]; PATCH], y: &mut [[f32; N]; TILE]) {
    for l in 0..N {
        let (near, near_odd) = (m[1][l] + m[2][l], m[1][l] - m[2][l]);
        let (far, far_odd) = (m[3][l] + m[4][l], m[3][l] - m[4][l]);
        y[0][l] = m[0][l] + near + far;
        y[1][l] = 2.0f32.mul_add(far_odd, near_odd);
        y[2][l] = 4.0f32.mul_add(far, near);
        y[3][l] = 8.0f32.mul_add(far_odd, near_odd) + m[5][l];
    }
}

/// `A` times a column of four gradients, for each of `N` lanes.
#[inline(always)]
fn output_gradient<const N: usize>(dy: &[[f32; N]; TILE], t: &mut [[f32; N]; PATCH]) {
    for l in 0..N {
        let (even, odd) = (dy[0][l] + dy[2][l], dy[1][l] + dy[3][l]);
        let (far_even, far_odd) = (4.0f32.mul_add(dy[2][l], dy[0][l]), 4.0f32.mul_add(dy[3][l], dy[1][l]));
        t[0][l] = dy[0][l];
        t[1][l] = even + odd;
        t[2][l] = even - odd;
        t[3][l] = 2.0f32.mul_add(far_odd, far_even);
        t[4][l] = (-2.0f32).mul_add(far_odd, far_even);
        t[5][l] = dy[3][l];
    }
}

/// `G'` times a column of six sums, for each of `N` lanes.
#[inline(always)]
fn kernel_gradient<const N: usize>(s: &[[f32; N]; PATCH], dg: &mut [[f32; N]; 3]) {
    for l in 0..N {
        let (near, near_odd) = (s[1][l] + s[2][l], s[2][l] - s[1][l]);
        let (far, far_odd) = (s[3][l] + s[4][l], s[3][l] - s[4][l]);
        dg[0][l] = 0.25f32.mul_add(s[0][l], (-1.0f32 / 6.0).mul_add(near, far * (1.0 / 24.0)));
        dg[1][l] = (1.0f32 / 6.0).mul_add(near_odd, far_odd * (1.0 / 12.0));
        dg[2][l] = (1.0f32 / 6.0).mul_add(far - near, s[5][l]);
    }
}

/// The numbers of a row, one after the other.
#[inline(always)]
fn pixels<const COLUMNS: usize, const N: usize>(row: &[f32; N]) -> &[Lane; COLUMNS] {
    const { assert!(COLUMNS * LANES == N) }
    row.as_chunks::<LANES>().0.first_chunk::<COLUMNS>().unwrap_or(&[[0.0; LANES]; COLUMNS])
}

/// `B' d B` of the patch `d`, its numbers `distance` apart.
#[inline(always)]
pub(super) fn transform_input(d: &[Row; PATCH], to: &mut [Lane], distance: usize) {
    let (mut half, mut numbers) = ([[0.0; PATCH * LANES]; PATCH], [[0.0; LANES]; PATCH]);
    input(d, &mut half);
    for (row, half) in half.iter().enumerate() {
        input(pixels(half), &mut numbers);
        for (column, numbers) in numbers.iter().enumerate() {
            to[(row * PATCH + column) * distance] = *numbers;
        }
    }
}

/// `G g G'` of the kernel `g`; `take(row, numbers)` is given each row.
#[inline(always)]
pub(super) fn transform_kernel(g: &[[f32; 3 * LANES]; 3], mut take: impl FnMut(usize, &[Lane; PATCH])) {
    let (mut half, mut numbers) = ([[0.0; 3 * LANES]; PATCH], [[0.0; LANES]; PATCH]);
    kernel(g, &mut half);
    for (row, half) in half.iter().enumerate() {
        kernel(pixels(half), &mut numbers);
        take(row, &numbers);
    }
}

/// Overwrites `y` with `A' M A` of the products `m`.
#[inline(always)]
pub(super) fn transform_output(m: &[Row; PATCH], y: &mut Outputs) {
    let mut half = [[0.0; PATCH * LANES]; TILE];
    output(m, &mut half);
    for (y, half) in y.iter_mut().zip(&half) {
        output(pixels(half), y);
    }
}

/// `A dY A'` of the gradients `dy` of a tile, the numbers `distance` apart.
#[inline(always)]
pub(super) fn transform_output_gradient(dy: &[[f32; TILE * LANES]; TILE], to: &mut [Lane], distance: usize) {
    let (mut half, mut numbers) = ([[0.0; TILE * LANES]; PATCH], [[0.0; LANES]; PATCH]);
    output_gradient(dy, &mut half);
    for (row, half) in half.iter().enumerate() {
        output_gradient(pixels(half), &mut numbers);
        for (column, numbers) in numbers.iter().enumerate() {
            to[(row * PATCH + column) * distance] = *numbers;
        }
    }
}

/// Overwrites `dg` with `G' S G` of the sums `s`.
#[inline(always)]
pub(super) fn transform_kernel_gradient(s: &[Row; PATCH], dg: &mut [[Lane; 3]; 3]) {
    let mut half = [[0.0; PATCH * LANES]; 3];
    kernel_gradient(s, &mut half);
    for (dg, half) in dg.iter_mut().zip(&half) {
        kernel_gradient(pixels(half), dg);
    }
}
