//! Numbers as text: one text for one value, on every machine, so that files change only when results do.
//!
//! Measures have [`MEASURE_DECIMALS`] decimals (a millionth of a nat or of an accuracy is far below what two seeds differ
//! by), learning rates [`RATE_DECIMALS`], because schedules end at small ones. Numbers that are not finite, which a run
//! that diverged has, are `nan`, `inf` and `-inf`: an empty cell says that nothing was measured, and these were.

/// Decimals of losses, metrics and statistics.
pub const MEASURE_DECIMALS: usize = 6;
/// Decimals of learning rates.
pub const RATE_DECIMALS: usize = 10;

/// `value` with [`MEASURE_DECIMALS`] decimals, rounded half to even on its exact binary value.
pub fn measure(value: f64) -> String {
    fixed(value, MEASURE_DECIMALS)
}

/// `value` with [`RATE_DECIMALS`] decimals.
pub fn rate(value: f64) -> String {
    fixed(value, RATE_DECIMALS)
}

/// `value` as [`measure`] writes it: what a reader of the file gets.
pub fn rounded(value: f64) -> f64 {
    // Text that `fixed` writes is always a number; the value itself is then the closest answer there is.
    measure(value).parse().unwrap_or(value)
}

fn fixed(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = format!("{value:.decimals$}");
    // -0.0 and what rounds to it are zero.
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|byte| matches!(byte, b'0' | b'.')) => digits.to_owned(),
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_fixed_and_zero_has_no_sign() {
        let cases = [
            (0.5, "0.500000"),
            (1.0 / 3.0, "0.333333"),
            (-0.0, "0.000000"),
            (-1e-9, "0.000000"),
            (-0.25, "-0.250000"),
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (1e20, "100000000000000000000.000000"),
        ];
        for (value, text) in cases {
            assert_eq!(measure(value), text);
        }
        assert_eq!(rate(1e-4), "0.0001000000");
        assert_eq!(rounded(2.0 / 3.0), 0.666667);
    }
}
