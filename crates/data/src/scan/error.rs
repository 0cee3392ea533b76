//! What can be wrong with the place of the images.

use super::Layout;
use super::names::Spelling;
use super::table::Fault;
use files::shown;
use std::path::{Path, PathBuf};

/// Why the images cannot be used. Each message names the path, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Several things, none of which is the reason for another.
    #[error("{}", all(.0))]
    Several(Vec<ScanError>),
    /// The directory is not there.
    #[error("the data directory {} does not exist\n{}", files::shown(.directory), .layout.expected(.directory))]
    MissingDirectory {
        /// Where it was looked for.
        directory: PathBuf,
        /// What it should hold.
        layout: Layout,
    },
    /// A file stands where the directory should be.
    #[error("{} is not a folder, which a data directory is\n{}", files::shown(.path), .layout.expected(.path))]
    NotADirectory {
        /// The file.
        path: PathBuf,
        /// What the directory should hold.
        layout: Layout,
    },
    /// A file of a directory of containers is not there.
    #[error("{} has no file {name}\n{}", files::shown(.directory), .layout.expected(.directory))]
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
        files::shown(.directory), .formats.join("\" or \"")
    )]
    Ambiguous {
        /// The data directory.
        directory: PathBuf,
        /// The formats that are seen in it.
        formats: Vec<&'static str>,
    },
    /// CIFAR, but not in its binary version.
    #[error("{} is of CIFAR's Python version; what is read here is its binary version (data_batch_1.bin, ...)", files::shown(.path))]
    Pickled {
        /// A file of that version.
        path: PathBuf,
    },
    /// A container, or a file that belongs to it, is not as its format wants it.
    #[error("{}: {reason}", files::shown(.path))]
    Container {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that says what the images are cannot be read.
    #[error("cannot read {}: {source}", files::shown(.path))]
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
        files::shown(.path), SPLIT
    )]
    NoSplit {
        /// The CSV file.
        path: PathBuf,
    },
    /// Images are to be split that are split already.
    #[error("{} says how the images are split, so `split` in [data] cannot; remove one of the two", files::shown(.place))]
    SplitTwice {
        /// What says so.
        place: PathBuf,
    },
    /// Test images are to be drawn where there are some.
    #[error(
        "{} has test images of its own: `split` in [data] takes two probabilities here, of train and validation",
        files::shown(.place)
    )]
    TestTwice {
        /// Where they are.
        place: PathBuf,
    },
    /// A split has no image of a class.
    #[error("{} has no image of the class \"{}\" for {split}{}", shown(.place), shown(.class), too_few(.split, *.drawn))]
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
        "{} has no training folder{}\n{}{}",
        shown(.directory), meant(.near, .within), Layout::SplitFolders.expected(.directory), unsplit_hint(*.unsplit)
    )]
    MissingTraining {
        /// The data directory.
        directory: PathBuf,
        /// Whether its folders hold images themselves, as classes do.
        unsplit: bool,
        /// A folder whose name is nearly that of one.
        near: Option<PathBuf>,
        /// A folder that has one.
        within: Option<PathBuf>,
    },
    /// A folder whose name is nearly that of a split.
    #[error(
        "{} holds folders of the classes, but its name is not that of a split; did you mean `{name}`? Rename it, or move \
         it elsewhere",
        shown(.folder)
    )]
    NearSplit {
        /// The folder.
        folder: PathBuf,
        /// The name that it is nearly.
        name: &'static str,
    },
    /// Two folders claim to be the same split.
    #[error(
        "two folders hold the {split} images: {} and {}; keep one of them", shown(.first), shown(.second)
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
    #[error("{} has no class folders; expected {}/<class>/*.jpg", files::shown(.folder), files::shown(.folder))]
    NoClasses {
        /// The folder.
        folder: PathBuf,
    },
    /// A class that the experiment selects is not there.
    #[error("{} selected, but {} has no such class; it has {}", are(.classes), shown(.place), names(.present))]
    SelectedClassMissing {
        /// The classes.
        classes: Vec<String>,
        /// Where the classes are.
        place: PathBuf,
        /// The classes that are there.
        present: Vec<String>,
    },
    /// A class is there in another spelling.
    #[error(
        "{} has no class \"{}\", but it has \"{}\": the same name {}; use one spelling everywhere",
        shown(.place), escaped(.class, *.spelling), escaped(.found, *.spelling), .spelling.words()
    )]
    OtherSpelling {
        /// The class.
        class: String,
        /// Where it should be.
        place: PathBuf,
        /// What is there.
        found: String,
        /// How they differ.
        spelling: Spelling,
    },
    /// Two classes have one name, in two Unicode forms.
    #[error(
        "{} has the class \"{}\" twice, in two Unicode forms (accents composed and decomposed); use one of them",
        shown(.place), shown(.class)
    )]
    TwoForms {
        /// The class.
        class: String,
        /// Where the classes are.
        place: PathBuf,
    },
    /// Another split has a class that the training split does not have.
    #[error(
        "{} has the class \"{}\", which the training folder does not have; training has {}",
        shown(.folder), shown(.class), names(.known)
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
    #[error(
        "{} has no folder for the class \"{}\"; expected {}{}",
        shown(.folder), shown(.class), shown(&.folder.join(.class).join("*.jpg")), MAY_LACK
    )]
    MissingClass {
        /// The class.
        class: String,
        /// The split's folder.
        folder: PathBuf,
    },
    /// A class folder has no image.
    #[error(
        "{} has no images{}; {}",
        shown(.folder), but_others(*.passed_over, *.unread), instead(.folder, .nested.as_deref(), *.is_training)
    )]
    EmptyClass {
        /// The class folder.
        folder: PathBuf,
        /// How many other entries it has.
        passed_over: usize,
        /// Whether it is of the training images.
        is_training: bool,
        /// A folder in it that has images.
        nested: Option<PathBuf>,
        /// Why one of these is not read that is an image all the same.
        unread: Option<&'static str>,
    },
    /// There is nothing to tell apart.
    #[error(
        "{} has one class only, \"{}\"; at least two are needed{}",
        shown(.place), shown(.class), each_in_a_folder(.expected.as_deref())
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
        files::shown(.place), .classes.len(), names(.classes)
    )]
    NotBinary {
        /// The classes.
        classes: Vec<String>,
        /// Where they are.
        place: PathBuf,
    },
    /// A class folder's name is not text.
    #[error("the name of the class folder {} is not UTF-8; rename it", files::shown(.path))]
    NotUtf8 {
        /// The folder.
        path: PathBuf,
    },
    /// A folder cannot be listed.
    #[error("cannot list {}: {source}", files::shown(.path))]
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
    let shown = faults.iter().take(SHOWN).map(|(line, what)| format!("{}:{line}: {what}", files::shown(&path)));
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

