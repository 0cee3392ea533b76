//! What can be wrong with a data directory.

use std::path::{Path, PathBuf};

/// Why a data directory cannot be used. Each message names the path, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The directory is not there.
    #[error("the data directory {} does not exist\n{}", .directory.display(), layout(.directory))]
    MissingDirectory {
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// A file stands where the directory should be.
    #[error("{} is not a folder; the data directory holds folders of images\n{}", .path.display(), layout(.path))]
    NotADirectory {
        /// The file.
        path: PathBuf,
    },
    /// There is no training folder of any accepted name.
    #[error("{} has no training folder\n{}", .directory.display(), layout(.directory))]
    MissingTraining {
        /// The data directory.
        directory: PathBuf,
    },
    /// Two folders claim to be the same split.
    #[error(
        "two folders hold the {split} images: {} and {}; keep one of them", .first.display(), .second.display()
    )]
    TwoFolders {
        /// The split.
        split: &'static str,
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// The training folder has no class folders.
    #[error("{} has no class folders; expected {}", .folder.display(), .folder.join("<class>/*.jpg").display())]
    NoClasses {
        /// The training folder.
        folder: PathBuf,
    },
    /// A class that the experiment selects has no folder.
    #[error(
        "class \"{class}\" is selected, but {} has no folder of that name; it has {}", .folder.display(), names(.present)
    )]
    SelectedClassMissing {
        /// The class.
        class: String,
        /// The training folder.
        folder: PathBuf,
        /// The classes that have a folder.
        present: Vec<String>,
    },
    /// Another split has a class that the training split does not have.
    #[error(
        "{} has the class \"{class}\", which the training folder does not have; training has {}",
        .folder.display(), names(.known)
    )]
    UnknownClass {
        /// The class.
        class: String,
        /// The split's folder.
        folder: PathBuf,
        /// The classes of the training folder.
        known: Vec<String>,
    },
    /// A split has no folder for a class.
    #[error("{} has no folder for the class \"{class}\"; expected {}", .folder.display(), images(.folder, .class))]
    MissingClass {
        /// The class.
        class: String,
        /// The split's folder.
        folder: PathBuf,
    },
    /// A class folder has no image.
    #[error(
        "{} has no images{}; expected at least one file ending in {}",
        .folder.display(), but_others(*.passed_over), super::IMAGE_EXTENSIONS.join(", ")
    )]
    EmptyClass {
        /// The class folder.
        folder: PathBuf,
        /// How many other entries it has.
        passed_over: usize,
    },
    /// There is nothing to tell apart.
    #[error(
        "{} has one class only, \"{class}\"; at least two are needed, each in a folder of its own\n{}",
        .folder.display(), layout(.folder.parent().unwrap_or(.folder))
    )]
    OneClass {
        /// The only class.
        class: String,
        /// The training folder.
        folder: PathBuf,
    },
    /// Binary labels, but not two classes.
    #[error(
        "label_mode = \"binary\" needs exactly two classes, and {} has {}: {}; \
         select two of them with data.classes, or use label_mode = \"categorical\"",
        .folder.display(), .classes.len(), names(.classes)
    )]
    NotBinary {
        /// The classes.
        classes: Vec<String>,
        /// The training folder.
        folder: PathBuf,
    },
    /// A class folder's name is not text.
    #[error("the name of the class folder {} is not UTF-8; rename it", .path.display())]
    NotUtf8 {
        /// The folder.
        path: PathBuf,
    },
    /// A folder cannot be listed.
    #[error("cannot list {}: {source}", .path.display())]
    Read {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The expected layout, as lines of text.
fn layout(directory: &Path) -> String {
    let line = |names: &[&str], note: &str| {
        let (first, others) = (names[0], names[1..].join(", "));
        format!("  {}/{first}/<class>/*.jpg{note}  (or {others})", directory.display())
    };
    [
        "expected folders of images, one for each class:".to_owned(),
        line(&super::TRAIN_NAMES, ""),
        line(&super::VALIDATION_NAMES, ", optional"),
        line(&super::TEST_NAMES, ", optional"),
    ]
    .join("\n")
}

fn images(folder: &Path, class: &str) -> String {
    folder.join(class).join("*.jpg").display().to_string()
}

fn names(classes: &[String]) -> String {
    classes.iter().map(|class| format!("\"{class}\"")).collect::<Vec<_>>().join(", ")
}

fn but_others(passed_over: usize) -> String {
    match passed_over {
        0 => String::new(),
        1 => " (1 other entry was passed over)".to_owned(),
        count => format!(" ({count} other entries were passed over)"),
    }
}
