//! The overview as text in columns, for standard output after a run.

use crate::overview::Overview;
use unicode_width::UnicodeWidthStr;

/// Names to the left, cells to the right, aligned by what a terminal shows (wide characters count twice).
pub(crate) fn render(overview: &Overview) -> String {
    let mut lines =
        vec![std::iter::once("variant".to_owned()).chain(overview.titles.iter().cloned()).collect::<Vec<_>>()];
    lines.extend(overview.rows.iter().map(|(name, cells)| {
        // A line break in a name would break the table.
        let name = name.replace(|c: char| c.is_control(), " ");
        std::iter::once(name).chain(cells.iter().cloned()).collect()
    }));
    let columns = lines[0].len();
    let widths: Vec<usize> =
        (0..columns).map(|column| lines.iter().map(|line| line[column].width()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let padding = " ".repeat(width - cell.width());
            if column == 0 { format!("{cell}{padding}") } else { format!("{padding}{cell}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}
