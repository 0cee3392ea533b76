//! Numbers as people read them: percent and points for fractions, three decimals for the rest.

use crate::statistics::{Difference, Mean};
use record::Column;

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

/// A mean: `78.3 %`, `78.3 ± 1.2 %` where there is an interval.
pub(crate) fn mean(column: &Column, mean: &Mean) -> String {
    let unit = unit(column);
    match mean.half_width() {
        Some(half) => format!("{} ± {}{unit}", bare(column, mean.mean), bare(column, half)),
        None => format!("{}{unit}", bare(column, mean.mean)),
    }
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

/// A difference: `+3.1`, `+3.1 ± 1.2` where there is an interval. In points for fractions.
pub(crate) fn difference(column: &Column, difference: &Difference) -> String {
    let delta = signed(column, difference.delta.mean);
    match difference.delta.half_width() {
        Some(half) => format!("{delta} ± {}", bare(column, half)),
        None => delta,
    }
}

/// A p-value: `0.034`, `<0.001`.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// The typographic minus, for prose and plots; tables on a terminal keep the one that pastes as a number.
pub(crate) fn typeset(text: &str) -> String {
    text.replace('-', "\u{2212}")
}
