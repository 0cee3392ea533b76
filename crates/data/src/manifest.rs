//! Which files make up a data set, in the order that everything downstream keeps, and a digest of them.

use crate::{BadImage, File};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The files of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Class names, label i is class i: of folders and CSV files sorted bytewise, of containers in the order of their
    /// labels.
    pub classes: Vec<String>,
    /// What is trained on.
    pub train: Split,
    /// What the epochs are measured on.
    pub validation: Option<Split>,
    /// What the finished run is measured on.
    pub test: Option<Split>,
}

/// The images of one split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The folder that holds the images.
    pub folder: PathBuf,
    /// The images, sorted by class, then by path, bytewise; records as they stand in their containers.
    pub files: Vec<File>,
    /// Number of entries ignored: hidden ones, and those that are no images by their name.
    pub passed_over: usize,
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

    /// A BLAKE3 hash, in hexadecimal, of split, class name, file name (or record number) and content of every image, in
    /// order. Where the data set lies, and which of the accepted names its split folders have, takes no part. `contents`
    /// are the hashes of the images' contents, in order.
    pub(crate) fn digest(&self, contents: &[blake3::Hash]) -> String {
        let mut whole = blake3::Hasher::new_derive_key("ablate 1 data manifest");
        let files =
            self.splits().into_iter().flat_map(|(name, split)| split.files.iter().map(move |file| (name, file)));
        for ((name, file), content) in files.zip(contents) {
            let class = self.classes.get(file.class as usize).map_or(&[][..], |class| class.as_bytes());
            for text in [name.as_bytes(), class, &file.name()] {
                // With its length first, no two lists of texts give the same bytes.
                whole.update(&(text.len() as u64).to_le_bytes()).update(text);
            }
            whole.update(content.as_bytes());
        }
        whole.finalize().to_hex().to_string()
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
