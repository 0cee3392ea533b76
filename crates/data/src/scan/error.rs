//! What can be wrong with the place of the images.

use super::Layout;
use super::table::Fault;
use std::path::{Path, PathBuf};

/// Why the images cannot be used. Each message names the path, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The directory is not there.
    #[error("the data directory {} does not exist\n{}", .directory.display(), .layout.expected(.directory))]
    MissingDirectory {
        /// Where it was looked for.
        directory: PathBuf,
        /// What it should hold.
        layout: Layout,
    },
    /// A file stands where the directory should be.
    #[error("{} is not a folder, which a data directory is\n{}", .path.display(), .layout.expected(.path))]
    NotADirectory {
        /// The file.
        path: PathBuf,
        /// What the directory should hold.
        layout: Layout,
    },
    /// A file of a directory of containers is not there.
    #[error("{} has no file {name}\n{}", .directory.display(), .layout.expected(.directory))]
    MissingFile {
        /// The data directory.
        directory: PathBuf,
        /// The file.
        name: String,
        /// What the directory should hold.
        layout: Layout,
    },
    /// The directory holds images in several ways.
    #[error(
        "{} can be read in several ways; say in which with `format` in [data]: \"{}\"",
        .directory.display(), .formats.join("\" or \"")
    )]
    Ambiguous {
        /// The data directory.
        directory: PathBuf,
        /// The formats that are seen in it.
        formats: Vec<&'static str>,
    },
    /// CIFAR, but not in its binary version.
    #[error("{} is of CIFAR's Python version; what is read here is its binary version (data_batch_1.bin, ...)", .path.display())]
    Pickled {
        /// A file of that version.
        path: PathBuf,
    },
    /// A container, or a file that belongs to it, is not as its format wants it.
    #[error("{}: {reason}", .path.display())]
    Container {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that says what the images are cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Lines of a CSV file are wrong.
    #[error("{}", lines(.path, .faults))]
    Table {
        /// The CSV file.
        path: PathBuf,
        /// What is wrong in which line.
        faults: Vec<Fault>,
    },
    /// A CSV file without splits, and nothing says how to split.
    #[error(
        "{}:1: lacks the column `split` (train, validation or test); add it, or let the images be split: {}",
        .path.display(), SPLIT
    )]
    NoSplit {
        /// The CSV file.
        path: PathBuf,
    },
    /// Images are to be split that are split already.
    #[error("{} says how the images are split, so `split` in [data] cannot; remove one of the two", .place.display())]
    SplitTwice {
        /// What says so.
        place: PathBuf,
    },
    /// Test images are to be drawn where there are some.
    #[error(
        "{} has test images of its own: `split` in [data] takes two probabilities here, of train and validation",
        .place.display()
    )]
    TestTwice {
        /// Where they are.
        place: PathBuf,
    },
    /// A split has no image of a class.
    #[error("{} has no image of the class \"{class}\" for {split}{}", .place.display(), too_few(*.drawn))]
    NoImages {
        /// The class.
        class: String,
        /// The split.
        split: &'static str,
        /// Where the images are.
        place: PathBuf,
        /// Whether the images were split by the plan.
        drawn: bool,
    },
    /// There is no training folder of any accepted name.
    #[error(
        "{} has no training folder\n{}{}",
        .directory.display(), Layout::SplitFolders.expected(.directory), unsplit_hint(*.unsplit)
    )]
    MissingTraining {
        /// The data directory.
        directory: PathBuf,
        /// Whether its folders hold images themselves, as classes do.
        unsplit: bool,
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
    /// The folder that should hold class folders has none.
    #[error("{} has no class folders; expected {}", .folder.display(), .folder.join("<class>/*.jpg").display())]
    NoClasses {
        /// The folder.
        folder: PathBuf,
    },
    /// A class that the experiment selects is not there.
    #[error("class \"{class}\" is selected, but {} has no such class; it has {}", .place.display(), names(.present))]
    SelectedClassMissing {
        /// The class.
        class: String,
        /// Where the classes are.
        place: PathBuf,
        /// The classes that are there.
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
        "{} has one class only, \"{class}\"; at least two are needed{}",
        .place.display(), each_in_a_folder(.expected.as_deref())
    )]
    OneClass {
        /// The only class.
        class: String,
        /// Where it is.
        place: PathBuf,
        /// What is expected, where classes are folders.
        expected: Option<String>,
    },
    /// Binary labels, but not two classes.
    #[error(
        "label_mode = \"binary\" needs exactly two classes, and {} has {}: {}; \
         select two of them with data.classes, or use label_mode = \"categorical\"",
        .place.display(), .classes.len(), names(.classes)
    )]
    NotBinary {
        /// The classes.
        classes: Vec<String>,
        /// Where they are.
        place: PathBuf,
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

/// How a file says that images are to be split.
const SPLIT: &str = "`split = { type = \"stratified\", probabilities = [0.7, 0.15, 0.15] }` in [data]";

/// Most faults of a CSV file that are shown.
const SHOWN: usize = 10;

fn lines(path: &Path, faults: &[Fault]) -> String {
    let shown = faults.iter().take(SHOWN).map(|(line, what)| format!("{}:{line}: {what}", path.display()));
    let mut lines: Vec<String> = shown.collect();
    if faults.len() > SHOWN {
        lines.push(format!("and {} more", faults.len() - SHOWN));
    }
    lines.join("\n")
}

fn unsplit_hint(unsplit: bool) -> String {
    if unsplit {
        format!("\nWhere its folders are the classes, let their images be split: {SPLIT}")
    } else {
        String::new()
    }
}

fn each_in_a_folder(expected: Option<&str>) -> String {
    expected.map_or_else(String::new, |expected| format!(", each in a folder of its own\n{expected}"))
}

fn too_few(drawn: bool) -> &'static str {
    if drawn { "; a larger probability, another seed or type = \"stratified\" may give it some" } else { "" }
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
