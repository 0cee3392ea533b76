//! Files on their way to the disk, on a thread of their own: the disk is waited for while the next epochs train.

use crate::error::TrainError;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread::JoinHandle;

/// Files that are being written. Dropping it waits until they are.
pub struct Saving {
    /// `None` once the thread has ended.
    writer: Option<JoinHandle<Result<(), TrainError>>>,
}

impl Saving {
    /// Begins to `write`, above all the file at `path`.
    ///
    /// # Errors
    /// [`TrainError::Write`] where the system gives no thread for it.
    pub fn start(
        path: &Path,
        write: impl FnOnce() -> Result<(), TrainError> + Send + 'static,
    ) -> Result<Saving, TrainError> {
        let writer = std::thread::Builder::new().name("saving".to_owned()).spawn(write);
        let writer = writer.map_err(|source| TrainError::Write { path: path.to_path_buf(), source })?;
        Ok(Saving { writer: Some(writer) })
    }

    /// Whether there is nothing left to wait for.
    pub fn is_done(&self) -> bool {
        self.writer.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until the files are on the disk.
    ///
    /// # Errors
    /// [`TrainError::Write`] for one that is not.
    pub fn end(mut self) -> Result<(), TrainError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.join().unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Waits until the files are on the disk, where the training fails with `error` meanwhile. Gives that, and with it the
    /// file that could not be written either: the one may be why the other is.
    pub fn end_with(self, error: TrainError) -> TrainError {
        match self.end() {
            Ok(()) => error,
            Err(write) => TrainError::Both { error: Box::new(error), write: Box::new(write) },
        }
    }
}

impl Drop for Saving {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;
    use std::path::PathBuf;

    fn start(path: PathBuf, size: usize) -> Saving {
        Saving::start(&path.clone(), move || disk::write(&path, &vec![1; size])).unwrap()
    }

    #[test]
    fn files_are_there_when_it_ends_or_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        start(path("a"), 1 << 20).end().unwrap();
        assert_eq!(std::fs::read(path("a")).unwrap().len(), 1 << 20);
        drop(start(path("b"), 1 << 20));
        assert_eq!(std::fs::read(path("b")).unwrap().len(), 1 << 20);
    }

    #[test]
    fn one_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = start(folder.path().join("missing/a"), 1).end().unwrap_err();
        assert!(error.to_string().contains("missing"), "{error}");
    }

    #[test]
    fn a_training_that_fails_meanwhile_hides_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let end = |name: &str| {
            let saving = start(folder.path().join(name), 1);
            saving.end_with(TrainError::Memory("none left".to_owned())).to_string()
        };
        let (one, both) = (end("a"), end("missing/a"));
        assert!(one.contains("none left") && !one.contains("cannot write"), "{one}");
        assert!(both.starts_with(&format!("{one}\ncannot write ")) && both.contains("missing"), "{both}");
    }
}
