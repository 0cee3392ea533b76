//! Programs that stay as they are: `target/ablate/programs/HASH/NAME`, by what is in them.
//!
//! Cargo's own executable is named after the network. Another call of the tool, with other sources of the engine, may put
//! another one in its place between two runs of a sweep. What is kept here is never replaced.
//!
//! `programs/by-source/KEY` holds the HASH of the program that was built from the sources of that key. So a program that is
//! there is found without cargo, and one that is damaged is seen to be: its content is not its HASH.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A program that no call has asked for in this time is taken away.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// In a program's folder; its time is that of the last call that asked for the program. The program's own cannot be:
/// it is the same file as cargo's, which compares times.
const USED: &str = "used";
/// The folder of keys.
const BY_SOURCE: &str = "by-source";
/// Characters of a HASH.
const DIGITS: usize = 32;

/// A folder of programs.
pub struct Store {
    folder: PathBuf,
}

/// What there is of a program.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// It, as it was built.
    Whole(PathBuf),
    /// It, but not as it was built.
    Damaged(PathBuf),
    /// Nothing.
    Missing,
}

/// The path that could not be read or written, and the system's reason.
type Failed = (PathBuf, io::Error);

impl Store {
    /// The one at `folder`, which need not be there yet.
    pub fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    /// The program `name` that was built from the sources of `key`. Looks, and writes nothing that matters: the folder may
    /// be read-only.
    pub fn find(&self, key: &str, name: &str) -> Found {
        let Some(hash) = self.built_from(key) else { return Found::Missing };
        let folder = self.folder.join(&hash);
        let program = folder.join(name);
        // First asked for, then looked at, so that it does not grow too old in between.
        fs::write(folder.join(USED), "").ok();
        match hash_of(&program) {
            Ok(found) if found == hash => Found::Whole(program),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Missing,
            Ok(_) | Err(_) => Found::Damaged(program),
        }
    }

    /// The HASH of the program that was built from the sources of `key`.
    pub fn built_from(&self, key: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(BY_SOURCE).join(key)).ok().filter(|hash| is_hash(hash))
    }

    /// A path where the program at `built`, made from the sources of `key`, stays as it is now.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn keep(&self, built: &Path, key: Option<&str>) -> Result<PathBuf, Failed> {
        let at = |path: &Path| {
            let path = path.to_path_buf();
            |error| (path, error)
        };
        let hash = hash_of(built).map_err(at(built))?;
        let folder = self.folder.join(&hash);
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let used = folder.join(USED);
        fs::write(&used, "").map_err(at(&used))?;
        let kept = folder.join(built.file_name().unwrap_or_default());
        if is_whole(&kept) == Some(false) {
            remove(&kept).map_err(at(&kept))?;
        }
        match fs::hard_link(built, &kept) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // A file system without links.
            Err(_) => {
                let half = folder.join("half");
                fs::copy(built, &half).and_then(|_| fs::rename(&half, &kept)).map_err(at(&kept))?;
            }
        }
        if let Some(key) = key {
            let keys = self.folder.join(BY_SOURCE);
            fs::create_dir_all(&keys).map_err(at(&keys))?;
            files::write_if_changed(&keys.join(key), hash.as_bytes()).map_err(at(&keys.join(key)))?;
        }
        Ok(kept)
    }

    /// Takes away what was not asked for in the last month. What cannot be taken away stays: it does no harm.
    #[expect(clippy::disallowed_methods, reason = "decides which old files are kept, no result")]
    pub fn prune(&self) {
        let Some(oldest) = SystemTime::now().checked_sub(KEPT) else { return };
        for folder in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let used = fs::metadata(folder.path().join(USED)).and_then(|used| used.modified());
            if used.is_ok_and(|used| used < oldest) {
                fs::remove_dir_all(folder.path()).ok();
            }
        }
        for key in fs::read_dir(self.folder.join(BY_SOURCE)).into_iter().flatten().flatten() {
            let hash = key.file_name().to_str().and_then(|key| self.built_from(key));
            if hash.is_none_or(|hash| !self.folder.join(hash).exists()) {
                fs::remove_file(key.path()).ok();
            }
        }
    }
}

