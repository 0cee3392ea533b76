//! What `runs.csv` and `epochs.csv` tell of runs that earlier calls have trained, read together.
//!
//! Both are reviewed, merged and edited like source, so they may be damaged like source: by conflict markers, by half a
//! merge, by an editor. Rows that cannot be understood are never dropped: the error names file and line.

use crate::epochs_csv::{self, EpochRow};
use crate::run::RunRecord;
use crate::runs_csv::{self, RunRow, RunsTable};
use crate::table::CsvError;
use crate::{Epoch, ExperimentDirectory};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// The rows of both files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earlier {
    /// The metrics, in file order, without `loss`.
    pub metrics: Vec<String>,
    /// The swept paths, in file order.
    pub swept_paths: Vec<String>,
    /// The runs, in file order.
    pub runs: Vec<EarlierRun>,
}

/// A run as the files tell of it. Class names are in neither.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierRun {
    /// Its rows.
    pub record: RunRecord,
    /// The value at each of the swept paths.
    pub swept: Vec<String>,
    row: RunRow,
    line: u64,
}

/// Why the files cannot be relied on.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}\n{ADVICE}", path = files::shown(.path))]
pub struct EarlierError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, and in which line.
    pub reason: Reason,
}

const ADVICE: &str = "Fix the file, restore it (`git checkout` gives the committed one), or move it away together with the \
    other .csv files; nothing was changed.";

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    Read(io::Error),
    /// Its text is not such a table.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// Two rows are of the same run, or of the same epoch of a run.
    #[error("line {line}: a second row of {what}")]
    Twice {
        /// Counted from 1.
        line: u64,
        /// The run, or its epoch.
        what: String,
    },
    /// A row that the other file contradicts.
    #[error("line {line}: {} seed {seed} has other epochs in epochs.csv", files::shown(.variant))]
    Disagree {
        /// Counted from 1.
        line: u64,
        /// The run's variant.
        variant: String,
        /// The run's seed.
        seed: u64,
    },
    /// Rows of epochs whose run is not in `runs.csv`.
    #[error("line {line}: {} seed {seed} has no row in runs.csv (--prune removes such epochs)", files::shown(.variant))]
    Stray {
        /// Counted from 1.
        line: u64,
        /// The run's variant.
        variant: String,
        /// The run's seed.
        seed: u64,
    },
}

impl Earlier {
    /// Reads both files of a results folder; one that is not there has no rows. With `strays`, epochs whose run is not in
    /// `runs.csv` are left out.
    ///
    /// # Errors
    /// [`EarlierError`] for the first thing that is wrong.
    pub fn read(directory: &ExperimentDirectory, strays: bool) -> Result<Earlier, EarlierError> {
        let (runs_path, epochs_path) = (directory.runs_csv(), directory.epochs_csv());
        let table = match text(&runs_path)? {
            Some(text) => runs_csv::parse(&text).map_err(wrong(&runs_path))?,
            // Its epochs, where there are some, are strays.
            None => RunsTable::default(),
        };
        let rows = match text(&epochs_path)? {
            Some(text) => epochs_csv::parse(&text).map_err(wrong(&epochs_path))?.1,
            None => Vec::new(),
        };
        let mut lines = HashMap::new();
        for (row, line) in table.rows.iter().zip(2..) {
            if lines.insert((row.variant.clone(), row.seed), line).is_some() {
                let what = format!("{} seed {}", files::shown(&row.variant), row.seed);
                return Err(wrong(&runs_path)(Reason::Twice { line, what }));
            }
        }
        let mut epochs: HashMap<(String, u64), Vec<Epoch>> = HashMap::new();
        for (EpochRow { variant, seed, epoch }, line) in rows.into_iter().zip(2..) {
            if !lines.contains_key(&(variant.clone(), seed)) {
                if strays {
                    continue;
                }
                return Err(wrong(&epochs_path)(Reason::Stray { line, variant, seed }));
            }
            let what = format!("{} seed {seed} epoch {}", files::shown(&variant), epoch.epoch);
            let of_run = epochs.entry((variant, seed)).or_default();
            if of_run.iter().any(|other| other.epoch == epoch.epoch) {
                return Err(wrong(&epochs_path)(Reason::Twice { line, what }));
            }
            of_run.push(epoch);
        }
        let runs = table.rows.into_iter().zip(2..).map(|(row, line)| {
            let of_run = epochs.remove(&(row.variant.clone(), row.seed)).unwrap_or_default();
            EarlierRun { record: row.with_epochs(of_run), swept: row.swept.clone(), row, line }
        });
        Ok(Earlier { metrics: table.metrics, swept_paths: table.swept_paths, runs: runs.collect() })
    }
}

impl EarlierRun {
    /// Checks that the row of the run and those of its epochs tell the same. A call that was killed between the two files
    /// leaves rows that do not, and then the run itself is on this machine; without it, there is nothing else to go by.
    ///
    /// # Errors
    /// [`EarlierError`].
    pub fn check(&self, directory: &ExperimentDirectory) -> Result<(), EarlierError> {
        let of_epochs = RunRow::new(&self.record, self.swept.clone());
        // As text: a number that is not finite differs from itself.
        let told = |row: &RunRow| format!("{:?}", (row.epochs_run, &row.best_validation));
        let first = self.record.epochs.first().map_or(1, |epoch| epoch.epoch);
        let in_order = self.record.epochs.iter().zip(first..).all(|(epoch, number)| epoch.epoch == number);
        if in_order && first <= 1 && told(&of_epochs) == told(&self.row) {
            return Ok(());
        }
        let RunRow { variant, seed, .. } = self.row.clone();
        Err(wrong(&directory.runs_csv())(Reason::Disagree { line: self.line, variant, seed }))
    }
}

/// The text of a file; `None` where there is none.
fn text(path: &Path) -> Result<Option<String>, EarlierError> {
    let read = || match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => std::fs::read(path).map(Some),
        Ok(_) => Err(io::Error::other("something that is not a file stands there")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let Some(bytes) = read().map_err(Reason::Read).map_err(wrong(path))? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        CsvError::NotText { line: 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64 }
    });
    text.map(Some).map_err(wrong(path))
}

fn wrong<R: Into<Reason>>(path: &Path) -> impl FnOnce(R) -> EarlierError {
    let path = path.to_path_buf();
    |reason| EarlierError { path, reason: reason.into() }
}
