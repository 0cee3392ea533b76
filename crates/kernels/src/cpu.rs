//! Which instruction set the kernels run on: asked once, at the first kernel call.
//!
//! A kernel's body is written once, in plain Rust, and compiled once for each [`Level`]; the macro `multiversion!` makes the
//! thin wrappers and the call that chooses among them. All levels give the same bits, so the level is a matter of speed
//! alone. The environment variable `ABLATE_CPU`, `avx512`, `avx2` or `portable`, lowers it, to test just that; it never
//! raises it.

use std::sync::atomic::{AtomicU8, Ordering};
use thiserror::Error;

/// An instruction set that kernels are compiled for, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What the compiler's target guarantees: NEON on arm64; SSE2 on x86-64, where fused multiply-add is a call into
    /// the C library, and slow.
    Portable,
    /// AVX2, FMA and BMI1, which come together: 8 lanes.
    Avx2,
    /// AVX-512 F, VL, BW and DQ: 16 lanes.
    Avx512,
}

impl Level {
    /// Every level, from the least to the most.
    pub const ALL: [Level; 3] = [Level::Portable, Level::Avx2, Level::Avx512];

    /// The name that `ABLATE_CPU` takes.
    pub fn name(self) -> &'static str {
        match self {
            Level::Portable => "portable",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }

    fn from_byte(byte: u8) -> Option<Level> {
        Level::ALL.into_iter().find(|level| *level as u8 == byte)
    }
}

/// Why kernels refuse to start on this processor.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CpuError {
    /// `f32::mul_add` would be emulated, some hundred times slower.
    #[error(
        "this processor has no fused multiply-add (FMA); x86-64 processors since 2013 (Haswell, Piledriver) have it"
    )]
    NoFma,
    /// The environment variable holds no level.
    #[error("ABLATE_CPU={0} is no instruction set; expected avx512, avx2 or portable")]
    UnknownLevel(String),
    /// The environment variable or a caller asks for more than the processor has.
    #[error("instruction set {wanted} was asked for, but this processor has at most {best}", wanted = wanted.name(), best = best.name())]
    Unavailable {
        /// What was asked for.
        wanted: Level,
        /// The most this processor has.
        best: Level,
    },
}

const UNSET: u8 = u8::MAX;
static CHOSEN: AtomicU8 = AtomicU8::new(UNSET);

/// The most this processor has.
pub fn best() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("fma")
            && std::is_x86_feature_detected!("bmi1");
        let avx512 = std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512vl")
            && std::is_x86_feature_detected!("avx512bw")
            && std::is_x86_feature_detected!("avx512dq");
        match (avx2, avx512) {
            (true, true) => Level::Avx512,
            (true, false) => Level::Avx2,
            (false, _) => Level::Portable,
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    Level::Portable
}

/// The level kernels run at: the best one, or the lower one that `ABLATE_CPU` or [`limit`] names.
#[inline]
pub fn level() -> Level {
    match Level::from_byte(CHOSEN.load(Ordering::Relaxed)) {
        Some(level) => level,
        None => {
            // A bad variable is reported by `check`; kernels called without it run at their best.
            let level = from_environment().unwrap_or_else(|_| best());
            CHOSEN.store(level as u8, Ordering::Relaxed);
            level
        }
    }
}

/// Runs kernels at `wanted` from now on, in the whole process. Results do not change, only speed.
///
/// # Errors
/// [`CpuError::Unavailable`] where the processor has less.
pub fn limit(wanted: Level) -> Result<(), CpuError> {
    let best = best();
    if wanted > best {
        return Err(CpuError::Unavailable { wanted, best });
    }
    CHOSEN.store(wanted as u8, Ordering::Relaxed);
    Ok(())
}

/// Says whether kernels can run here at a useful speed; programs call it once, before any work.
///
/// # Errors
/// [`CpuError::NoFma`] on an x86-64 processor without AVX2 and FMA, and what is wrong with `ABLATE_CPU`.
pub fn check() -> Result<(), CpuError> {
    #[cfg(target_arch = "x86_64")]
    if best() == Level::Portable {
        return Err(CpuError::NoFma);
    }
    from_environment().map(|_| ())
}

#[expect(clippy::disallowed_methods, reason = "which instructions are used changes no bit")]
fn from_environment() -> Result<Level, CpuError> {
    match std::env::var("ABLATE_CPU") {
        Ok(text) => parse(&text, best()),
        Err(_) => Ok(best()),
    }
}

fn parse(text: &str, best: Level) -> Result<Level, CpuError> {
    let wanted = Level::ALL.into_iter().find(|level| level.name() == text);
    let wanted = wanted.ok_or_else(|| CpuError::UnknownLevel(text.to_owned()))?;
    if wanted > best { Err(CpuError::Unavailable { wanted, best }) } else { Ok(wanted) }
}

/// Calls an `#[inline(always)]` function compiled for `$level`: `multiversion!(level, fn(arg: Type, ...) = body)`, where
/// `wide = body` may stand for another instance of it (larger register tiles) at AVX-512.
///
/// The wrappers carry the instruction set; what they call must be inlined into them, or it is compiled for the baseline.
/// They themselves are never inlined: in a large function LLVM loses sight of the small loops it should vectorise.
macro_rules! multiversion {
    ($level:expr, fn($($arg:ident : $ty:ty),* $(,)?) = $body:expr, wide = $wide:expr) => {{
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi1")]
            #[allow(clippy::too_many_arguments)]
            #[inline(never)]
            fn avx512($($arg: $ty),*) { $wide($($arg),*) }
            #[target_feature(enable = "avx2,fma,bmi1")]
            #[allow(clippy::too_many_arguments)]
            #[inline(never)]
            fn avx2($($arg: $ty),*) { $body($($arg),*) }
            match $level {
                // SAFETY: a `Level` that `cpu::level` gave is never above `cpu::best`, which asked the processor.
                $crate::cpu::Level::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                $crate::cpu::Level::Avx2 => unsafe { avx2($($arg),*) },
                $crate::cpu::Level::Portable => $body($($arg),*),
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            let _ = $level;
            $body($($arg),*)
        }
    }};
    ($level:expr, fn($($arg:ident : $ty:ty),* $(,)?) = $body:expr) => {
        $crate::cpu::multiversion!($level, fn($($arg: $ty),*) = $body, wide = $body)
    };
}
pub(crate) use multiversion;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_lowers_and_never_raises() {
        assert_eq!(parse("avx2", Level::Avx512), Ok(Level::Avx2));
        assert_eq!(
            parse("avx512", Level::Avx2),
            Err(CpuError::Unavailable { wanted: Level::Avx512, best: Level::Avx2 })
        );
        assert_eq!(parse("sse9", Level::Avx2), Err(CpuError::UnknownLevel("sse9".into())));
    }

    #[test]
    fn messages_name_what_was_asked() {
        let error = CpuError::Unavailable { wanted: Level::Avx512, best: Level::Avx2 };
        let text = "instruction set avx512 was asked for, but this processor has at most avx2";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn levels_survive_the_atomic() {
        for level in Level::ALL {
            assert_eq!(Level::from_byte(level as u8), Some(level));
        }
        assert_eq!(Level::from_byte(UNSET), None);
    }
}
