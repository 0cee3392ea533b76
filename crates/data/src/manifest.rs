//! Which files make up a data set, in the order that everything downstream keeps, and a digest of them.

use crate::decode::{self, BadImage};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The files of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Class names, sorted bytewise; label i is class i.
    pub classes: Vec<String>,
    /// What is trained on.
    pub train: Split,
    /// What the epochs are measured on.
    pub validation: Option<Split>,
    /// What the finished run is measured on.
    pub test: Option<Split>,
}

/// The files of one split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The folder that holds the class folders.
    pub folder: PathBuf,
    /// The images, sorted by class, then by file name, bytewise.
    pub files: Vec<File>,
    /// Number of entries passed over: hidden ones, and those that are no images by their name.
    pub passed_over: usize,
}

/// One image file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Its label: an index into [`Manifest::classes`].
    pub class: u32,
}

impl Manifest {
    /// The splits that are there, each with its name: `train`, `validation`, `test`.
    pub fn splits(&self) -> Vec<(&'static str, &Split)> {
        let validation = self.validation.as_ref().map(|split| ("validation", split));
        let test = self.test.as_ref().map(|split| ("test", split));
        [Some(("train", &self.train)), validation, test].into_iter().flatten().collect()
    }

    /// Takes the files of `bad` out.
    pub fn leave_out(&mut self, bad: &[BadImage]) {
        let bad: HashSet<&Path> = bad.iter().map(|image| image.path.as_path()).collect();
        for split in [Some(&mut self.train), self.validation.as_mut(), self.test.as_mut()].into_iter().flatten() {
            split.files.retain(|file| !bad.contains(file.path.as_path()));
        }
    }

    /// A BLAKE3 hash, in hexadecimal, of split, class name, file name and content of every file, in order. Where the
    /// data set lies, and which of the accepted names its split folders have, takes no part. `contents` are the BLAKE3
    /// hashes of the files, in order.
    pub(crate) fn digest(&self, contents: &[blake3::Hash]) -> String {
        let mut whole = blake3::Hasher::new_derive_key("ablate 1 data manifest");
        let files =
            self.splits().into_iter().flat_map(|(name, split)| split.files.iter().map(move |file| (name, file)));
        for ((name, file), content) in files.zip(contents) {
            let class = self.classes.get(file.class as usize).map_or(&[][..], |class| class.as_bytes());
            let file_name = file.path.file_name().unwrap_or_default().as_encoded_bytes();
            for text in [name.as_bytes(), class, file_name] {
                // With its length first, no two lists of texts give the same bytes.
                whole.update(&(text.len() as u64).to_le_bytes()).update(text);
            }
            whole.update(content.as_bytes());
        }
        whole.finalize().to_hex().to_string()
    }
}

impl File {
    /// The bytes that decide the picture.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub(crate) fn read(&self) -> Result<Vec<u8>, String> {
        decode::read(&self.path)
    }
}

impl Split {
    /// Number of files of each of `classes` classes.
    pub fn counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for file in &self.files {
            counts[file.class as usize] += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests;
