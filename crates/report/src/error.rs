//! What can go wrong with a report.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file could not be written; the one that was there is as it was.
    #[error("cannot write {path}: {source}{}", hint(source), path = path.display())]
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

/// What a person can do about it.
fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; the results folder is not writable: choose another with --out, or allow writing to it"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; the disk is full: free some space and run again, finished runs are kept"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "; a file stands where a results folder should be: move it away, or choose another folder with --out"
        }
        // The rest of the standard library's list speaks for itself.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_says_what_to_do() {
        let message = |kind: io::ErrorKind| {
            let path = PathBuf::from("results/x/epochs.csv");
            ReportError::Write { path, source: kind.into() }.to_string()
        };
        assert_eq!(
            message(io::ErrorKind::StorageFull),
            "cannot write results/x/epochs.csv: no storage space; the disk is full: free some space and run again, \
             finished runs are kept"
        );
        assert_eq!(
            message(io::ErrorKind::PermissionDenied),
            "cannot write results/x/epochs.csv: permission denied; the results folder is not writable: choose another \
             with --out, or allow writing to it"
        );
        assert_eq!(message(io::ErrorKind::Other), "cannot write results/x/epochs.csv: other error");
    }
}
