//! Image files in class folders, in split folders or without.

use super::folder::{Entries, list};
use super::{Layout, ScanError, TEST_NAMES, TRAIN_NAMES, VALIDATION_NAMES};
use crate::file::File;
use crate::manifest::{Manifest, Split};
use std::path::{Path, PathBuf};

/// Where the splits are.
pub struct SplitFolders {
    pub train: PathBuf,
    pub validation: Option<PathBuf>,
    test: Option<PathBuf>,
}

impl SplitFolders {
    pub fn find(directory: &Path) -> Result<SplitFolders, ScanError> {
        super::check_directory(directory, Layout::SplitFolders)?;
        let train = find_split(directory, "training", &TRAIN_NAMES)?;
        Ok(SplitFolders {
            train: match train {
                Some(train) => train,
                None => {
                    return Err(ScanError::MissingTraining {
                        directory: directory.into(),
                        unsplit: holds_classes(directory)?,
                    });
                }
            },
            validation: find_split(directory, "validation", &VALIDATION_NAMES)?,
            test: find_split(directory, "test", &TEST_NAMES)?,
        })
    }

    /// The images of `classes`. Every class folder of a split must be one that training has (`present`), selected or not.
    pub fn read(self, present: &[String], classes: Vec<String>) -> Result<Manifest, ScanError> {
        let other = |folder: Option<PathBuf>| {
            folder
                .map(|folder| {
                    check_known(&folder, present)?;
                    read(folder, &classes)
                })
                .transpose()
        };
        let validation = other(self.validation)?;
        let test = other(self.test)?;
        Ok(Manifest { train: read(self.train, &classes)?, validation, test, classes })
    }
}

/// The images of `classes` in `directory`, all of them as training images.
pub fn read_whole(directory: &Path, classes: Vec<String>) -> Result<Manifest, ScanError> {
    Ok(Manifest { train: read(directory.into(), &classes)?, validation: None, test: None, classes })
}

/// The class folders in a folder, sorted.
pub fn class_folders(folder: &Path) -> Result<Vec<String>, ScanError> {
    let Entries { folders, .. } = list(folder)?;
    folders
        .into_iter()
        .map(|name| name.into_string().map_err(|name| ScanError::NotUtf8 { path: folder.join(name) }))
        .collect()
}

/// Where `directory` is to be split: no folder of it may be a split already, a folder of folders named as one.
pub fn check_unsplit(directory: &Path) -> Result<(), ScanError> {
    super::check_directory(directory, Layout::ClassFolders)?;
    for name in [&TRAIN_NAMES[..], &VALIDATION_NAMES, &TEST_NAMES].concat() {
        let folder = directory.join(name);
        if folder.is_dir() && !list(&folder)?.folders.is_empty() {
            return Err(ScanError::SplitTwice { place: folder });
        }
    }
    Ok(())
}

/// The one folder of `directory` that has one of `names`.
fn find_split(directory: &Path, split: &'static str, names: &[&str]) -> Result<Option<PathBuf>, ScanError> {
    let mut there = names.iter().map(|name| directory.join(name)).filter(|folder| folder.is_dir());
    let first = there.next();
    match (first, there.next()) {
        (Some(first), Some(second)) => Err(ScanError::TwoFolders { split, first, second }),
        (first, _) => Ok(first),
    }
}

/// Whether the folders of `directory` hold images, as class folders do.
fn holds_classes(directory: &Path) -> Result<bool, ScanError> {
    for folder in list(directory)?.folders {
        if !list(&directory.join(folder))?.images.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn check_known(folder: &Path, known: &[String]) -> Result<(), ScanError> {
    match class_folders(folder)?.into_iter().find(|class| !known.contains(class)) {
        Some(class) => Err(ScanError::UnknownClass { class, folder: folder.into(), known: known.to_vec() }),
        None => Ok(()),
    }
}

/// The images in the class folders of `folder`. Files beside the class folders are passed over, too.
fn read(folder: PathBuf, classes: &[String]) -> Result<Split, ScanError> {
    let top = list(&folder)?;
    let mut split = Split { passed_over: top.images.len() + top.passed_over.len(), files: Vec::new(), folder };
    for (label, class) in classes.iter().enumerate() {
        let class_folder = split.folder.join(class);
        if !class_folder.is_dir() {
            return Err(ScanError::MissingClass { class: class.clone(), folder: split.folder });
        }
        let entries = list(&class_folder)?;
        let passed_over = entries.passed_over.len() + entries.folders.len();
        if entries.images.is_empty() {
            return Err(ScanError::EmptyClass { folder: class_folder, passed_over });
        }
        split.passed_over += passed_over;
        let class = label as u32;
        split.files.extend(entries.images.into_iter().map(|name| File::new(class_folder.join(name), class)));
    }
    Ok(split)
}
