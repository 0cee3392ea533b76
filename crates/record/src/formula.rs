//! Cells that a spreadsheet would run as a formula: those that begin with `=`, `+`, `-`, `@`, a tab or a carriage return
//! and are not numbers. They are written with an apostrophe before them, which spreadsheets take for "this is text"; the
//! readers here take it away again. A cell that began with apostrophes gets one more, so that nothing is ambiguous.
//!
//! <https://owasp.org/www-community/attacks/CSV_Injection>

/// `cell` as it is written.
pub(crate) fn guard(cell: String) -> String {
    if begins_formula(&cell) { format!("'{cell}") } else { cell }
}

/// The cell that is written as `text`.
pub(crate) fn unguard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|cell| begins_formula(cell)).unwrap_or(text)
}

/// Whether `cell`, but for apostrophes before it, would be run. The wide forms are run where the keyboard has them.
fn begins_formula(cell: &str) -> bool {
    let starts = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    cell.trim_start_matches('\'').starts_with(starts) && cell.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_text_and_numbers_are_numbers() {
        for cell in ["=1+1", "+a", "-dash", "@sum", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1", "-1-1"] {
            assert_eq!(guard(cell.to_owned()), format!("'{cell}"));
        }
        for cell in ["", "-0.25", "+1", "-inf", "1e-11", "'", "'quoted'", "a=b", "it's"] {
            assert_eq!(guard(cell.to_owned()), cell);
        }
    }

    proptest! {
        #[test]
        fn every_cell_reads_back(cell in "['=+@\t\r\n a1-]{0,6}") {
            let text = guard(cell.clone());
            prop_assert!(!text.starts_with(['=', '@', '\t', '\r']));
            prop_assert_eq!(unguard(&text), cell);
        }
    }
}
