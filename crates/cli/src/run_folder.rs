//! The folder of a run, made ready when the run begins and not before: until then it holds what an earlier call has trained.

use crate::error::Error;
use crate::provenance::provenance;
use crate::queue::Job;
use std::fs;
use std::io::ErrorKind;
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
        if let Err(error) = fs::remove_file(&stale)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(Error::write(stale)(error));
        }
    }
    let put = |path: PathBuf, bytes: &[u8]| {
        files::write_if_changed(&path, bytes).map(drop).map_err(Error::write(path))
    };
    let plan = serde_json::to_vec_pretty(&job.run).map_err(|error| Error::write(directory.plan())(error.into()))?;
    put(directory.plan(), &plan)?;
    put(directory.source(), job.origin.model.as_bytes())?;
    put(directory.provenance(), &provenance(&job.run_id, &job.origin.file, &job.origin.sets))
}
