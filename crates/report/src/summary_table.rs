//! The overview as text in columns, for standard output after a run: at most [`COLUMNS`] wide, whatever variants are
//! called.
//!
//! Where names leave too little room for the numbers, titles are broken at their spaces; where that does not suffice, a
//! name stands on a line of its own, whole, so that it can be copied, with the numbers below it.

use crate::caption;
use crate::comparison::Comparison;
use crate::input::Input;
use crate::overview::Overview;
use files::shown;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What the names' column is called.
const TITLE: &str = "variant";
/// What every terminal shows.
const COLUMNS: usize = 100;
const GAP: &str = "  ";
/// Before numbers below a name, and before what of a name is not on its first line.
const INDENT: &str = "  ";

/// Names to the left, cells to the right, aligned by what a terminal shows (wide characters count twice).
pub(crate) fn render(input: &Input, compared: &Comparison, overview: &Overview) -> String {
    let names: Vec<String> = overview.rows.iter().map(|(name, _)| shown(name).to_string()).collect();
    let left = names.iter().map(|name| name.width()).fold(TITLE.width(), usize::max);
    let whole = Table::new(overview, |title| vec![title]);
    let broken = Table::new(overview, at_spaces);
    let text = if left + whole.width() <= COLUMNS {
        whole.beside(&names, left)
    } else if left + broken.width() <= COLUMNS {
        broken.beside(&names, left)
    } else if INDENT.len() + whole.width() <= COLUMNS {
        whole.below(&names)
    } else {
        broken.below(&names)
    };
    text + &notes(input, compared, overview)
}

/// `Δ val accuracy` as `Δ val` and `accuracy`: the sign stays with its word.
fn at_spaces(title: &str) -> Vec<&str> {
    let start = title.strip_prefix("Δ ").map_or(0, |rest| title.len() - rest.len());
    let Some(first) = title[start..].find(' ') else { return vec![title] };
    let (head, rest) = title.split_at(start + first);
    std::iter::once(head).chain(rest.split_whitespace()).collect()
}

/// The columns after the names'.
struct Table<'a> {
    /// Each from its last line up, so that titles stand on their columns.
    titles: Vec<Vec<&'a str>>,
    rows: Vec<&'a [String]>,
    widths: Vec<usize>,
}

impl<'a> Table<'a> {
    fn new(overview: &'a Overview, lines: impl Fn(&'a str) -> Vec<&'a str>) -> Table<'a> {
        let titles: Vec<Vec<&str>> =
            overview.titles.iter().map(|title| lines(title).into_iter().rev().collect()).collect();
        let rows: Vec<&[String]> = overview.rows.iter().map(|(_, cells)| cells.as_slice()).collect();
        let width = |(column, lines): (usize, &Vec<&str>)| {
            let cells = rows.iter().map(|row| row[column].as_str());
            lines.iter().copied().chain(cells).map(UnicodeWidthStr::width).max().unwrap_or(0)
        };
        let widths = titles.iter().enumerate().map(width).collect();
        Table { titles, rows, widths }
    }

    /// Of all columns, and the gaps before them.
    fn width(&self) -> usize {
        self.widths.iter().map(|width| GAP.len() + width).sum()
    }

    /// Names and numbers on one line.
    fn beside(&self, names: &[String], left: usize) -> String {
        let mut text = self.header(TITLE, left);
        for (name, cells) in names.iter().zip(&self.rows) {
            self.line(&mut text, name, left, cells.iter().map(String::as_str));
        }
        text
    }

    /// Numbers below names.
    fn below(&self, names: &[String]) -> String {
        let mut text = format!("{TITLE}\n") + &self.header("", INDENT.len());
        for (name, cells) in names.iter().zip(&self.rows) {
            text.extend(broken(name, COLUMNS).into_iter().map(|line| line + "\n"));
            self.line(&mut text, "", INDENT.len(), cells.iter().map(String::as_str));
        }
        text
    }

    fn header(&self, title: &str, left: usize) -> String {
        let mut text = String::new();
        for height in (0..self.titles.iter().map(Vec::len).max().unwrap_or(1)).rev() {
            let cells = self.titles.iter().map(|lines| lines.get(height).copied().unwrap_or(""));
            self.line(&mut text, if height == 0 { title } else { "" }, left, cells);
        }
        text
    }

    fn line<'b>(&self, text: &mut String, name: &str, left: usize, cells: impl Iterator<Item = &'b str>) {
        let mut line = format!("{name}{}", " ".repeat(left - name.width()));
        for (cell, width) in cells.zip(&self.widths) {
            line.push_str(GAP);
            line.push_str(&" ".repeat(width - cell.width()));
            line.push_str(cell);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// `name` in lines of `room` columns, after commas where it has some.
fn broken(name: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in name.split_inclusive(',') {
        let room_for = |line: &str| room.saturating_sub(line.width());
        let last = lines.last().map_or("", String::as_str);
        if part.width() > room_for(last) && !last.trim().is_empty() {
            lines.push(INDENT.to_owned());
        }
        for c in part.chars() {
            let last = lines.last().map_or("", String::as_str);
            if c.width().unwrap_or(0) > room_for(last) {
                lines.push(INDENT.to_owned());
            }
            if let Some(last) = lines.last_mut() {
                last.push(c);
            }
        }
    }
    lines
}

/// With whose weights, and on whose images.
fn notes(input: &Input, compared: &Comparison, overview: &Overview) -> String {
    // The runs' column alone says nothing that was measured.
    if overview.titles.len() < 2 {
        return String::new();
    }
    let name = |name: &str| shown(name).to_string();
    let mut notes = vec![caption::weights(input, name)];
    if compared.has(crate::quantity::GAP) {
        notes.push("Gap: training minus validation accuracy of the last epoch.".to_owned());
    }
    notes.extend(caption::images(input, compared, name));
    let mut lines = vec![String::new()];
    for word in notes.iter().flat_map(|note| note.split_whitespace()) {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.width() + 1 + word.width() <= COLUMNS => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_break_after_commas_and_lose_nothing() {
        assert_eq!(broken("augmentation=off,dropout=on", 30), ["augmentation=off,dropout=on"]);
        assert_eq!(broken("augmentation=off,dropout=on", 20), ["augmentation=off,", "  dropout=on"]);
        assert_eq!(broken("a=1,b=2,c=3,d=4", 8), ["a=1,b=2,", "  c=3,", "  d=4"]);
        assert_eq!(broken("aaaaaaaaaaaaaaaaaaaa", 12), ["aaaaaaaaaaaa", "  aaaaaaaa"]);
        assert_eq!(broken("増強増強増強増強", 12), ["増強増強増強", "  増強"]);
        assert_eq!(broken("", 12), [""]);
    }

    #[test]
    fn titles_break_at_spaces() {
        assert_eq!(at_spaces("Δ val accuracy"), ["Δ val", "accuracy"]);
        assert_eq!(at_spaces("gap, points"), ["gap,", "points"]);
        assert_eq!(at_spaces("p"), ["p"]);
    }
}