fn too_few(split: &str, drawn: bool) -> String {
    let may_lack = if split == "train" { "" } else { MAY_LACK };
    match (drawn, split) {
        (true, _) => {
            format!("; a larger probability, another seed or type = \"stratified\" may give it some{may_lack}")
        }
        (false, "train") => String::new(),
        (false, _) => format!("; add some{may_lack}"),
    }
}

/// How a file says that validation and test images need not show every class.
const MAY_LACK: &str = ", or say `allow = [\"missing_classes\"]` in [data.audit]";

fn names(classes: &[String]) -> String {
    classes.iter().map(|class| format!("\"{}\"", shown(class))).collect::<Vec<_>>().join(", ")
}

fn are(classes: &[String]) -> String {
    if classes.len() == 1 { format!("class {} is", names(classes)) } else { format!("classes {} are", names(classes)) }
}

/// `name`, with its Unicode characters by number where that is what tells two names apart.
fn escaped(name: &str, spelling: Spelling) -> String {
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    let escape = |c: char| if plain(c) { c.to_string() } else { c.escape_unicode().to_string() };
    match spelling {
        Spelling::Case => shown(name).to_string(),
        Spelling::Unicode => format!("{} ({})", shown(name), name.chars().map(escape).collect::<String>()),
    }
}

fn but_others(passed_over: usize, unread: Option<&str>) -> String {
    let unread = unread.map(|reason| format!("; {reason}")).unwrap_or_default();
    match passed_over {
        0 => String::new(),
        1 => format!(" (1 other entry was ignored{unread})"),
        count => format!(" ({count} other entries were ignored{unread})"),
    }
}

/// What was expected of a class folder without images.
fn instead(folder: &Path, nested: Option<&Path>, is_training: bool) -> String {
    match nested {
        Some(nested) => format!(
            "the folders in it hold images, such as {}: expected the images of a class in {} itself",
            shown(nested),
            shown(folder)
        ),
        None => {
            let may_lack = if is_training { "" } else { MAY_LACK };
            format!("expected at least one file ending in {}{may_lack}", super::IMAGE_EXTENSIONS.join(", "))
        }
    }
}

/// The folder that may be meant for the training folder.
fn meant(near: &Option<PathBuf>, within: &Option<PathBuf>) -> String {
    match (near, within) {
        (Some(near), _) => format!("; did you mean {}? Rename it `train`", shown(near)),
        (None, Some(within)) => format!("; {} has one: is that the data directory?", shown(within)),
        (None, None) => String::new(),
    }
}

/// Most errors of one data set that are shown.
const MOST: usize = 20;

fn all(errors: &[ScanError]) -> String {
    let mut lines: Vec<String> = errors.iter().take(MOST).map(ToString::to_string).collect();
    if errors.len() > MOST {
        lines.push(format!("and {} more", errors.len() - MOST));
    }
    // One way out of several is told once.
    if lines.iter().filter(|line| line.ends_with(MAY_LACK)).count() > 1 {
        lines.iter_mut().for_each(|line| line.truncate(line.strip_suffix(MAY_LACK).unwrap_or(line).len()));
        lines.push(
            "Validation and test images may lack classes with `allow = [\"missing_classes\"]` in [data.audit]"
                .to_owned(),
        );
    }
    lines.join("\n")
}

impl ScanError {
    /// One error, or several as one. There is at least one.
    pub(super) fn all(mut errors: Vec<ScanError>) -> ScanError {
        match errors.len() {
            1 => errors.remove(0),
            _ => ScanError::Several(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_spelt_out_holds_nothing_that_moves_a_cursor() {
        let spelt = escaped("caf\u{e9} \u{1b}[2J\n", Spelling::Unicode);
        assert!(spelt.ends_with(r"(caf\u{e9} \u{1b}[2J\u{a})"), "{spelt}");
        assert!(!spelt.chars().any(char::is_control), "{spelt:?}");
    }
}
