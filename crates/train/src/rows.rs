//! `epochs.jsonl`: a line for each epoch that is done, beside the checkpoint, so that a checkpoint costs the same after
//! the thousandth epoch as after the first.
//!
//! Lines are on the disk before the checkpoint that counts them. It names how many bytes count and their hash; what
//! follows them was added by a program that was killed before its next checkpoint, and is dropped.

use crate::growing::{Addition, Growing};
use crate::timing::Timing;
use record::Epoch;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// What a line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The epoch's row.
    pub row: Epoch,
    /// How long it took.
    pub timing: Timing,
}

/// How much of the file a checkpoint counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Bytes from the beginning.
    pub bytes: u64,
    /// Their BLAKE3 hash.
    pub blake3: String,
}

/// Why the counted lines cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The system's reason.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// They are not what the checkpoint counted.
    #[error("{0}")]
    Damaged(String),
}

/// The file, to be added to.
#[derive(Debug)]
pub struct Rows {
    file: Growing,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Rows {
    /// A file without lines.
    pub fn new(path: PathBuf) -> Rows {
        Rows { file: Growing::new(path, Vec::new()), hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// The file at `path` with the lines that were `counted`, and these.
    ///
    /// # Errors
    /// [`RowsError`].
    pub fn read(path: &Path, counted: &Counted) -> Result<(Rows, Vec<Line>), RowsError> {
        let mut bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(RowsError::Damaged("it is missing".to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        if (bytes.len() as u64) < counted.bytes {
            return Err(RowsError::Damaged("it has lost its end".to_owned()));
        }
        bytes.truncate(counted.bytes as usize);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&bytes);
        if hasher.finalize().to_hex().as_str() != counted.blake3 {
            return Err(RowsError::Damaged("its content does not match its checksum".to_owned()));
        }
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(serde_json::from_slice);
        let lines = lines.collect::<Result<_, _>>().map_err(|error| RowsError::Damaged(error.to_string()))?;
        Ok((Rows { bytes: counted.bytes, file: Growing::new(path.to_path_buf(), bytes), hasher }, lines))
    }

    /// Adds a line.
    ///
    /// # Errors
    /// Where JSON cannot hold it.
    pub fn push(&mut self, line: &Line) -> serde_json::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.hasher.update(&bytes);
        self.bytes += bytes.len() as u64;
        self.file.push(&bytes);
        Ok(())
    }

    /// All lines.
    pub fn counted(&self) -> Counted {
        Counted { bytes: self.bytes, blake3: self.hasher.finalize().to_hex().to_string() }
    }

    /// Takes out what is to be written, as `Growing::take` does.
    pub fn take(&mut self) -> Addition {
        self.file.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Measures;
    use std::fs;

    fn line(epoch: u32) -> Line {
        let train = Some(Measures { loss: 1.0 / f64::from(epoch), metrics: vec![("accuracy".into(), f64::NAN)] });
        let timing = Timing {
            epoch,
            train_s: 0.1 + 0.2,
            validation_s: 0.0,
            train_images_per_s: 1.0,
            threads: 2,
            device: "cpu".into(),
        };
        Line { row: Epoch { epoch, learning_rate: 1e-4, train, validation: None }, timing }
    }

    fn epochs(lines: &[Line]) -> Vec<u32> {
        lines.iter().map(|line| line.row.epoch).collect()
    }

    #[test]
    fn lines_that_no_checkpoint_counts_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("epochs.jsonl");
        let mut rows = Rows::new(path.clone());
        rows.push(&line(1)).unwrap();
        rows.push(&line(2)).unwrap();
        let counted = rows.counted();
        rows.push(&line(3)).unwrap();
        rows.take().write(true).unwrap();
        let whole = fs::read(&path).unwrap();
        // All of the line, some of it, none of it.
        for length in [whole.len(), whole.len() - 1, counted.bytes as usize + 1, counted.bytes as usize] {
            fs::write(&path, &whole[..length]).unwrap();
            let (mut rows, lines) = Rows::read(&path, &counted).unwrap();
            assert_eq!(epochs(&lines), [1, 2]);
            assert_eq!(lines[1].timing, line(2).timing);
            rows.push(&line(3)).unwrap();
            rows.take().write(true).unwrap();
            assert_eq!(fs::read(&path).unwrap(), whole, "{length}");
        }
    }

    #[test]
    fn lines_with_any_flipped_bit_or_without_their_end_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("epochs.jsonl");
        let mut rows = Rows::new(path.clone());
        let none = rows.counted();
        rows.push(&line(1)).unwrap();
        let counted = rows.counted();
        rows.take().write(true).unwrap();
        let whole = fs::read(&path).unwrap();
        for bit in (0..whole.len() * 8).step_by(5) {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, bytes).unwrap();
            assert!(matches!(Rows::read(&path, &counted), Err(RowsError::Damaged(_))), "bit {bit}");
        }
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(Rows::read(&path, &counted).unwrap_err().to_string(), "it has lost its end");
        fs::remove_file(&path).unwrap();
        assert_eq!(Rows::read(&path, &counted).unwrap_err().to_string(), "it is missing");
        fs::write(&path, "").unwrap();
        assert!(Rows::read(&path, &none).unwrap().1.is_empty());
    }
}
