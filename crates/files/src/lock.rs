//! Files that are locked: opened as they are, where they are.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens the file at `path` to be locked, and makes it where there is none. What it holds stays: a lock says something by
/// being held, and the file may be another's. A symbolic link at `path` is not followed, so that a link which came with a
/// copied folder cannot name a file elsewhere.
///
/// # Errors
/// Those of the file system; and where a link, or anything else that is not a file, stands at `path`.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    match open(&options, path) {
        Ok(file) if file.metadata()?.is_file() => Ok(file),
        Ok(_) => Err(in_the_way("something that is not a file")),
        Err(_) if path.is_symlink() => Err(in_the_way("a symbolic link")),
        Err(error) => Err(error),
    }
}

fn in_the_way(what: &str) -> io::Error {
    io::Error::other(format!("{what} stands there, expected a file of Ablate's own: move it away"))
}

#[cfg(unix)]
fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    options.clone().custom_flags(libc::O_NOFOLLOW).open(path)
}

#[cfg(not(unix))]
fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    if path.is_symlink() {
        return Err(in_the_way("a symbolic link"));
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_lock_is_made_and_what_is_in_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = open_lock(&path).unwrap();
        lock.lock().unwrap();
        fs::write(&path, "precious").unwrap();
        assert!(open_lock(&path).unwrap().try_lock().is_err());
        assert_eq!(fs::read(&path).unwrap(), b"precious");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_neither_followed_nor_made_true() {
        let folder = tempfile::tempdir().unwrap();
        let (path, precious) = (folder.path().join("lock"), folder.path().join("precious"));
        fs::write(&precious, "all my work").unwrap();
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        let error = open_lock(&path).unwrap_err();
        assert_eq!(error.to_string(), "a symbolic link stands there, expected a file of Ablate's own: move it away");
        assert_eq!(fs::read(&precious).unwrap(), b"all my work");
        fs::remove_file(&precious).unwrap();
        open_lock(&path).unwrap_err();
        assert!(!precious.exists());
        open_lock(Path::new("/dev/null")).unwrap_err();
    }
}
