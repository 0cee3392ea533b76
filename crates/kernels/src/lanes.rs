//! Vectors as the source sees them: runs of [`LANES`] numbers.

/// Numbers of a vector: one AVX-512 register, two of AVX2, four of NEON.
pub(crate) const LANES: usize = 16;

/// The first numbers, up to a vector of them, and zeros behind.
#[inline(always)]
pub(crate) fn load(numbers: &[f32]) -> [f32; LANES] {
    match numbers.first_chunk::<LANES>() {
        Some(whole) => *whole,
        None => load_part(numbers),
    }
}

/// Overwrites `to` with as many numbers as it holds, up to a vector of them.
#[inline(always)]
pub(crate) fn store(lanes: &[f32; LANES], to: &mut [f32]) {
    match to.first_chunk_mut::<LANES>() {
        Some(whole) => *whole = *lanes,
        None => store_part(lanes, to),
    }
}

// Not inlined, or LLVM makes one copy of unknown length of this and the case of a whole vector.
#[cold]
#[inline(never)]
fn load_part(numbers: &[f32]) -> [f32; LANES] {
    let mut lanes = [0.0; LANES];
    lanes[..numbers.len()].copy_from_slice(numbers);
    lanes
}

#[cold]
#[inline(never)]
fn store_part(lanes: &[f32; LANES], to: &mut [f32]) {
    to.copy_from_slice(&lanes[..to.len()]);
}
