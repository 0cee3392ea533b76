//! What is there of variants and seeds that the experiment file does not have any more. It stays, unless `--prune` is given.

use crate::error::Error;
use record::ExperimentDirectory;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// More runs than this are counted.
const NAMED: usize = 6;

/// `on seed 0, on seed 1 and 7 more`.
pub fn list<'a>(runs: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let names: Vec<String> =
        runs.into_iter().map(|(variant, seed)| format!("{} seed {seed}", files::shown(variant))).collect();
    match names.len().checked_sub(NAMED) {
        None | Some(0 | 1) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}

/// The folders of runs below `runs/` for which `is_departed` says so.
///
/// # Errors
/// [`Error::Read`].
pub fn folders(
    directory: &ExperimentDirectory,
    is_departed: impl Fn(&str, u64) -> bool,
) -> Result<BTreeSet<PathBuf>, Error> {
    let mut found = BTreeSet::new();
    for variant in entries(&directory.runs())? {
        for run in entries(&variant)? {
            let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
            let (Some(variant), Some(run_name)) = (name(&variant), name(&run)) else { continue };
            // `seed-3`, and beside it perhaps `seed-3.new`.
            let number = run_name.strip_prefix("seed-").map(|number| number.split('.').next().unwrap_or(number));
            if let Some(seed) = number.and_then(|number| number.parse().ok())
                && is_departed(&variant, seed)
            {
                found.insert(run);
            }
        }
    }
    Ok(found)
}

/// The folders in a folder; a link to one is not one.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::read(folder)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::read(folder))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Removes folders of runs, and those of variants that are empty then.
///
/// # Errors
/// [`Error::Write`].
pub fn remove(folders: &BTreeSet<PathBuf>) -> Result<(), Error> {
    for folder in folders {
        fs::remove_dir_all(folder).map_err(Error::write(folder))?;
        if let Some(variant) = folder.parent() {
            // One that still holds something stays.
            fs::remove_dir(variant).ok();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_runs_that_left_are_found_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let directory = ExperimentDirectory::new(folder.path(), "one");
        let at = |path: &str| directory.runs().join(path);
        for path in ["on/seed-0", "on/seed-1", "on/seed-1.new", "on/notes", "off/seed-1", "off/seed-x"] {
            fs::create_dir_all(at(path)).unwrap();
        }
        fs::write(at("off/seed-2"), "a file").unwrap();
        let departed = |variant: &str, seed| variant == "off" || seed != 0;
        let found = folders(&directory, departed).unwrap();
        assert_eq!(found, [at("off/seed-1"), at("on/seed-1"), at("on/seed-1.new")].into());
        remove(&found).unwrap();
        assert!(folders(&directory, departed).unwrap().is_empty());
        assert!(["on/seed-0", "on/notes", "off/seed-x", "off/seed-2"].iter().all(|path| at(path).exists()));
        remove(&folders(&directory, |_, _| true).unwrap()).unwrap();
        assert!(!at("on/seed-0").exists() && at("on/notes").exists());
    }

    #[test]
    fn long_lists_are_counted() {
        let of = |count: u64| list((0..count).map(|seed| ("on", seed)));
        assert_eq!(of(2), "on seed 0, on seed 1");
        assert!(of(7).ends_with("on seed 6"));
        assert!(of(9).ends_with("on seed 5 and 3 more"), "{}", of(9));
    }
}
