//! What lies among the images and is not read: hidden files, other files, folders within class folders. A reader should
//! know, since it may be an image under a wrong name, or a split under one that is not known.

use crate::Manifest;
use serde::Serialize;
use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Something that is passed over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Stray {
    /// The file or folder.
    pub path: String,
    /// Why it is passed over.
    pub reason: &'static str,
}

/// Lists strays by path. A folder that cannot be listed any more has none.
pub(super) fn find(manifest: &Manifest, directory: &Path) -> Vec<Stray> {
    let splits = manifest.splits();
    let read: HashSet<&Path> =
        splits.iter().flat_map(|(_, split)| split.files.iter().map(|file| file.path.as_path())).collect();
    let folders: BTreeSet<&Path> = splits.iter().map(|(_, split)| split.folder.as_path()).collect();
    let mut strays = BTreeSet::new();
    let mut add = |path: &Path, reason| strays.insert(Stray { path: path.display().to_string(), reason });
    for &folder in &folders {
        let classes: Vec<PathBuf> =
            manifest.classes.iter().map(|class| folder.join(class)).filter(|class| class.is_dir()).collect();
        if classes.is_empty() {
            continue; // no folders of classes: a source of another kind
        }
        for path in entries(folder) {
            if is_hidden(&path) {
                add(&path, "hidden");
            } else if !path.is_dir() && !read.contains(path.as_path()) {
                add(&path, "outside the class folders");
            }
        }
        for path in classes.iter().flat_map(|class| entries(class)).filter(|path| !read.contains(path.as_path())) {
            let reason = match () {
                () if is_hidden(&path) => "hidden",
                () if path.is_dir() => "a folder in a class folder",
                () => "no image by its name",
            };
            add(&path, reason);
        }
    }
    if folders.iter().all(|folder| folder.parent() == Some(directory)) {
        let beside = entries(directory).into_iter();
        for path in beside.filter(|path| path.is_dir() && !is_hidden(path) && !folders.contains(path.as_path())) {
            add(&path, "a folder by the name of no split");
        }
    }
    strays.into_iter().collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}
