//! Image files in class folders, in split folders or without.

use super::folder::{Entries, list};
use super::names::{self, SPLITS, Spelling};
use super::{Layout, ScanError};
use crate::file::File;
use crate::manifest::{Manifest, Split};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the splits are.
pub struct SplitFolders {
    pub train: PathBuf,
    pub validation: Option<PathBuf>,
    test: Option<PathBuf>,
    /// What is wrong with the others, and does not keep the training folder from being read.
    errors: Vec<ScanError>,
}

/// Which images of a split are wanted.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Classes, in the order of their labels.
    pub classes: &'a [String],
    /// Whether the experiment selects them: then other class folders do not count.
    pub are_selected: bool,
    /// Whether validation and test images may lack some of them.
    pub may_lack: bool,
    /// Whether the split is the training split, which may never.
    pub is_training: bool,
}

impl SplitFolders {
    pub fn find(directory: &Path) -> Result<SplitFolders, ScanError> {
        super::check_directory(directory, Layout::SplitFolders)?;
        let folders = list(directory)?.folders;
        let mut errors = Vec::new();
        let [train, validation, test] =
            [0, 1, 2].map(|split| find_split(directory, &folders, split).map_err(|error| errors.push(error)).ok());
        let (Some(train), true) = (train, errors.is_empty()) else { return Err(ScanError::all(errors)) };
        let Some(train) = train.filter(|train| !is_a_class(directory, train)) else {
            return Err(missing_training(directory, &folders));
        };
        let (validation, test) = (validation.flatten(), test.flatten());
        let found = [Some(&train), validation.as_ref(), test.as_ref()];
        let classes = list(&train)?.folders;
        errors.extend(folders.iter().filter_map(|folder| {
            let (split, name) = names::near_split(folder.to_str()?)?;
            let path = directory.join(folder);
            let holds_classes = || list(&path).is_ok_and(|held| held.folders.iter().any(|name| classes.contains(name)));
            let is_meant = found[split].is_none() && names::split(folder.to_str()?).is_none() && holds_classes();
            is_meant.then_some(ScanError::NearSplit { folder: path, name })
        }));
        Ok(SplitFolders { train, validation, test, errors })
    }

    /// The images that are wanted. Every class folder of a split must be one that training has (`present`).
    pub fn read(self, present: &[String], wanted: Wanted) -> Result<Manifest, ScanError> {
        let mut errors = self.errors;
        let classes = wanted.classes.to_vec();
        let train = read(self.train, Wanted { is_training: true, ..wanted }, &mut errors);
        let mut other = |folder: Option<PathBuf>| {
            folder.map(|folder| {
                if !wanted.are_selected {
                    check_known(&folder, present, &mut errors);
                }
                read(folder, wanted, &mut errors)
            })
        };
        let (validation, test) = (other(self.validation), other(self.test));
        if errors.is_empty() { Ok(Manifest { train, validation, test, classes }) } else { Err(ScanError::all(errors)) }
    }
}

/// The images that are wanted in `directory`, all of them as training images.
pub fn read_whole(directory: &Path, wanted: Wanted) -> Result<Manifest, ScanError> {
    let mut errors = Vec::new();
    let train = read(directory.into(), Wanted { is_training: true, ..wanted }, &mut errors);
    let classes = wanted.classes.to_vec();
    if errors.is_empty() {
        Ok(Manifest { train, validation: None, test: None, classes })
    } else {
        Err(ScanError::all(errors))
    }
}

/// The class folders in a folder, sorted.
pub fn class_folders(folder: &Path) -> Result<Vec<String>, ScanError> {
    let Entries { folders, .. } = list(folder)?;
    folders
        .into_iter()
        .map(|name| name.into_string().map_err(|name| ScanError::NotUtf8 { path: folder.join(name) }))
        .collect()
}

/// Whether a folder of `directory` has the name of a training folder.
pub fn has_training(directory: &Path) -> bool {
    list(directory).is_ok_and(|entries| entries.folders.iter().any(|folder| is_split(folder, 0)))
}

/// Where `directory` is to be split: no folder of it may be a split already, a folder of folders named as one.
pub fn check_unsplit(directory: &Path) -> Result<(), ScanError> {
    super::check_directory(directory, Layout::ClassFolders)?;
    let folders = list(directory)?.folders;
    for (split, (_, names)) in SPLITS.iter().enumerate() {
        for name in folders.iter().filter(|folder| is_split(folder, split)) {
            let folder = directory.join(name);
            let held = list(&folder)?;
            // A class may be called `Test`.
            let is_exact = names.iter().any(|known| name == *known);
            if !held.folders.is_empty() && (is_exact || held.images.is_empty()) {
                return Err(ScanError::SplitTwice { place: folder });
            }
        }
    }
    Ok(())
}

fn is_split(folder: &OsString, split: usize) -> bool {
    folder.to_str().and_then(names::split) == Some(split)
}

