//! A trained run, found by its folder, and its program.

use crate::error::Error;
use crate::progress::Progress;
use launch::Workshop;
use plan::Run;
use record::seal::{self, SealError};
use record::{RunDirectory, RunRecord};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A trained run.
pub struct Trained {
    /// Its folder.
    pub directory: RunDirectory,
    /// What was trained.
    pub run: Run,
    /// What came of it.
    pub record: RunRecord,
}

impl Trained {
    /// The run in `folder`.
    ///
    /// # Errors
    /// [`Error::Usage`] where no trained run is there, [`Error::Data`] where its files are damaged.
    pub fn open(folder: &Path) -> Result<Trained, Error> {
        let directory = RunDirectory::at(folder.to_path_buf());
        let usable = |path: &Path, error: SealError| match error {
            SealError::Damaged(_) => Error::Data(format!(
                "{} {error}; `ablate run` with the run's experiment file makes it again",
                files::shown(path)
            )),
            SealError::Read(source) if missing(&source) => Error::Usage(format!(
                "{} is not a trained run (no {}); expected a folder such as results/NAME/runs/VARIANT/seed-0 that \
                 `ablate run` has trained to its end",
                files::shown(folder),
                files::shown(path.file_name().unwrap_or_default())
            )),
            SealError::Read(source) => Error::read(path)(source),
        };
        let (record, plan, model) = (directory.record(), directory.plan(), directory.model());
        Ok(Trained {
            record: seal::read_json(&record).map_err(|error| usable(&record, error))?,
            run: seal::read_json(&plan).map_err(|error| usable(&plan, error))?,
            directory: seal::read(&model).map(|_| directory).map_err(|error| usable(&model, error))?,
        })
    }

    /// How many outputs its network has.
    pub fn logits(&self) -> usize {
        self.run.settings.network.output().size()
    }

    /// Its program, built where it is not.
    ///
    /// # Errors
    /// [`Error::Build`].
    pub fn program(&self, progress: &Progress) -> Result<PathBuf, Error> {
        let task = progress.task("building the model program");
        let network = &self.run.settings.network;
        let mut built = Workshop::of_project()?.build(&[network], &mut |step| task.build(step))?;
        Ok(built.remove(0).0)
    }
}

fn missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Threads for work on a few images: all cores.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The absolute path, so that the program finds it wherever it runs.
///
/// # Errors
/// [`Error::Read`] where there is no working directory.
pub fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::read(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Status;
    use std::fs;

    #[test]
    fn a_file_that_is_missing_or_damaged_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::at(folder.path().to_path_buf());
        let message = || {
            let error = Trained::open(folder.path()).err().unwrap();
            error.to_string().replace(&format!("{}/", folder.path().to_string_lossy()), "")
        };
        assert!(message().contains("is not a trained run (no run.json)"), "{}", message());
        let record = RunRecord {
            variant: "base".to_owned(),
            seed: 0,
            run_id: "c05a64958bd8d5fa".to_owned(),
            status: Status::Completed,
            epochs: Vec::new(),
            best_epoch: None,
            test: None,
            parameter_count: 0,
            classes: Vec::new(),
        };
        fs::write(directory.record(), seal::to_json(&record).unwrap()).unwrap();
        assert!(message().contains("is not a trained run (no plan.json)"), "{}", message());
        let plan = seal::to_json(&serde_json::json!({"experiment": "one"})).unwrap();
        fs::write(directory.plan(), &plan[1..]).unwrap();
        assert_eq!(
            message(),
            "plan.json is damaged: its content does not match its checksum; `ablate run` with the run's experiment file \
             makes it again"
        );
    }
}