/// Whether a kept program is as it was built; `None` for one that is kept elsewhere, or not there.
pub fn is_whole(program: &Path) -> Option<bool> {
    let hash = program.parent()?.file_name()?.to_str().filter(|hash| is_hash(hash))?;
    match hash_of(program) {
        Ok(found) => Some(found == hash),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(_) => Some(false),
    }
}

/// What is in a program, as the name of a folder.
pub fn hash_of(program: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(program)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex()[..DIGITS].to_owned())
}

/// Removes whatever is at `path`.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) if path.is_dir() => fs::remove_dir_all(path),
        removed => removed,
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (store, built) = (Store::new(folder.path().join("programs")), folder.path().join("net-1"));
        (folder, store, built)
    }

    #[test]
    fn what_is_kept_outlives_another_build() {
        let (_folder, store, built) = store();
        fs::write(&built, "one").unwrap();
        let first = store.keep(&built, Some("a")).unwrap();
        assert_eq!(first.file_name(), built.file_name());
        assert_eq!(store.keep(&built, Some("a")).unwrap(), first);
        // As cargo does: what was there is removed, then written anew.
        fs::remove_file(&built).unwrap();
        fs::write(&built, "two").unwrap();
        let second = store.keep(&built, Some("b")).unwrap();
        assert_ne!(first, second);
        assert_eq!([fs::read(&first).unwrap(), fs::read(&second).unwrap()], [b"one", b"two"]);
        // Each is found by its sources, and nothing by others.
        assert_eq!(store.find("a", "net-1"), Found::Whole(first));
        assert_eq!(store.find("b", "net-1"), Found::Whole(second));
        assert_eq!(store.find("c", "net-1"), Found::Missing);
        fs::remove_file(&built).unwrap();
        let (path, error) = store.keep(&built, None).unwrap_err();
        assert_eq!((path, error.kind()), (built, io::ErrorKind::NotFound));
    }

    #[test]
    fn what_is_damaged_is_seen_and_replaced() {
        let (_folder, store, built) = store();
        fs::write(&built, "one").unwrap();
        let kept = store.keep(&built, Some("a")).unwrap();
        assert_eq!(is_whole(&kept), Some(true));
        // In place, so that cargo's file, which is the same, has it too.
        fs::write(&kept, "0ne").unwrap();
        assert_eq!((store.find("a", "net-1"), is_whole(&kept)), (Found::Damaged(kept.clone()), Some(false)));
        fs::remove_file(&built).unwrap();
        fs::write(&built, "one").unwrap();
        assert_eq!(store.keep(&built, Some("a")).unwrap(), kept);
        assert_eq!(store.find("a", "net-1"), Found::Whole(kept.clone()));
        // Cut short, turned into a folder, gone; and the record of it damaged.
        fs::remove_file(&kept).unwrap();
        assert_eq!((store.find("a", "net-1"), is_whole(&kept)), (Found::Missing, None));
        fs::create_dir(&kept).unwrap();
        assert_eq!(store.find("a", "net-1"), Found::Damaged(kept.clone()));
        store.keep(&built, Some("a")).unwrap();
        fs::write(store.folder.join(BY_SOURCE).join("a"), "../../../etc").unwrap();
        assert_eq!((store.find("a", "net-1"), store.built_from("a")), (Found::Missing, None));
        assert_eq!(is_whole(&built), None);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "ages a file")]
    fn what_nobody_asks_for_goes_after_a_month() {
        let (_folder, store, built) = store();
        let kept = ["one", "two"].map(|text| {
            fs::write(&built, text).unwrap();
            let kept = store.keep(&built, Some(text)).unwrap();
            fs::remove_file(&built).unwrap();
            kept
        });
        let old = SystemTime::now() - KEPT - Duration::from_secs(60);
        File::options().write(true).open(kept[0].with_file_name(USED)).unwrap().set_modified(old).unwrap();
        store.prune();
        assert_eq!(kept.each_ref().map(|path| path.exists()), [false, true]);
        assert_eq!(["one", "two"].map(|key| store.built_from(key).is_some()), [false, true]);
        // Asked for again, it is young again.
        File::options().write(true).open(kept[1].with_file_name(USED)).unwrap().set_modified(old).unwrap();
        assert_eq!(store.find("two", "net-1"), Found::Whole(kept[1].clone()));
        store.prune();
        assert!(kept[1].exists());
    }
}
