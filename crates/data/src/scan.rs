//! From a data directory to a [`Manifest`]: which files belong to which split and class.
//!
//! The layout is `<directory>/<split>/<class>/<image>`. Nothing is decoded here; every surprise in the layout is a
//! [`ScanError`] that says what was expected, so that a wrong path costs a second and not an epoch.

mod error;
mod folder;

pub use error::ScanError;
pub use folder::IMAGE_EXTENSIONS;

use crate::manifest::{File, Manifest, Split};
use folder::{Entries, list};
use plan::{DataPlan, LabelMode};
use std::path::{Path, PathBuf};

/// The names a training folder may have.
pub const TRAIN_NAMES: [&str; 4] = ["train", "training", "training_set", "train_set"];
/// The names a validation folder may have.
pub const VALIDATION_NAMES: [&str; 5] = ["val", "validation", "valid", "validation_set", "val_set"];
/// The names a test folder may have.
pub const TEST_NAMES: [&str; 3] = ["test", "testing", "test_set"];

/// Lists the images of `plan.directory`. Classes are the class folders of the training split in bytewise order, or
/// `plan.classes` where that is not empty; files are sorted by class, then by name, bytewise.
///
/// # Errors
/// A [`ScanError`] for the first thing that is not as the layout wants it.
pub fn scan(plan: &DataPlan) -> Result<Manifest, ScanError> {
    let folders = SplitFolders::find(&plan.directory)?;
    let present = class_folders(&folders.train)?;
    let classes = select(&plan.classes, &present, &folders.train)?;
    check_count(plan.label_mode, &classes, &folders.train)?;
    let other = |folder: Option<PathBuf>| {
        folder
            .map(|folder| {
                check_known(&folder, &present)?;
                read_split(folder, &classes)
            })
            .transpose()
    };
    let validation = other(folders.validation)?;
    let test = other(folders.test)?;
    Ok(Manifest { train: read_split(folders.train, &classes)?, validation, test, classes })
}

/// The class names of `plan.directory`, sorted, without looking at any file: `plan.classes` where that is not empty
/// and each has its folder, else the class folders of the training split. Where the directory is not there and
/// `plan.generate` would draw it, the classes it would have.
///
/// # Errors
/// A [`ScanError`] where there is no training folder, or a selected class has no folder in it.
pub fn class_names(plan: &DataPlan) -> Result<Vec<String>, ScanError> {
    if let Some(generate) = &plan.generate
        && !plan.directory.exists()
    {
        let drawn: Vec<String> = generate.kind.classes().iter().map(|&class| class.to_owned()).collect();
        return select(&plan.classes, &drawn, &plan.directory.join(TRAIN_NAMES[0]));
    }
    let folders = SplitFolders::find(&plan.directory)?;
    select(&plan.classes, &class_folders(&folders.train)?, &folders.train)
}

/// Where the splits are.
struct SplitFolders {
    train: PathBuf,
    validation: Option<PathBuf>,
    test: Option<PathBuf>,
}

impl SplitFolders {
    fn find(directory: &Path) -> Result<SplitFolders, ScanError> {
        if !directory.exists() {
            return Err(ScanError::MissingDirectory { directory: directory.into() });
        }
        if !directory.is_dir() {
            return Err(ScanError::NotADirectory { path: directory.into() });
        }
        let train = find_split(directory, "training", &TRAIN_NAMES)?;
        Ok(SplitFolders {
            train: train.ok_or_else(|| ScanError::MissingTraining { directory: directory.into() })?,
            validation: find_split(directory, "validation", &VALIDATION_NAMES)?,
            test: find_split(directory, "test", &TEST_NAMES)?,
        })
    }
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

/// The class folders in a split folder, sorted.
fn class_folders(folder: &Path) -> Result<Vec<String>, ScanError> {
    let Entries { folders, .. } = list(folder)?;
    folders
        .into_iter()
        .map(|name| name.into_string().map_err(|name| ScanError::NotUtf8 { path: folder.join(name) }))
        .collect()
}

/// `wanted`, sorted, each of which must be in `present`; all of `present` where nothing is wanted in particular.
fn select(wanted: &[String], present: &[String], train: &Path) -> Result<Vec<String>, ScanError> {
    if present.is_empty() {
        return Err(ScanError::NoClasses { folder: train.into() });
    }
    if let Some(class) = wanted.iter().find(|class| !present.contains(class)) {
        return Err(ScanError::SelectedClassMissing {
            class: class.clone(),
            folder: train.into(),
            present: present.to_vec(),
        });
    }
    let mut classes = if wanted.is_empty() { present.to_vec() } else { wanted.to_vec() };
    classes.sort_unstable();
    Ok(classes)
}

fn check_count(mode: LabelMode, classes: &[String], train: &Path) -> Result<(), ScanError> {
    if let [only] = classes {
        return Err(ScanError::OneClass { class: only.clone(), folder: train.into() });
    }
    match mode {
        LabelMode::Binary if classes.len() != 2 => {
            Err(ScanError::NotBinary { classes: classes.to_vec(), folder: train.into() })
        }
        LabelMode::Binary | LabelMode::Categorical => Ok(()),
    }
}

/// Every class folder of a split must be one that training knows (selected or not).
fn check_known(folder: &Path, known: &[String]) -> Result<(), ScanError> {
    match class_folders(folder)?.into_iter().find(|class| !known.contains(class)) {
        Some(class) => Err(ScanError::UnknownClass { class, folder: folder.into(), known: known.to_vec() }),
        None => Ok(()),
    }
}

/// The images of one split. Files beside the class folders are passed over, too.
fn read_split(folder: PathBuf, classes: &[String]) -> Result<Split, ScanError> {
    let top = list(&folder)?;
    let mut split = Split { passed_over: top.images.len() + top.passed_over, files: Vec::new(), folder };
    for (label, class) in classes.iter().enumerate() {
        let class_folder = split.folder.join(class);
        if !class_folder.is_dir() {
            return Err(ScanError::MissingClass { class: class.clone(), folder: split.folder });
        }
        let entries = list(&class_folder)?;
        let passed_over = entries.passed_over + entries.folders.len();
        if entries.images.is_empty() {
            return Err(ScanError::EmptyClass { folder: class_folder, passed_over });
        }
        split.passed_over += passed_over;
        let class = label as u32;
        split.files.extend(entries.images.into_iter().map(|name| File { path: class_folder.join(name), class }));
    }
    Ok(split)
}

#[cfg(test)]
mod tests;
