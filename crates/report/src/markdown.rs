//! Markdown's pieces: escaped text and tables.

use files::shown;

/// Text that shows as it is, in prose and in table cells: no markup, no HTML, no mathematics, nothing that drives a
/// terminal.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Text as a paragraph of its own, which what it begins with makes no list, rule or heading.
pub(crate) fn paragraph(text: &str) -> String {
    let text = escape(text.trim());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[digits..].chars().next() {
        Some('-' | '+' | '=') if digits == 0 => format!("\\{text}"),
        Some('.' | ')') if digits > 0 => format!("{}\\{}", &text[..digits], &text[digits..]),
        Some(_) | None => text,
    }
}

/// Text as code, where it has no backtick; a `|` in a cell's code must be escaped all the same.
pub(crate) fn code(text: &str) -> String {
    let line = one_line(text);
    if line.trim().is_empty() || line.contains('`') || (line.contains('|') && line.contains('\\')) {
        return escape(text);
    }
    format!("`{}`", line.replace('|', "\\|"))
}

/// Line breaks and tabs as spaces, other control characters as their escapes.
fn one_line(text: &str) -> String {
    let spaced = text.replace(['\n', '\r', '\t'], " ");
    shown(&spaced).to_string()
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
    fn text_is_no_markup() {
        let cases = [
            ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
            ("![x](http://x)", "!\\[x\\](http://x)"),
            ("&lt; & $x$", "\\&lt; \\& \\$x\\$"),
            ("a\n# b\r\n\n```", "a \\# b   \\`\\`\\`"),
            ("a\u{1b}[2Jb\u{202e}", "a\\\\u{1b}\\[2Jb\\\\u{202e}"),
        ];
        for (text, escaped) in cases {
            assert_eq!(escape(text), escaped);
        }
    }

    #[test]
    fn a_paragraph_is_no_list() {
        let cases = [("- a", "\\- a"), ("+ a", "\\+ a"), ("===", "\\==="), (" 1. a", "1\\. a"), ("2) a", "2\\) a")];
        for (text, escaped) in cases {
            assert_eq!(paragraph(text), escaped);
        }
        assert_eq!(paragraph(" 3 is 2. "), "3 is 2.");
    }

    #[test]
    fn a_name_cannot_break_the_table() {
        assert_eq!(escape("a|b_c*"), "a\\|b\\_c\\*");
        assert_eq!(code("x|y=1"), "`x\\|y=1`");
        assert_eq!(code("a`b"), "a\\`b");
        assert_eq!(code("a\\|b"), "a\\\\\\|b");
        let text = table(1, &["v".into(), "n".into()], &[vec![code("a|b"), "1".into()]]);
        assert_eq!(text, "| v | n |\n| --- | ---: |\n| `a\\|b` | 1 |\n");
    }
}
