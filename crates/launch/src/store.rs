//! Programs that stay as they are: `target/ablate/programs/HASH/NAME`, by what is in them.
//!
//! Cargo's own executable is named after the network. Another call of the tool, with other sources of the engine, may put
//! another one in its place between two runs of a sweep. What is kept here is never replaced.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A program that no call has asked for in this time is taken away.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// In a program's folder; its time is that of the last call that asked for the program. The program's own cannot be:
/// it is the same file as cargo's, which compares times.
const USED: &str = "used";

/// A folder of programs.
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The one at `folder`, which need not be there yet.
    pub fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    /// A path where the program at `built` stays as it is now.
    ///
    /// # Errors
    /// The path that could not be read or written, and the system's reason.
    pub fn keep(&self, built: &Path) -> Result<PathBuf, (PathBuf, io::Error)> {
        let at = |path: &Path| {
            let path = path.to_path_buf();
            |error| (path, error)
        };
        let mut hasher = blake3::Hasher::new();
        let mut file = File::open(built).map_err(at(built))?;
        io::copy(&mut file, &mut hasher).map_err(at(built))?;
        let folder = self.folder.join(&hasher.finalize().to_hex()[..32]);
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let used = folder.join(USED);
        fs::write(&used, "").map_err(at(&used))?;
        let kept = folder.join(built.file_name().unwrap_or_default());
        match fs::hard_link(built, &kept) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // A file system without links.
            Err(_) => {
                let half = folder.join("half");
                fs::copy(built, &half).and_then(|_| fs::rename(&half, &kept)).map_err(at(&kept))?;
            }
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_outlives_another_build() {
        let folder = tempfile::tempdir().unwrap();
        let (store, built) = (Store::new(folder.path().join("programs")), folder.path().join("net-1"));
        fs::write(&built, "one").unwrap();
        let first = store.keep(&built).unwrap();
        assert_eq!(first.file_name(), built.file_name());
        assert_eq!(store.keep(&built).unwrap(), first);
        // As cargo does: what was there is removed, then written anew.
        fs::remove_file(&built).unwrap();
        fs::write(&built, "two").unwrap();
        let second = store.keep(&built).unwrap();
        assert_ne!(first, second);
        assert_eq!([fs::read(&first).unwrap(), fs::read(&second).unwrap()], [b"one", b"two"]);
        fs::remove_file(&built).unwrap();
        let (path, error) = store.keep(&built).unwrap_err();
        assert_eq!((path, error.kind()), (built, io::ErrorKind::NotFound));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "ages a file")]
    fn what_nobody_asks_for_goes_after_a_month() {
        let folder = tempfile::tempdir().unwrap();
        let (store, built) = (Store::new(folder.path().join("programs")), folder.path().join("net-1"));
        let kept = ["one", "two"].map(|text| {
            fs::write(&built, text).unwrap();
            let kept = store.keep(&built).unwrap();
            fs::remove_file(&built).unwrap();
            kept
        });
        let old = SystemTime::now() - KEPT - Duration::from_secs(60);
        File::options().write(true).open(kept[0].with_file_name(USED)).unwrap().set_modified(old).unwrap();
        store.prune();
        assert_eq!(kept.each_ref().map(|path| path.exists()), [false, true]);
        // Asked for again, it is young again.
        fs::write(&built, "two").unwrap();
        File::options().write(true).open(kept[1].with_file_name(USED)).unwrap().set_modified(old).unwrap();
        store.keep(&built).unwrap();
        store.prune();
        assert!(kept[1].exists());
    }
}
