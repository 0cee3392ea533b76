//! What the machine can do at most, on all threads of the pool.

use crate::measure;
use kernels::cpu::{self, Level};
use rayon::prelude::*;
use std::hint::black_box;

/// Sums in registers at once: so many that none waits for another, and as many as there are registers for.
const SUMS: usize = 12;

/// Multiply-adds of each sum.
const ROUNDS: usize = 200_000;

/// Numbers that are copied: far more than a cache holds.
const NUMBERS: usize = 32 << 20;

/// Floating-point operations per second, two a multiply-add, at the level that the kernels run at.
pub fn multiply_adds() -> f64 {
    let lanes = match cpu::level() {
        Level::Avx512 => 16,
        Level::Avx2 => 8,
        Level::Portable => PORTABLE,
    };
    let operations = 2 * lanes * SUMS * ROUNDS * rayon::current_num_threads();
    let times = measure::times(|| {
        rayon::broadcast(|_| match cpu::level() {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the level is never above what the processor has.
            Level::Avx512 => unsafe { x86::avx512() },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { x86::avx2() },
            _ => portable(),
        });
    });
    operations as f64 / times.fastest
}

/// By intrinsics: a loop of plain Rust measures the compiler as well.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{ROUNDS, SUMS};
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps, _mm512_fmadd_ps, _mm512_set1_ps};
    use std::hint::black_box;

    #[target_feature(enable = "avx512f")]
    pub fn avx512() {
        let factor = _mm512_set1_ps(black_box(0.999));
        let mut sums = [factor; SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, factor, factor);
            }
        }
        black_box(sums);
    }

    #[target_feature(enable = "avx2,fma")]
    pub fn avx2() {
        let factor = _mm256_set1_ps(black_box(0.999));
        let mut sums = [factor; SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, factor, factor);
            }
        }
        black_box(sums);
    }
}

/// Lanes of a vector of every target.
const PORTABLE: usize = 4;

#[inline(never)]
fn portable() {
    let factor = black_box(0.999f32);
    let mut sums = [[factor; PORTABLE]; SUMS];
    for _ in 0..ROUNDS {
        for lane in sums.as_flattened_mut() {
            *lane = lane.mul_add(factor, factor);
        }
    }
    black_box(sums);
}

/// Bytes per second, read and written, of copying memory that is in no cache.
pub fn copying() -> f64 {
    const CHUNK: usize = 1 << 16;
    let (from, mut to) = (vec![1.0f32; NUMBERS], vec![0.0f32; NUMBERS]);
    let times = measure::times(|| {
        to.par_chunks_mut(CHUNK).zip(from.par_chunks(CHUNK)).for_each(|(to, from)| to.copy_from_slice(from));
    });
    (2 * NUMBERS * size_of::<f32>()) as f64 / times.fastest
}
