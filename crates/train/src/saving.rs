//! An epoch's files on their way to the disk, on a thread of its own: the disk is waited for while the next epoch trains.

use crate::disk;
use crate::error::TrainError;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread::JoinHandle;

/// A file to be written: where, and what is to stand there.
pub type Content = (PathBuf, Vec<u8>);

/// Files that are being written. Dropping it waits until they are.
pub struct Saving {
    /// `None` once the thread has ended.
    writer: Option<JoinHandle<Result<(), TrainError>>>,
}

impl Saving {
    /// Begins to write `files`, one after the other; what comes after one that cannot be written is not tried.
    ///
    /// # Errors
    /// [`TrainError::Write`] where the system gives no thread for it.
    pub fn start(files: Vec<Content>) -> Result<Saving, TrainError> {
        let path = files.first().map(|(path, _)| path.clone()).unwrap_or_default();
        let write = move || files.iter().try_for_each(|(path, bytes)| disk::write(path, bytes));
        let writer = std::thread::Builder::new().name("saving".to_owned()).spawn(write);
        let writer = writer.map_err(|source| TrainError::Write { path, source })?;
        Ok(Saving { writer: Some(writer) })
    }

    /// Whether there is nothing left to wait for.
    pub fn is_done(&self) -> bool {
        self.writer.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until the files are on the disk.
    ///
    /// # Errors
    /// [`TrainError::Write`] for the one that is not.
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

    #[test]
    fn files_are_there_when_it_ends_or_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let files = vec![(path("a"), vec![1; 1 << 20]), (path("b"), vec![2])];
        Saving::start(files.clone()).unwrap().end().unwrap();
        assert_eq!((std::fs::read(path("a")).unwrap().len(), std::fs::read(path("b")).unwrap()), (1 << 20, vec![2]));
        std::fs::remove_file(path("b")).unwrap();
        drop(Saving::start(files).unwrap());
        assert!(path("b").exists());
    }

    #[test]
    fn the_first_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let files = vec![(path("missing/a"), vec![1]), (path("b"), vec![2])];
        let error = Saving::start(files).unwrap().end().unwrap_err();
        assert!(error.to_string().contains("missing"), "{error}");
        assert!(!path("b").exists());
    }

    #[test]
    fn a_training_that_fails_meanwhile_hides_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let end = |name: &str| {
            let saving = Saving::start(vec![(folder.path().join(name), vec![1])]).unwrap();
            saving.end_with(TrainError::Memory("none left".to_owned())).to_string()
        };
        let (one, both) = (end("a"), end("missing/a"));
        assert!(one.contains("none left") && !one.contains("cannot write"), "{one}");
        assert!(both.starts_with(&format!("{one}\ncannot write ")) && both.contains("missing"), "{both}");
    }
}
