//! What lies among the images and is not read: hidden files, other files, folders within class folders. A reader should
//! know, since it may be an image under a wrong name, or a split under one that is not known.

use crate::Manifest;
use crate::scan::folder::{HIDDEN, list};
use plan::DataPlan;
use serde::Serialize;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

const OUTSIDE: &str = "outside the class folders";
const NESTED: &str = "a folder in a class folder";
const NESTED_IMAGES: &str = "a folder in a class folder; it holds images, which are not read";

/// Something that is ignored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Stray {
    /// The file or folder.
    pub path: String,
    /// Why it is ignored.
    pub reason: &'static str,
}

/// Lists strays by path, where the images are those that are found in folders. A folder that cannot be listed any more
/// has none.
pub(super) fn find(manifest: &Manifest, plan: &DataPlan) -> Vec<Stray> {
    let splits = manifest.splits();
    let are_files = splits.iter().all(|(_, split)| split.files.iter().all(|file| file.own().is_some()));
    if plan.source.manifest.is_some() || !are_files {
        return Vec::new();
    }
    let mut strays = BTreeSet::new();
    let mut add = |folder: &Path, name: OsString, reason| {
        strays.insert(Stray { path: folder.join(name).to_string_lossy().into_owned(), reason });
    };
    let folders: BTreeSet<&Path> = splits.iter().map(|(_, split)| split.folder.as_path()).collect();
    for &folder in &folders {
        let Ok(beside) = list(folder) else { continue };
        for (name, reason) in beside.passed_over {
            add(folder, name, if reason == HIDDEN { reason } else { OUTSIDE });
        }
        beside.images.into_iter().for_each(|name| add(folder, name, OUTSIDE));
        for class in &manifest.classes {
            let class = folder.join(class);
            let Ok(within) = list(&class) else { continue };
            within.passed_over.into_iter().for_each(|(name, reason)| add(&class, name, reason));
            for name in within.folders {
                let holds_images = list(&class.join(&name)).is_ok_and(|held| !held.images.is_empty());
                add(&class, name, if holds_images { NESTED_IMAGES } else { NESTED });
            }
        }
    }
    if folders.iter().all(|folder| folder.parent() == Some(&plan.directory))
        && let Ok(beside) = list(&plan.directory)
    {
        for name in beside.folders {
            if !folders.contains(plan.directory.join(&name).as_path()) {
                add(&plan.directory, name, "not a split name");
            }
        }
        // Beside the splits there may be a licence or a list of sources: those are no images, and meant to be there.
        let hidden = beside.passed_over.into_iter().filter(|(_, reason)| *reason == HIDDEN);
        hidden.for_each(|(name, reason)| add(&plan.directory, name, reason));
        beside.images.into_iter().for_each(|name| add(&plan.directory, name, OUTSIDE));
    }
    strays.into_iter().collect()
}
