//! Numbers as text: one text for one value, on every machine, so that files change only when results do.
//!
//! Measures have [`MEASURE_DECIMALS`] decimals (a millionth of a nat or of an accuracy is far below what two seeds differ
//! by), learning rates [`RATE_DECIMALS`], and [`RATE_DIGITS`] significant digits where decimals would not hold them.
//! Numbers that are not finite, which a run that diverged has, are `nan`, `inf` and `-inf`: an empty cell says that
//! nothing was measured, and these were.

/// Decimals of losses, metrics and statistics.
pub const MEASURE_DECIMALS: usize = 6;
/// Decimals of learning rates.
pub const RATE_DECIMALS: usize = 10;
/// Significant digits of learning rates that are too small for [`RATE_DECIMALS`].
pub const RATE_DIGITS: usize = 6;
/// Below this, [`RATE_DECIMALS`] hold fewer than four significant digits.
const SMALL_RATE: f64 = 1e-7;

/// `value` with [`MEASURE_DECIMALS`] decimals, rounded half to even on its exact binary value.
pub fn measure(value: f64) -> String {
    fixed(value, MEASURE_DECIMALS)
}

/// `value` with [`RATE_DECIMALS`] decimals. A small one that these do not hold has [`RATE_DIGITS`] significant digits and
/// an exponent: `1e-11`, `2.5e-10`. What is read back is written the same again.
pub fn rate(value: f64) -> String {
    let decimals = fixed(value, RATE_DECIMALS);
    if value == 0.0 || !value.is_finite() || value.abs() >= SMALL_RATE {
        return decimals;
    }
    let scientific = format!("{value:.*e}", RATE_DIGITS - 1);
    // Text that `format!` writes is always a number.
    let digits: f64 = scientific.parse().unwrap_or(value);
    if decimals.parse() == Ok(digits) { decimals } else { format!("{digits:e}") }
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

    #[test]
    fn small_rates_keep_their_digits() {
        let cases = [
            (0.0, "0.0000000000"),
            (1e-3 / 3.0, "0.0003333333"),
            (1.234_567_8e-7, "0.0000001235"),
            (2e-8, "0.0000000200"),
            (1e-10, "0.0000000001"),
            (2.000_000_01e-10, "0.0000000002"),
            (1.234_567_89e-8, "1.23457e-8"),
            (1e-11, "1e-11"),
            (2.5e-10, "2.5e-10"),
            (1.0 / 3.0 * 1e-300, "3.33333e-301"),
            (-1e-11, "-1e-11"),
            (f64::MIN_POSITIVE, "2.22507e-308"),
            (5e-324, "5e-324"),
            (f64::NAN, "nan"),
        ];
        for (value, text) in cases {
            assert_eq!(rate(value), text);
        }
    }
}
