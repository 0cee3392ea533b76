//! A file that lines are added to: what an epoch costs does not depend on how many came before.
//!
//! A program writes it whole the first time, in place of whatever stands there: a file of another run, lines that a killed
//! program had added and not yet counted, or a link. From then on it is the program's own, and only grows.

use crate::disk;
use crate::error::TrainError;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file, and what is still to be written.
#[derive(Debug)]
pub struct Growing {
    path: PathBuf,
    pending: Vec<u8>,
    /// Bytes on the disk, once it has been written.
    written: Option<u64>,
}

/// What is to be written to it.
#[derive(Debug)]
pub struct Addition {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where they go; `None`: they are the whole file.
    at: Option<u64>,
}

impl Growing {
    /// A file at `path` that begins with `start`.
    pub fn new(path: PathBuf, start: Vec<u8>) -> Growing {
        Growing { path, pending: start, written: None }
    }

    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// Takes out what is to be written, to do so before the next time.
    pub fn take(&mut self) -> Addition {
        let bytes = std::mem::take(&mut self.pending);
        let at = self.written;
        self.written = Some(at.unwrap_or(0) + bytes.len() as u64);
        Addition { path: self.path.clone(), bytes, at }
    }
}

impl Addition {
    /// Writes it and, where it is to be `synced`, waits until it is on the disk.
    ///
    /// # Errors
    /// [`TrainError::Write`]; then another program finds a file that it does not go on from.
    pub fn write(self, synced: bool) -> Result<(), TrainError> {
        match self.at {
            None => disk::write(&self.path, &self.bytes),
            Some(at) => add(&self.path, at, &self.bytes, synced)
                .map_err(|source| TrainError::Write { path: self.path.clone(), source }),
        }
    }
}

fn add(path: &Path, at: u64, bytes: &[u8], synced: bool) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut file = OpenOptions::new().append(true).open(path)?;
    if file.metadata()?.len() != at {
        return Err(io::Error::other("something else has written to it meanwhile; run again"));
    }
    file.write_all(bytes)?;
    if synced { file.sync_data() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_first_time_it_is_written_whole_and_then_it_grows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        fs::write(&path, "of another run, and longer").unwrap();
        let mut rows = Growing::new(path.clone(), b"a\n".to_vec());
        for (added, whole) in [("b\n", "a\nb\n"), ("", "a\nb\n"), ("c\n", "a\nb\nc\n")] {
            rows.push(added.as_bytes());
            rows.take().write(true).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), whole);
        }
        fs::write(&path, "a\nb\n").unwrap();
        rows.push(b"d\n");
        let error = rows.take().write(false).unwrap_err().to_string();
        assert!(error.contains("rows: something else has written to it"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn it_is_not_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, precious) = (folder.path().join("rows"), folder.path().join("precious"));
        fs::write(&precious, "all my work").unwrap();
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        let mut rows = Growing::new(path.clone(), Vec::new());
        for _ in 0..2 {
            rows.push(b"a\n");
            rows.take().write(false).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\na\n");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "all my work");
    }
}
