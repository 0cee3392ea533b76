//! A trained run, found by its folder, and its program.

use crate::error::Error;
use crate::progress::Progress;
use launch::Workshop;
use plan::Run;
use record::{RunDirectory, RunRecord};
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
    /// [`Error::Usage`] where no trained run is there.
    pub fn open(folder: &Path) -> Result<Trained, Error> {
        let directory = RunDirectory::at(folder.to_path_buf());
        let missing = || {
            Error::Usage(format!(
                "{} is no trained run: expected a folder such as results/NAME/runs/VARIANT/seed-0 \
                 that `ablate run` has trained to its end",
                folder.display()
            ))
        };
        let read = |path: PathBuf| std::fs::read(path).map_err(|_| missing());
        let run = serde_json::from_slice(&read(directory.plan())?).map_err(|_| missing())?;
        let record = serde_json::from_slice(&read(directory.record())?).map_err(|_| missing())?;
        if !directory.model().is_file() {
            return Err(missing());
        }
        Ok(Trained { directory, run, record })
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
