//! The folder of a run, made ready when the run begins and not before: until then it holds what an earlier call has trained.

use crate::error::Error;
use crate::last_state;
use crate::provenance::provenance;
use crate::queue::Job;
use plan::Run;
use record::{RunDirectory, seal};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// What a reader of a run's folder finds beside what the program writes there.
pub struct Origin {
    /// The generated model.
    pub model: String,
    /// The experiment file.
    pub file: PathBuf,
    /// What `--set` changed in it.
    pub sets: Vec<String>,
}

/// Makes the folder of `job` ready: what is stale goes, what a reader needs comes.
///
/// # Errors
/// [`Error::Write`].
pub fn lay_out(job: &Job) -> Result<(), Error> {
    let directory = &job.directory;
    let folder = directory.path();
    fs::create_dir_all(folder).map_err(Error::write(folder))?;
    for stale in [directory.record(), directory.model()] {
        absent(fs::remove_file(&stale)).map_err(Error::write(stale))?;
    }
    if job.directory != job.place {
        last_state::lend(&job.place, directory, &job.run)?;
    }
    let put = |path: PathBuf, bytes: &[u8]| files::write_if_changed(&path, bytes).map(drop).map_err(Error::write(path));
    put_plan(directory, &job.run)?;
    put(directory.source(), job.origin.model.as_bytes())?;
    put(directory.provenance(), &provenance(&job.run_id, &job.origin.file, &job.origin.sets))
}

/// Writes what is trained, for `predict` and `explain`.
///
/// # Errors
/// [`Error::Write`].
pub fn put_plan(directory: &RunDirectory, run: &Run) -> Result<(), Error> {
    let path = directory.plan();
    let plan = seal::to_json(run).map_err(|error| Error::write(&path)(error.into()))?;
    files::write_if_changed(&path, &plan).map(drop).map_err(Error::write(path))
}

/// What was done with a file; one that is not there needs nothing done.
///
/// # Errors
/// All others.
pub fn absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
