//! A file that lines are added to: what an epoch costs does not depend on how many came before.
//!
//! A program writes it whole the first time, in place of whatever stands there: a file of another run, lines that a killed
//! program had added and not yet counted, or a link. From then on it is the program's own, and only grows.

use crate::disk;
use crate::error::TrainError;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The file, and what is still to be written.
#[derive(Debug)]
pub struct Growing {
    path: PathBuf,
    pending: Vec<u8>,
    /// Bytes on the disk, once it has been written.
    written: Option<u64>,
    /// All that was ever added, to write the file anew; none: it must be as it was left.
    whole: Option<Whole>,
}

/// A file's bytes, which those that are still to be written share.
type Whole = Arc<Mutex<Vec<u8>>>;

/// What is to be written to it.
#[derive(Debug)]
pub struct Addition {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where they go; `None`: they are the whole file.
    at: Option<u64>,
    whole: Option<Whole>,
}

impl Growing {
    /// A file at `path` that begins with `start`.
    pub fn new(path: PathBuf, start: Vec<u8>) -> Growing {
        Growing { path, pending: start, written: None, whole: None }
    }

    /// The same, for a file that people read and no program: where somebody has edited or removed it, it is written anew.
    pub fn for_people(path: PathBuf, start: Vec<u8>) -> Growing {
        Growing { whole: Some(Arc::new(Mutex::new(start.clone()))), ..Growing::new(path, start) }
    }

    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        if let Some(whole) = &self.whole {
            whole.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        }
    }

    /// Takes out what is to be written, to do so before the next time.
    pub fn take(&mut self) -> Addition {
        let bytes = std::mem::take(&mut self.pending);
        let at = self.written;
        self.written = Some(at.unwrap_or(0) + bytes.len() as u64);
        Addition { path: self.path.clone(), bytes, at, whole: self.whole.clone() }
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
            Some(at) => match (add(&self.path, at, &self.bytes, synced), self.whole) {
                (Ok(()), _) => Ok(()),
                (Err(source), None) => Err(TrainError::Write { path: self.path, source }),
                (Err(_), Some(whole)) => {
                    // Without what was pushed since: that is added the next time.
                    let end = at as usize + self.bytes.len();
                    let bytes = whole.lock().unwrap_or_else(PoisonError::into_inner)[..end].to_vec();
                    disk::write(&self.path, &bytes)
                }
            },
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

    #[test]
    fn what_people_read_they_may_edit_or_remove() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timing.csv");
        let mut timing = Growing::for_people(path.clone(), b"head\n".to_vec());
        timing.take().write(true).unwrap();
        fs::write(&path, "head,with a note of mine\n").unwrap();
        timing.push(b"1\n");
        let first = timing.take();
        timing.push(b"2\n");
        first.write(true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "head\n1\n");
        timing.take().write(true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "head\n1\n2\n");
        fs::remove_file(&path).unwrap();
        timing.push(b"3\n");
        timing.take().write(true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "head\n1\n2\n3\n");
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
