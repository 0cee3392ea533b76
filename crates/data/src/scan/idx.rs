//! IDX files, as MNIST and its kin come: an array of bytes after a header of big-endian numbers, images in one file and
//! labels in another, each as it is or compressed with gzip.
//!
//! The format: yann.lecun.com/exdb/mnist, "The IDX file format". Its first two bytes are 0, the third is the type of
//! the numbers (0x08: unsigned bytes), the fourth the count of dimensions, whose sizes follow.

use super::records::{self, Labelled};
use super::{Layout, ScanError};
use crate::container::{Bytes, Container, Geometry};
use crate::decode::MAX_PIXELS;
use crate::manifest::Manifest;
use flate2::read::MultiGzDecoder;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

const TRAIN: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
const TEST: [&str; 2] = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// Most bytes that a compressed file may unpack to: they are held in memory.
const MAX_UNPACKED: u64 = 2 << 30;

/// A directory of IDX files.
pub struct Idx {
    /// `0` up to the largest label of the training images.
    pub classes: Vec<String>,
    train_labels: Vec<u8>,
}

/// Whether `directory` has an IDX file.
pub fn is_in(directory: &Path) -> bool {
    [TRAIN, TEST].concat().iter().any(|name| find(directory, name).is_some())
}

impl Idx {
    /// Reads the training labels.
    pub fn open(directory: &Path) -> Result<Idx, ScanError> {
        super::check_directory(directory, Layout::Idx)?;
        let train_labels = labels(&must(directory, TRAIN[1])?)?;
        let last = train_labels.iter().max().copied().unwrap_or(0);
        Ok(Idx { classes: (0..=last).map(|label| label.to_string()).collect(), train_labels })
    }

    /// The images of `classes`.
    pub fn read(self, directory: &Path, classes: Vec<String>) -> Result<Manifest, ScanError> {
        let split = |[images, labels_name]: [&str; 2], labels| {
            let part = labelled(must(directory, images)?, labels, must(directory, labels_name)?)?;
            records::split(&[part], directory, &self.classes, &classes)
        };
        let train = split(TRAIN, self.train_labels)?;
        let test = match TEST.map(|name| find(directory, name)) {
            [None, None] => None,
            [_, _] => Some(split(TEST, labels(&must(directory, TEST[1])?)?)?),
        };
        Ok(Manifest { train, validation: None, test, classes })
    }
}

/// The file `name` of `directory`: also with a dot before `idx`, and compressed.
fn find(directory: &Path, name: &str) -> Option<PathBuf> {
    let dotted = name.replacen("-idx", ".idx", 1);
    let names = [name.to_owned(), format!("{name}.gz"), format!("{dotted}.gz"), dotted];
    names.iter().map(|name| directory.join(name)).find(|path| path.is_file())
}

fn must(directory: &Path, name: &str) -> Result<PathBuf, ScanError> {
    let missing = || ScanError::MissingFile { directory: directory.into(), name: name.into(), layout: Layout::Idx };
    find(directory, name).ok_or_else(missing)
}

fn labelled(path: PathBuf, labels: Vec<u8>, labels_path: PathBuf) -> Result<Labelled, ScanError> {
    let (bytes, length) = open(&path)?;
    let [count, height, width] = header(&path, &bytes, length, "images")?;
    let geometry = Geometry { height, width, channels: 1 };
    if geometry.len() == 0 || geometry.len() > MAX_PIXELS {
        let reason = format!("its header says that its images have {height}x{width} pixels");
        return Err(ScanError::Container { path, reason });
    }
    if labels.len() != count as usize {
        let reason = format!("has {count} images, but {} has {} labels", files::shown(&labels_path), labels.len());
        return Err(ScanError::Container { path, reason });
    }
    let container = Container { path, geometry, first: 16, stride: geometry.len(), bytes };
    Ok(Labelled { container: Arc::new(container), labels, labels_path })
}

fn labels(path: &Path) -> Result<Vec<u8>, ScanError> {
    let (bytes, length) = open(path)?;
    let [count] = header(path, &bytes, length, "labels")?;
    let mut labels = vec![0; count as usize];
    bytes.read_at(8, &mut labels).map_err(|error| unreadable(path, &error))?;
    Ok(labels)
}

/// The sizes of the dimensions; the rest of the file is as long as they say.
fn header<const D: usize>(path: &Path, bytes: &Bytes, length: u64, what: &str) -> Result<[u32; D], ScanError> {
    let bad = |reason: String| Err(ScanError::Container { path: path.into(), reason });
    let header_length = 4 + 4 * D;
    if length < header_length as u64 {
        return bad(format!("has {length} bytes; the header of an IDX file of {what} alone takes {header_length}"));
    }
    let word = |index: usize| {
        let mut word = [0; 4];
        bytes.read_at(4 * index as u64, &mut word).map_err(|error| unreadable(path, &error))?;
        Ok(u32::from_be_bytes(word))
    };
    let (magic, expected) = (word(0)?, 0x0800 + D as u32);
    if magic != expected {
        return bad(format!("begins with 0x{magic:08x}; an IDX file of {what} begins with 0x{expected:08x}"));
    }
    let mut sizes = [0; D];
    for (index, size) in sizes.iter_mut().enumerate() {
        *size = word(index + 1)?;
    }
    let needed = sizes.iter().try_fold(1_u64, |product, &size| product.checked_mul(u64::from(size)));
    let held = length - header_length as u64;
    let said = sizes.map(|size| size.to_string()).join("x");
    match needed {
        Some(0) => bad(format!("its header says that it has {said} bytes of {what}: none")),
        Some(needed) if needed == held => Ok(sizes),
        _ => bad(format!("has {held} bytes of {what}, but its header says {said}")),
    }
}

/// The bytes of a file, unpacked where their beginning says that it is compressed, and how many there are.
fn open(path: &Path) -> Result<(Bytes, u64), ScanError> {
    let failed = |error: std::io::Error| unreadable(path, &error);
    let disk = |file| Bytes::Disk(Mutex::new(file));
    let file = fs::File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let file = disk(file);
    let mut signature = [0; 2];
    if length < 2 || file.read_at(0, &mut signature).map_err(failed).map(|()| signature)? != [0x1F, 0x8B] {
        return Ok((file, length));
    }
    let bad = |reason: String| ScanError::Container { path: path.into(), reason };
    let mut unpacked = Vec::new();
    let packed = fs::File::open(path).map_err(failed)?;
    MultiGzDecoder::new(packed)
        .take(MAX_UNPACKED + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| bad(format!("cannot be unpacked: {error}")))?;
    let length = unpacked.len() as u64;
    if length > MAX_UNPACKED {
        return Err(bad("takes more than 2 GiB of memory unpacked: unpack it with gunzip".to_owned()));
    }
    Ok((Bytes::Memory(unpacked), length))
}

fn unreadable(path: &Path, error: &std::io::Error) -> ScanError {
    ScanError::Container { path: path.into(), reason: format!("cannot be read: {error}") }
}

#[cfg(test)]
mod tests;
