//! The overview as text in columns, for standard output after a run: at most [`COLUMNS`] wide, whatever variants are
//! called.
//!
//! Where names in full have no room, titles are broken at their spaces and names at their commas, and below the numbers'
//! line a name goes on indented: nothing of it is lost.

use crate::caption;
use crate::comparison::Comparison;
use crate::input::Input;
use crate::overview::Overview;
use files::shown;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What every terminal shows.
const COLUMNS: usize = 100;
/// Names are not broken into pieces smaller than this: then the table is wider.
const NARROWEST_NAME: usize = 12;
const GAP: &str = "  ";
/// Before what of a name is not on its first line.
const INDENT: &str = "  ";

/// Names to the left, cells to the right, aligned by what a terminal shows (wide characters count twice).
pub(crate) fn render(input: &Input, compared: &Comparison, overview: &Overview) -> String {
    let names: Vec<String> = overview.rows.iter().map(|(name, _)| shown(name).to_string()).collect();
    let whole: Vec<Vec<&str>> = overview.titles.iter().map(|title| vec![title.as_str()]).collect();
    let mut table = Table::new(whole, overview);
    let mut room = COLUMNS.saturating_sub(table.width());
    if names.iter().any(|name| name.width() > room) {
        let broken = overview.titles.iter().map(|title| title.split(' ').collect()).collect();
        table = Table::new(broken, overview);
        room = COLUMNS.saturating_sub(table.width()).max(NARROWEST_NAME);
    }
    let names: Vec<Vec<String>> = names.iter().map(|name| broken(name, room)).collect();
    table.text(&names) + &notes(input, compared)
}

/// The columns after the names'.
struct Table<'a> {
    /// Each from its last line up, so that titles stand on their columns.
    titles: Vec<Vec<&'a str>>,
    rows: Vec<&'a [String]>,
    widths: Vec<usize>,
}

impl<'a> Table<'a> {
    fn new(mut titles: Vec<Vec<&'a str>>, overview: &'a Overview) -> Table<'a> {
        titles.iter_mut().for_each(|lines| lines.reverse());
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

    fn text(&self, names: &[Vec<String>]) -> String {
        let title = "variant";
        let left = names.iter().flatten().map(|part| part.width()).fold(title.width(), usize::max);
        let mut text = String::new();
        for height in (0..self.titles.iter().map(Vec::len).max().unwrap_or(1)).rev() {
            let cells = self.titles.iter().map(|lines| lines.get(height).copied().unwrap_or(""));
            self.line(&mut text, if height == 0 { title } else { "" }, left, cells);
        }
        for (name, cells) in names.iter().zip(&self.rows) {
            for (index, part) in name.iter().enumerate() {
                let cells: &[String] = if index == 0 { cells } else { &[] };
                self.line(&mut text, part, left, cells.iter().map(String::as_str));
            }
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
fn notes(input: &Input, compared: &Comparison) -> String {
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
}
