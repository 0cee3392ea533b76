//! CSV text to and from cells: what the files of a result set have in common. LF ends a line; a cell is quoted where a
//! comma, quote or line break in it asks for that; an empty cell is a missing value; what a spreadsheet would run as a
//! formula has an apostrophe before it.

use crate::formula::{guard, unguard};
use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use std::str::FromStr;
use thiserror::Error;

/// Why a text is not the result file it should be.
#[derive(Debug, Error)]
pub enum CsvError {
    /// The first line is another file's.
    #[error("line 1: column {index} is {found:?}, expected {expected:?}")]
    Header {
        /// Counted from 1.
        index: usize,
        /// What stands there; empty where the line ends before.
        found: String,
        /// What should.
        expected: String,
    },
    /// A cell does not hold what its column holds.
    #[error("line {line}: {column} is {value:?}, expected {expected}")]
    Cell {
        /// Counted from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
    /// A merge was left half done.
    #[error("line {line}: a conflict marker of Git stands there ({marker:?}): choose one of the two sides")]
    Conflict {
        /// Counted from 1.
        line: u64,
        /// The marker.
        marker: &'static str,
    },
    /// A row is too long or too short.
    #[error("line {line}: {found} cells, expected {expected} as in line 1")]
    Cells {
        /// Counted from 1.
        line: u64,
        /// How many cells the row has.
        found: u64,
        /// How many the header has.
        expected: u64,
    },
    /// The last line does not end.
    #[error("line {line}: the file ends in the middle of the line")]
    Cut {
        /// Counted from 1.
        line: u64,
    },
    /// A line holds bytes that are not UTF-8.
    #[error("line {line}: bytes that are not UTF-8 text")]
    NotText {
        /// Counted from 1.
        line: u64,
    },
    /// The reader refuses the text for another reason.
    #[error(transparent)]
    Malformed(csv::Error),
}

/// The text of a table. Every row has as many cells as the header.
pub fn render(header: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    let written = writer
        .write_record(header)
        .and_then(|()| rows.into_iter().try_for_each(|row| writer.write_record(row.into_iter().map(guard))));
    // A Vec takes every byte, so only a row of another length than the header could fail: a mistake of the caller's.
    written.expect("rows as long as the header");
    let bytes = writer.into_inner().expect("a Vec takes every byte");
    String::from_utf8(bytes).expect("cells are UTF-8")
}

/// A table that was read: its header and rows, cell by cell.
pub(crate) struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

impl Table {
    pub fn parse(text: &str) -> Result<Table, CsvError> {
        whole(text)?;
        let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        let rows =
            reader.records().map(|record| record.map(|cells| Row::new(cells, &header))).collect::<Result<_, _>>()?;
        Ok(Table { header, rows })
    }

    /// Checks the columns from `start` on against `expected`.
    pub fn expect(&self, start: usize, expected: &[&str]) -> Result<(), CsvError> {
        for (offset, expected) in expected.iter().enumerate() {
            let found = self.header.get(start + offset).map_or("", String::as_str);
            if found != *expected {
                let (found, expected) = (found.to_owned(), (*expected).to_owned());
                return Err(CsvError::Header { index: start + offset + 1, found, expected });
            }
        }
        Ok(())
    }
}

/// How the lines begin that Git leaves around the two sides of a conflict. No name begins so and is alone in a line.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Checks what the rows themselves do not show: that nobody has left a merge half done, and that the end is there.
fn whole(text: &str) -> Result<(), CsvError> {
    for (line, number) in text.lines().zip(1..) {
        if let Some(marker) = MARKERS.into_iter().find(|marker| line.starts_with(marker) && !line.contains(',')) {
            return Err(CsvError::Conflict { line: number, marker });
        }
    }
    // A number that is cut short is another number.
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(CsvError::Cut { line: text.lines().count() as u64 });
    }
    Ok(())
}

impl From<csv::Error> for CsvError {
    fn from(error: csv::Error) -> CsvError {
        match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => CsvError::Cells {
                line: pos.as_ref().map_or(0, csv::Position::line),
                found: *len,
                expected: *expected_len,
            },
            _ => CsvError::Malformed(error),
        }
    }
}

/// A row of a table.
pub(crate) struct Row {
    line: u64,
    cells: Vec<(String, String)>,
}

impl Row {
    fn new(cells: StringRecord, header: &[String]) -> Row {
        let line = cells.position().map_or(0, csv::Position::line);
        Row { line, cells: header.iter().cloned().zip(cells.iter().map(|cell| unguard(cell).to_owned())).collect() }
    }

    /// The text of a column; empty where there is no such column.
    pub fn text(&self, column: &str) -> &str {
        self.cells.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value)
    }

    /// Cells from the `start`th on.
    pub fn tail(&self, start: usize) -> Vec<String> {
        self.cells.iter().skip(start).map(|(_, value)| value.clone()).collect()
    }

    /// The value of a column that is never empty.
    pub fn value<T: FromStr>(&self, column: &str, expected: &'static str) -> Result<T, CsvError> {
        self.text(column).parse().map_err(|_| self.wrong(column, expected))
    }

    /// The value of a column; `None` where the cell is empty.
    pub fn optional<T: FromStr>(&self, column: &str, expected: &'static str) -> Result<Option<T>, CsvError> {
        if self.text(column).is_empty() { Ok(None) } else { self.value(column, expected).map(Some) }
    }

    pub fn wrong(&self, column: &str, expected: &'static str) -> CsvError {
        let (column, value) = (column.to_owned(), self.text(column).to_owned());
        CsvError::Cell { line: self.line, column, value, expected }
    }
}
