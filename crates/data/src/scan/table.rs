//! A CSV file that lists images: a row for each, with its path, its label and, where the plan does not split them, its
//! split.

use super::{ScanError, names};
use crate::file::File;
use crate::manifest::{Manifest, Split};
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use files::shown;
use plan::{DataPlan, OnError};
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// The rows of a file.
pub struct Table {
    path: PathBuf,
    rows: Vec<Row>,
    /// The labels, sorted.
    pub classes: Vec<String>,
    /// Whether there is a column `split`.
    has_splits: bool,
}

struct Row {
    line: u64,
    path: String,
    label: String,
    /// Index of its split: train, validation, test.
    split: usize,
}

/// Line and what is wrong there.
pub type Fault = (u64, String);

impl Table {
    /// Reads the file, but looks at no image.
    pub fn open(path: &Path) -> Result<Table, ScanError> {
        let whole = |reason: String| ScanError::Table { path: path.into(), faults: vec![(1, reason)] };
        let bytes = fs::read(path).map_err(|source| ScanError::Unreadable { path: path.into(), source })?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
        let header = reader.headers().map_err(|error| whole(explain(&error)))?.clone();
        let column = |name: &str| header.iter().position(|column| column == name);
        let found = if header.is_empty() {
            "nothing".to_owned()
        } else {
            files::shown(&header.iter().collect::<Vec<_>>().join(",")).to_string()
        };
        let lacks = |name: &str| {
            whole(format!("lacks the column `{name}`; expected the header path,label,split, found {found}"))
        };
        if let Some(twice) = ["path", "label", "split"]
            .into_iter()
            .find(|name| header.iter().filter(|column| column == name).count() > 1)
        {
            return Err(whole(format!("has the column `{twice}` twice; which of them is meant?")));
        }
        let path_column = column("path").ok_or_else(|| lacks("path"))?;
        let label_column = column("label").ok_or_else(|| lacks("label"))?;
        let split_column = column("split");

        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        let mut lines: HashMap<String, u64> = HashMap::new();
        for record in reader.records() {
            let row = record.map_err(|error| (line_of(&error), explain(&error))).and_then(|record| {
                let line = record.position().map_or(0, csv::Position::line);
                row(&record, line, [Some(path_column), Some(label_column), split_column]).map_err(|what| (line, what))
            });
            match row {
                Ok(row) => match lines.insert(row.path.clone(), row.line) {
                    Some(first) => {
                        faults.push((row.line, format!("{} stands in line {first} already", files::shown(&row.path))))
                    }
                    None => rows.push(row),
                },
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(ScanError::Table { path: path.into(), faults });
        }
        if rows.is_empty() {
            return Err(whole("lists no image".to_owned()));
        }
        let classes: BTreeSet<&String> = rows.iter().map(|row| &row.label).collect();
        let classes = classes.into_iter().cloned().collect();
        Ok(Table { path: path.into(), rows, classes, has_splits: split_column.is_some() })
    }

    /// Whether a row is a validation image.
    pub fn has_validation(&self) -> bool {
        self.rows.iter().any(|row| row.split == 1)
    }

    /// The images of `classes`, by class, then by path as it is written; those without a split as training images.
    /// Paths start at `plan.directory`.
    pub fn read(self, plan: &DataPlan, classes: Vec<String>) -> Result<Manifest, ScanError> {
        match (self.has_splits, &plan.source.split) {
            (true, Some(_)) => return Err(ScanError::SplitTwice { place: self.path }),
            (false, None) => return Err(ScanError::NoSplit { path: self.path }),
            (true, None) | (false, Some(_)) => {}
        }
        let mut faults = Vec::new();
        let mut rows: Vec<(usize, &Row)> = Vec::new();
        for row in &self.rows {
            let Some(class) = classes.iter().position(|class| *class == row.label) else { continue };
            let path = plan.directory.join(&row.path);
            // One that may be left out is named later, with the others that cannot be read.
            if plan.on_error == OnError::Refuse && !path.is_file() {
                faults.push((row.line, format!("there is no file {}", files::shown(&path))));
            }
            rows.push((class, row));
        }
        if !faults.is_empty() {
            return Err(ScanError::Table { path: self.path, faults });
        }
        rows.sort_by(|(class, row), (other_class, other)| (class, &row.path).cmp(&(other_class, &other.path)));
        let split = |index: usize| {
            let rows = rows.iter().filter(|(_, row)| row.split == index);
            let files = rows.map(|(class, row)| File::new(plan.directory.join(&row.path), *class as u32)).collect();
            Split { folder: plan.directory.clone(), files, passed_over: 0 }
        };
        let there = |split: Split| (!split.files.is_empty()).then_some(split);
        let [train, validation, test] = [0, 1, 2].map(split);
        Ok(Manifest { train, validation: there(validation), test: there(test), classes })
    }
}

fn row(record: &StringRecord, line: u64, columns: [Option<usize>; 3]) -> Result<Row, String> {
    let [path, label, split] = columns.map(|column| column.and_then(|column| record.get(column)));
    let filled = |cell: Option<&str>, name: &str| match cell {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("the cell `{name}` is empty")),
    };
    let split = match split {
        None => 0,
        Some(name) => names::split(name)
            .ok_or_else(|| format!("`split` cannot be \"{}\"; expected train, validation or test", shown(name)))?,
    };
    Ok(Row { line, path: filled(path, "path")?, label: filled(label, "label")?, split })
}

fn line_of(error: &csv::Error) -> u64 {
    error.position().map_or(0, csv::Position::line)
}

fn explain(error: &csv::Error) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} cells, and the header has {expected_len}")
        }
        ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
