//! Files that are either whole or not there: written beside their place, synced, and renamed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

const PREFIX: &str = ".ablate-";
const SUFFIX: &str = ".tmp";

/// Puts `bytes` at `path` at once: after a crash at any moment the file holds the old bytes or the new ones.
///
/// # Errors
/// Those of the file system, disk full among them; then `path` is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Made as any file is made, so that it is as readable as the person's umask says. The temporary name says nothing to a
    // person: errors are the system's own, without it.
    let mut code = None;
    let make = |path: &Path| {
        let made = File::options().write(true).create_new(true).open(path);
        made.inspect_err(|error| code = error.raw_os_error())
    };
    let made = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).make_in(folder, make);
    let file = made.map_err(|error| code.map_or(error, io::Error::from_raw_os_error))?;
    file.as_file().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Like [`write()`], but leaves a file alone that holds these bytes already. Says whether it wrote.
///
/// # Errors
/// As [`write()`].
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if holds(path, bytes) {
        return Ok(false);
    }
    write(path, bytes)?;
    Ok(true)
}

/// Whether `bytes` are what a file at `path` holds. A link is not followed: it may lead to a device that never ends.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|old| old == bytes)
}

/// Removes what killed writers have left in `folder`: temporary files that were never renamed.
///
/// # Errors
/// Those of the file system; a folder that is not there has nothing to remove.
pub fn sweep(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
    }
    Ok(())
}

/// What a person can do about a write that failed, as the end of a message; empty where the system's words say it all.
pub fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; the folder is not writable: allow writing to it, or choose another (--out, for results)"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; the disk is full: free some space and run again, finished runs are kept"
        }
        io::ErrorKind::FileTooLarge => {
            "; a limit on file sizes is in the way (ulimit -f): raise it and run again, finished runs are kept"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "; a file stands where a folder should be: move it away, or choose another folder (--out, for results)"
        }
        // The rest of the standard library's list speaks for itself.
        _ => "",
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_the_systems_own_and_come_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("missing/a.csv"), b"").unwrap_err();
        assert_eq!(error.to_string(), "No such file or directory (os error 2)");
        assert_eq!(advice(&error), "");
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(advice(&full).contains("free some space"));
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(advice(&denied).contains("--out"));
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write(&path, b"one").unwrap();
        assert!(write_if_changed(&path, b"two").unwrap());
        assert!(!write_if_changed(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        fs::write(folder.path().join(".ablate-x1.tmp"), b"half").unwrap();
        sweep(folder.path()).unwrap();
        sweep(&folder.path().join("missing")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_replaced_and_what_it_names_is_neither_read_nor_written() {
        let folder = tempfile::tempdir().unwrap();
        let (link, precious) = (folder.path().join("a.csv"), folder.path().join("precious"));
        fs::write(&precious, "same").unwrap();
        for target in [precious.as_path(), Path::new("/dev/zero")] {
            fs::remove_file(&link).ok();
            std::os::unix::fs::symlink(target, &link).unwrap();
            assert!(write_if_changed(&link, b"same").unwrap());
            assert!(!link.is_symlink() && fs::read(&link).unwrap() == b"same");
        }
        assert_eq!(fs::read(&precious).unwrap(), b"same");
    }
}
