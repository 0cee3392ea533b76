//! One folder's entries, told apart: image files, folders, and what is ignored.

use super::ScanError;
use super::names::unread;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry};
use std::path::Path;

/// What the name of an image file ends with, in any case. What the file really holds is told by its content.
pub(crate) const IMAGE_EXTENSIONS: [&str; 8] = ["jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff"];

/// Why an entry is ignored whose name begins with a dot.
pub(crate) const HIDDEN: &str = "hidden";

/// Names of what is in a folder, each list in bytewise order.
pub(crate) struct Entries {
    /// Files that by their name are images.
    pub images: Vec<OsString>,
    /// Folders.
    pub folders: Vec<OsString>,
    /// What is ignored, and why: hidden entries and other files.
    pub passed_over: Vec<(OsString, &'static str)>,
}

/// Lists `folder`, following links. A link to nowhere with the name of an image counts as an image, so that decoding
/// names it instead of it vanishing in silence.
pub(crate) fn list(folder: &Path) -> Result<Entries, ScanError> {
    let failed = |source| ScanError::Read { path: folder.into(), source };
    let mut entries = Entries { images: Vec::new(), folders: Vec::new(), passed_over: Vec::new() };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            entries.passed_over.push((name, HIDDEN));
        } else if is_folder(&entry).map_err(failed)? {
            entries.folders.push(name);
        } else if !is_image_name(&name) {
            let reason = unread(Path::new(&name)).unwrap_or("no image by its name");
            entries.passed_over.push((name, reason));
        } else if may_be_a_file(&entry).map_err(failed)? {
            entries.images.push(name);
        } else {
            entries.passed_over.push((name, "no file"));
        }
    }
    entries.images.sort_unstable_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    entries.folders.sort_unstable_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    Ok(entries)
}

fn is_folder(entry: &DirEntry) -> std::io::Result<bool> {
    let kind = entry.file_type()?;
    Ok(kind.is_dir() || kind.is_symlink() && entry.path().is_dir())
}

/// A file, or a link to one, or a link to nowhere. Not a pipe or a device, which would be read for ever.
fn may_be_a_file(entry: &DirEntry) -> std::io::Result<bool> {
    let kind = entry.file_type()?;
    Ok(if kind.is_symlink() {
        fs::metadata(entry.path()).map_or(true, |target| target.is_file())
    } else {
        kind.is_file()
    })
}

/// Whether a file is an image by its name.
pub fn is_image_name(name: &OsStr) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| IMAGE_EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}
