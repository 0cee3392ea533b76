//! What can go wrong with a report.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file could not be written; the one that was there is as it was.
    #[error("cannot write {path}: {source}{}", files::advice(source), path = files::shown(path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
    /// A run is of a variant that the experiment does not have.
    #[error("a run of variant {variant:?} (seed {seed}) was given, but experiment {experiment:?} has no such variant")]
    UnknownVariant {
        /// The experiment.
        experiment: String,
        /// The run's variant.
        variant: String,
        /// The run's seed.
        seed: u64,
    },
    /// Two runs are of the same variant and seed.
    #[error("two runs of variant {variant:?} with seed {seed} were given; each may be there once")]
    DuplicateRun {
        /// The variant.
        variant: String,
        /// The seed.
        seed: u64,
    },
    /// The rows cannot be read back as they were written, as when two metrics have one name.
    #[error("{file} would not read back: {source}")]
    Rows {
        /// The file's name.
        file: &'static str,
        /// Why.
        source: record::CsvError,
    },
    /// A plot could not be drawn or encoded.
    #[error("cannot draw {plot}: {reason}")]
    Draw {
        /// The plot's name.
        plot: &'static str,
        /// Why.
        reason: String,
    },
}