/// The one of `folders` that is the split.
fn find_split(directory: &Path, folders: &[OsString], split: usize) -> Result<Option<PathBuf>, ScanError> {
    let (called, names) = SPLITS[split];
    let mut there: Vec<&OsString> = folders.iter().filter(|folder| is_split(folder, split)).collect();
    there.sort_by_key(|folder| names.iter().position(|name| folder.eq_ignore_ascii_case(name)));
    match there[..] {
        [] => Ok(None),
        [only] => Ok(Some(directory.join(only))),
        [first, second, ..] => {
            let [first, second] = [first, second].map(|folder| directory.join(folder));
            Err(ScanError::TwoFolders { split: called, first, second })
        }
    }
}

/// Whether a folder named as the training folder holds images, as its neighbours do: then it is a class, called `Train`.
fn is_a_class(directory: &Path, train: &Path) -> bool {
    let holds_images =
        |folder: &Path| list(folder).is_ok_and(|held| held.folders.is_empty() && !held.images.is_empty());
    let is_another = |folder: &OsString| train.file_name() != Some(folder) && holds_images(&directory.join(folder));
    holds_images(train) && list(directory).is_ok_and(|entries| entries.folders.iter().any(is_another))
}

fn missing_training(directory: &Path, folders: &[OsString]) -> ScanError {
    let near = |folder: &&OsString| folder.to_str().and_then(names::near_split).is_some_and(|(split, _)| split == 0);
    let near = folders.iter().find(near).map(|folder| directory.join(folder));
    let within = folders.iter().map(|folder| directory.join(folder)).find(|folder| has_training(folder));
    let unsplit = folders.iter().any(|folder| list(&directory.join(folder)).is_ok_and(|held| !held.images.is_empty()));
    ScanError::MissingTraining { directory: directory.into(), unsplit, near, within }
}

fn check_known(folder: &Path, known: &[String], errors: &mut Vec<ScanError>) {
    match class_folders(folder) {
        Ok(classes) => errors.extend(classes.into_iter().filter(|class| !known.contains(class)).filter_map(|class| {
            // Where it is a class in another spelling, that is what is said of the class that is missing.
            let is_spelling = known.iter().any(|known| Spelling::of(known, &class).is_some());
            (!is_spelling).then(|| ScanError::UnknownClass { class, folder: folder.into(), known: known.to_vec() })
        })),
        Err(error) => errors.push(error),
    }
}

/// The images in the class folders of `folder`. Files beside the class folders are ignored, too.
fn read(folder: PathBuf, wanted: Wanted, errors: &mut Vec<ScanError>) -> Split {
    let mut split = Split { passed_over: 0, files: Vec::new(), folder };
    let top = match list(&split.folder) {
        Ok(top) => top,
        Err(error) => {
            errors.push(error);
            return split;
        }
    };
    split.passed_over = top.images.len() + top.passed_over.len();
    let mut lacking = Vec::new();
    for (label, class) in wanted.classes.iter().enumerate() {
        let class_folder = split.folder.join(class);
        if !class_folder.is_dir() {
            lacking.push(missing_class(&split.folder, class, &top.folders));
            continue;
        }
        let entries = match list(&class_folder) {
            Ok(entries) => entries,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        split.passed_over += entries.passed_over.len() + entries.folders.len();
        if entries.images.is_empty() {
            lacking.push(empty_class(class_folder, &entries, wanted.is_training));
            continue;
        }
        let class = label as u32;
        split.files.extend(entries.images.into_iter().map(|name| File::new(class_folder.join(name), class)));
    }
    // A split of nothing is never meant, nor is a class that is there in another spelling or a folder deeper.
    let is_meant = |error: &ScanError| match error {
        ScanError::MissingClass { .. } => true,
        ScanError::EmptyClass { nested, unread, .. } => nested.is_none() && unread.is_none(),
        _ => false,
    };
    let may_lack = wanted.may_lack && !wanted.is_training && !split.files.is_empty();
    errors.extend(lacking.into_iter().filter(|error| !may_lack || !is_meant(error)));
    split
}

fn missing_class(folder: &Path, class: &str, there: &[OsString]) -> ScanError {
    let spelling = |name: &OsString| Some((name.to_str()?.to_owned(), Spelling::of(name.to_str()?, class)?));
    match there.iter().find_map(spelling) {
        Some((found, spelling)) => {
            ScanError::OtherSpelling { class: class.to_owned(), place: folder.into(), found, spelling }
        }
        None => ScanError::MissingClass { class: class.to_owned(), folder: folder.into() },
    }
}

fn empty_class(folder: PathBuf, entries: &Entries, is_training: bool) -> ScanError {
    let holds_images = |name: &&OsString| list(&folder.join(name)).is_ok_and(|held| !held.images.is_empty());
    ScanError::EmptyClass {
        passed_over: entries.passed_over.len() + entries.folders.len(),
        is_training,
        nested: entries.folders.iter().find(holds_images).map(|name| folder.join(name)),
        unread: entries.passed_over.iter().find_map(|(name, _)| names::unread(Path::new(name))),
        folder,
    }
}
