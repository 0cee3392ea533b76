//! Markdown's pieces: escaped text and tables.

/// Text that shows as it is, in prose and in table cells.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => escaped.extend(['\\', c]),
            '\n' | '\r' => escaped.push(' '),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Text as code, where it has no backtick; a `|` in a cell's code must be escaped all the same.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() || text.contains(['`', '\n', '\r']) {
        return escape(text);
    }
    format!("`{}`", text.replace('|', "\\|"))
}

/// A table whose first `left` columns are aligned left and the others right. Cells are Markdown already.
pub(crate) fn table(left: usize, header: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule: Vec<String> =
        (0..header.len()).map(|column| if column < left { "---" } else { "---:" }.to_owned()).collect();
    let mut text = line(header) + &line(&rule);
    text.extend(rows.iter().map(|row| line(row)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_the_table() {
        assert_eq!(escape("a|b_c*"), "a\\|b\\_c\\*");
        assert_eq!(code("x|y=1"), "`x\\|y=1`");
        assert_eq!(code("a`b"), "a\\`b");
        let text = table(1, &["v".into(), "n".into()], &[vec![code("a|b"), "1".into()]]);
        assert_eq!(text, "| v | n |\n| --- | ---: |\n| `a\\|b` | 1 |\n");
    }
}
