//! Writes a drawn data set to disk, whole or not at all.
//!
//! The files are written into a temporary folder beside the wanted one, synced, and renamed into place: a killed run
//! leaves no half-written set. A file lock keeps two generators of one folder apart; it ends with its process, so a
//! generator that holds it knows that any temporary folder it finds was left by a dead one.

use super::{Class, Split, draw};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use rayon::prelude::*;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Counts changes of the pictures, so that a set that was drawn before one is not taken for today's.
const DRAWING: u32 = 1;
/// Quality of the JPEG files, 1 to 100.
const QUALITY: u8 = 90;
const SUFFIX: &str = ".partial";

/// How many pictures each split gets, over both classes. Of an odd number, the first class gets one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Pictures to learn from.
    pub train: usize,
    /// Pictures to choose by.
    pub validation: usize,
    /// Pictures to judge by.
    pub test: usize,
}

impl Counts {
    fn of(self, split: Split) -> usize {
        match split {
            Split::Train => self.train,
            Split::Validation => self.validation,
            Split::Test => self.test,
        }
    }
}

/// Why a data set could not be written. Nothing is left behind but, perhaps, an empty parent folder.
#[derive(Debug, thiserror::Error)]
pub enum PetsError {
    /// The path has no last name to give to the set.
    #[error("cannot draw the pets into {}: the path does not end in a folder's name", files::shown(directory))]
    NoName {
        /// Where the set should have gone.
        directory: PathBuf,
    },
    /// A file or folder could not be made.
    #[error("cannot write {}: {source}{}", files::shown(path), files::advice(source))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A picture could not be encoded.
    #[error("cannot encode {} as JPEG: {source}", files::shown(path))]
    Encode {
        /// The file it was for.
        path: PathBuf,
        /// What the encoder says.
        source: image::ImageError,
    },
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> PetsError + '_ {
    move |source| PetsError::Write { path: path.to_path_buf(), source }
}

/// Draws a data set into `directory`, as `<split>/<class>/<class>.0001.jpg` and so on, with a `README.txt` that says
/// what it is. Draws in parallel on rayon's current pool; the bytes do not depend on the number of threads. Where
/// `directory` exists by the time it could be written (another generator was faster), it is left as it is.
///
/// # Errors
/// [`PetsError`]: the path has no last name, or the file system refuses. Then `directory` is not there.
pub fn generate(directory: &Path, counts: Counts, seed: u64) -> Result<(), PetsError> {
    let name = directory.file_name().ok_or_else(|| PetsError::NoName { directory: directory.to_path_buf() })?;
    let name = name.to_string_lossy();
    let parent = match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(write_error(parent))?;
    let prefix = format!(".{name}.");
    let lock_path = parent.join(format!("{prefix}lock"));
    let lock = files::open_own(&lock_path).map_err(write_error(&lock_path))?;
    // Some network file systems have no locks: then both generators draw, and the first to finish wins.
    let alone = match lock.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => lock.lock().is_ok(),
        Err(TryLockError::Error(_)) => false,
    };
    if alone {
        sweep(parent, &prefix).map_err(write_error(parent))?;
    }
    let written = if directory.exists() { Ok(()) } else { write_set(directory, parent, &prefix, counts, seed) };
    // With the set in place the lock has done its work: who still waits for it, or makes another, finds the set. Where
    // it could not be written, nothing is left of the attempt.
    match fs::remove_file(&lock_path) {
        Ok(()) => written,
        Err(_) if written.is_err() => written,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(write_error(&lock_path)(error)),
    }
}

/// Removes the temporary folders of dead generators.
fn sweep(parent: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // What is between them is drawn by chance and has no dot: `.pets.v2.x1.partial` is of another set.
        let own = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(SUFFIX));
        if own.is_some_and(|chance| !chance.contains('.')) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn write_set(directory: &Path, parent: &Path, prefix: &str, counts: Counts, seed: u64) -> Result<(), PetsError> {
    let temporary =
        tempfile::Builder::new().prefix(prefix).suffix(SUFFIX).tempdir_in(parent).map_err(write_error(parent))?;
    // A folder within, because the temporary one itself is private to its user.
    let set = temporary.path().join("set");
    let mut files = Vec::new();
    let mut folders = vec![set.clone()];
    for split in Split::ALL {
        folders.push(set.join(split.name()));
        for class in Class::ALL {
            let folder = set.join(split.name()).join(class.name());
            fs::create_dir_all(&folder).map_err(write_error(&folder))?;
            files.extend((1..=share(counts.of(split), class)).map(|index| {
                let path = folder.join(format!("{}.{index:04}.jpg", class.name()));
                (path, class, split, index as u64)
            }));
            folders.push(folder);
        }
    }
    files.par_iter().try_for_each(|(path, class, split, index)| {
        let bytes =
            encode(*class, *split, *index, seed).map_err(|source| PetsError::Encode { path: path.clone(), source })?;
        write_synced(path, &bytes).map_err(write_error(path))
    })?;
    let readme = set.join("README.txt");
    write_synced(&readme, describe(counts, seed).as_bytes()).map_err(write_error(&readme))?;
    for folder in &folders {
        sync_folder(folder).map_err(write_error(folder))?;
    }
    match fs::rename(&set, directory) {
        Ok(()) => sync_folder(parent).map_err(write_error(parent)),
        Err(_) if directory.exists() => Ok(()),
        Err(source) => Err(PetsError::Write { path: directory.to_path_buf(), source }),
    }
}

/// Whether `directory` holds a set that was drawn here with other counts or another seed. A folder that was not drawn
/// here, such as a reader's own photographs, is none.
pub fn drawn_otherwise(directory: &Path, counts: Counts, seed: u64) -> bool {
    let Ok(found) = fs::read_to_string(directory.join("README.txt")) else { return false };
    let expected = describe(counts, seed);
    let numbers =
        |text: &str| -> Vec<String> { text.lines().filter(|line| line.contains(" = ")).map(str::to_owned).collect() };
    found.lines().next() == expected.lines().next() && numbers(&found) != numbers(&expected)
}

/// How many of `count` pictures are of this class.
fn share(count: usize, class: Class) -> usize {
    match class {
        Class::Cat => count.div_ceil(2),
        Class::Dog => count / 2,
    }
}

/// The bytes of one picture's file.
pub(super) fn encode(class: Class, split: Split, index: u64, seed: u64) -> Result<Vec<u8>, image::ImageError> {
    let picture = draw(class, split, index, seed);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
        &picture.pixels,
        picture.width as u32,
        picture.height as u32,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(()) // Elsewhere folders cannot be opened as files, and renames are durable by themselves.
}

fn describe(counts: Counts, seed: u64) -> String {
    let Counts { train, validation, test } = counts;
    format!(
        "Drawn pictures of cats and dogs. No photograph and no living animal was used.\n\n\
         kind = \"pets\"\ndrawing = {DRAWING}\ntrain = {train}\nvalidation = {validation}\ntest = {test}\nseed = {seed}\n\n\
         Made by Ablate: each file is a function of the seed, the split, the class and its number alone, so the same\n\
         line in an experiment file draws the same bytes again, on any machine. The two classes differ in form (muzzle,\n\
         ears, whiskers, the size of the eyes); pose, coat, light, background and camera are drawn alike for both.\n"
    )
}
