//! Files and folders of Ablate's own: opened where they are, and never through a link.
//!
//! A folder that came from elsewhere, such as a cloned repository, may hold a symbolic link under any name that Ablate
//! writes. What such a link names is not Ablate's to write.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens the file at `path` for reading and writing, and makes it where there is none. What it holds stays. A symbolic
/// link is not followed.
///
/// # Errors
/// Those of the file system; and where a link, or anything else that is not a file, stands at `path`.
pub fn open_own(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    match open(&options, path) {
        Ok(file) if file.metadata()?.is_file() => Ok(file),
        Ok(_) => Err(in_the_way("something that is not a file", "a file")),
        Err(_) if path.is_symlink() => Err(in_the_way("a symbolic link", "a file")),
        Err(error) => Err(error),
    }
}

/// Opens the file at `path` to be locked, as [`open_own`] does: a lock says something by being held, not by what is in it.
///
/// # Errors
/// As [`open_own`].
pub fn open_lock(path: &Path) -> io::Result<File> {
    open_own(path)
}

/// Makes the folder at `path`, with those above it, where it is not there. A symbolic link at `path` is not followed; those
/// above it are.
///
/// # Errors
/// Those of the file system; and where a link stands at `path`.
pub fn make_own_folder(path: &Path) -> io::Result<()> {
    if path.is_symlink() {
        return Err(in_the_way("a symbolic link", "a folder"));
    }
    fs::create_dir_all(path)
}

fn in_the_way(what: &str, expected: &str) -> io::Error {
    io::Error::other(format!("{what} stands there, expected {expected} of Ablate's own: move it away"))
}

#[cfg(unix)]
fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    options.clone().custom_flags(libc::O_NOFOLLOW).open(path)
}

#[cfg(not(unix))]
fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    if path.is_symlink() {
        return Err(in_the_way("a symbolic link", "a file"));
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_a_link_is_another_s() {
        let folder = tempfile::tempdir().unwrap();
        let (own, link) = (folder.path().join("a/b"), folder.path().join("link"));
        make_own_folder(&own).unwrap();
        make_own_folder(&own).unwrap();
        std::os::unix::fs::symlink(&own, &link).unwrap();
        make_own_folder(&link).unwrap_err();
        make_own_folder(&link.join("within")).unwrap();
    }
}
