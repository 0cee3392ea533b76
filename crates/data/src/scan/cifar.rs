//! The binary versions of CIFAR-10 and CIFAR-100: records of a label (CIFAR-100: a coarse and a fine one) and 32x32
//! pixels, a plane each of red, green and blue.
//!
//! The format: cs.toronto.edu/~kriz/cifar.html, "Binary version".

use super::records::{self, Labelled};
use super::{Layout, ScanError};
use crate::container::{Bytes, Container, Geometry};
use crate::manifest::Manifest;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

const GEOMETRY: Geometry = Geometry { height: 32, width: 32, channels: 3 };

/// What tells the two apart.
pub struct Version {
    layout: Layout,
    /// The name of training file `n`, from 1.
    train: fn(usize) -> Option<String>,
    test: &'static str,
    /// The file of class names, one a line.
    names: &'static str,
    /// How many classes there are where that file is not.
    classes: usize,
    /// Bytes of label before the pixels, the last of which counts.
    labels: u64,
}

pub const CIFAR10: Version = Version {
    layout: Layout::Cifar10,
    train: |n| Some(format!("data_batch_{n}.bin")),
    test: "test_batch.bin",
    names: "batches.meta.txt",
    classes: 10,
    labels: 1,
};

pub const CIFAR100: Version = Version {
    layout: Layout::Cifar100,
    train: |n| (n == 1).then(|| "train.bin".to_owned()),
    test: "test.bin",
    names: "fine_label_names.txt",
    classes: 100,
    labels: 2,
};

/// A directory of CIFAR's files.
pub struct Cifar {
    version: &'static Version,
    /// From the file of names where it is there, else numbers.
    pub classes: Vec<String>,
}

impl Version {
    /// Whether `directory` has training images of this version.
    pub fn is_in(&self, directory: &Path) -> bool {
        (self.train)(1).is_some_and(|name| directory.join(name).is_file())
    }
}

/// The training batches of CIFAR-10 that `directory` lacks: it may be a part of the set that is meant, or the rest of a
/// download.
pub(crate) fn missing_batches(directory: &Path) -> Vec<String> {
    const BATCHES: usize = 5;
    let names = (1..=BATCHES).filter_map(CIFAR10.train);
    names.filter(|name| !directory.join(name).is_file()).collect()
}

/// Python's pickles, the other version of CIFAR, are not read; where they are there, they are what is meant.
pub fn check_not_pickled(directory: &Path) -> Result<(), ScanError> {
    let pickled =
        ["data_batch_1", "batches.meta"].map(|name| directory.join(name)).into_iter().find(|path| path.is_file());
    pickled.map_or(Ok(()), |path| Err(ScanError::Pickled { path }))
}

impl Cifar {
    pub fn open(directory: &Path, version: &'static Version) -> Result<Cifar, ScanError> {
        super::check_directory(directory, version.layout)?;
        let path = directory.join(version.names);
        if !path.is_file() {
            return Ok(Cifar { version, classes: (0..version.classes).map(|label| label.to_string()).collect() });
        }
        let bad = |reason: String| ScanError::Container { path: path.clone(), reason };
        let text = fs::read_to_string(&path).map_err(|error| bad(format!("cannot be read: {error}")))?;
        let classes: Vec<String> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        match (1..classes.len()).find(|&index| classes[..index].contains(&classes[index])) {
            Some(index) => Err(bad(format!("names the class \"{}\" twice", classes[index]))),
            None if classes.is_empty() => Err(bad("lists no class".to_owned())),
            None => Ok(Cifar { version, classes }),
        }
    }

    /// The images of `classes`.
    pub fn read(self, directory: &Path, classes: Vec<String>) -> Result<Manifest, ScanError> {
        let split = |paths: &[PathBuf]| {
            let parts: Vec<Labelled> =
                paths.iter().map(|path| labelled(path, self.version)).collect::<Result<_, _>>()?;
            records::split(&parts, directory, &self.classes, &classes)
        };
        let train = split(&self.train_files(directory)?)?;
        let test = directory.join(self.version.test);
        let test = if test.is_file() { Some(split(&[test])?) } else { None };
        Ok(Manifest { train, validation: None, test, classes })
    }

    /// The training files, none of which may be missing before the last.
    fn train_files(&self, directory: &Path) -> Result<Vec<PathBuf>, ScanError> {
        /// No CIFAR has more.
        const MOST: usize = 1000;
        let names: Vec<String> = (1..=MOST).map_while(self.version.train).collect();
        let there = |name: &String| directory.join(name).is_file();
        let count = names.iter().rposition(there).map_or(1, |last| last + 1);
        match names[..count].iter().find(|name| !there(name)) {
            Some(missing) => Err(ScanError::MissingFile {
                directory: directory.into(),
                name: missing.clone(),
                layout: self.version.layout,
            }),
            None => Ok(names[..count].iter().map(|name| directory.join(name)).collect()),
        }
    }
}

fn labelled(path: &Path, version: &Version) -> Result<Labelled, ScanError> {
    let bad = |reason: String| ScanError::Container { path: path.into(), reason };
    let unreadable = |error: std::io::Error| bad(format!("cannot be read: {error}"));
    let file = fs::File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let stride = version.labels + GEOMETRY.len();
    if length == 0 || !length.is_multiple_of(stride) {
        return Err(bad(format!("has {length} bytes, but {} holds records of {stride}", version.layout.format())));
    }
    let bytes = Bytes::Disk(Mutex::new(file));
    let mut labels = vec![0; (length / stride) as usize];
    for (number, label) in labels.iter_mut().enumerate() {
        let at = number as u64 * stride + version.labels - 1;
        bytes.read_at(at, std::slice::from_mut(label)).map_err(unreadable)?;
    }
    let container = Container { path: path.into(), geometry: GEOMETRY, first: version.labels, stride, bytes };
    Ok(Labelled { container: Arc::new(container), labels, labels_path: path.into() })
}

#[cfg(test)]
mod tests;
