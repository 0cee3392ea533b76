//! Numbers as people read them: percent and points for fractions, three decimals for the rest.

use crate::statistics::{Difference, Mean};
use record::{Column, number};

/// Whether the column's values are shown in percent.
fn is_fraction(column: &Column) -> bool {
    column.unit == "fraction"
}

/// `value` without unit: 78.3 for 0.7834, 0.512 for a loss.
pub(crate) fn bare(column: &Column, value: f64) -> String {
    let text = match value {
        _ if is_fraction(column) => format!("{:.1}", value * 100.0),
        // A loss that exploded but stayed finite.
        _ if value.abs() >= 1e6 => format!("{value:.3e}"),
        _ => format!("{value:.3}"),
    };
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|byte| matches!(byte, b'0' | b'.')) => digits.to_owned(),
        Some(_) | None => text,
    }
}

/// What stands behind a value: differences of fractions are in points, which titles say.
pub(crate) fn unit(column: &Column) -> &'static str {
    if is_fraction(column) && column.name != crate::quantity::GAP { " %" } else { "" }
}

/// What the runs of a variant gave: `78.3 ± 1.2 %`, and of too few for an interval their values, `77.1, 79.5 %`.
pub(crate) fn runs(column: &Column, values: &[f64], mean: &Mean) -> String {
    let unit = unit(column);
    match mean.half_width() {
        Some(half) => format!("{} ± {}{unit}", bare(column, mean.mean), bare(column, half)),
        None => format!("{}{unit}", list(values, |value| bare(column, value))),
    }
}

fn list(values: &[f64], word: impl Fn(f64) -> String) -> String {
    values.iter().map(|value| word(*value)).collect::<Vec<_>>().join(", ")
}

/// A value with its sign: `+3.1`.
pub(crate) fn signed(column: &Column, value: f64) -> String {
    let text = bare(column, value);
    if text.starts_with('-') || text.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        text
    } else {
        format!("+{text}")
    }
}

/// A difference: `+3.1 ± 1.2`, and of too few seeds for an interval that of each, `+1.9, +4.3`. In points for fractions.
pub(crate) fn difference(column: &Column, difference: &Difference) -> String {
    match difference.delta.half_width() {
        Some(half) => format!("{} ± {}", signed(column, difference.delta.mean), bare(column, half)),
        None => list(&difference.values, |value| signed(column, value)),
    }
}

/// A p-value: `0.034`, `<0.001`.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// A number beside a mark, short: `12.3`, `1,898`, `3.4e38`, `inf`.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => number::measure(value),
        size if size >= 999_999.5 => format!("{value:.1e}"),
        size if size >= 999.5 => {
            let digits = format!("{value:.0}");
            let (thousands, rest) = digits.split_at(digits.len() - 3);
            format!("{thousands},{rest}")
        }
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The typographic minus, for prose and plots; tables on a terminal keep the one that pastes as a number.
pub(crate) fn typeset(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beside_marks_are_short() {
        let cases = [(1.234, "1.23"), (12.34, "12.3"), (1898.4, "1,898"), (999_999.9, "1.0e6"), (3.4e38, "3.4e38")];
        for (value, text) in cases.into_iter().chain([(999.7, "1,000"), (f64::INFINITY, "inf"), (-1234.0, "-1,234")]) {
            assert_eq!(short(value), text);
        }
    }
}
