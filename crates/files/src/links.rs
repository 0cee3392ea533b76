//! Files below a folder of Ablate's own, where a copied or cloned folder may have put symbolic links that lead elsewhere:
//! nothing is written through one.
//!
//! [`write()`](crate::write()) replaces a link by a file. What is left are links in place of folders, which
//! [`make_folder`] and [`refuse_links`] refuse, files that are written as they grow, which [`create`] makes new, and files
//! that stay what they are, such as locks, which [`open_own`] opens.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes `folder`, which is `base` or below it, and what is missing between them; `base` may be a link, or be reached
/// through one.
///
/// # Errors
/// Those of the file system, and those of [`refuse_links`].
pub fn make_folder(base: &Path, folder: &Path) -> io::Result<()> {
    refuse_links(base, folder)?;
    fs::create_dir_all(folder)
}

/// Checks that no symbolic link stands between `base` and `path`, `path` included and `base` not. What is not there yet is
/// no link.
///
/// # Errors
/// An error that names the link and says what to do; those of the file system.
pub fn refuse_links(base: &Path, path: &Path) -> io::Result<()> {
    let mut at = base.to_path_buf();
    for component in path.strip_prefix(base).into_iter().flat_map(Path::components) {
        at.push(component);
        match fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(is_link(&at));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_link(path: &Path) -> io::Error {
    io::Error::other(format!(
        "{} is a symbolic link, and nothing is written through one; remove the link, or use another folder",
        crate::shown(path)
    ))
}

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
        Ok(_) => Err(io::Error::other(format!("{} is not a file; move it away", crate::shown(path)))),
        Err(_) if path.is_symlink() => Err(is_link(path)),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    options.clone().custom_flags(libc::O_NOFOLLOW).open(path)
}

#[cfg(not(unix))]
fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    if path.is_symlink() {
        return Err(is_link(path));
    }
    options.open(path)
}

/// A new, empty file at `path`, to be written to as it grows, and read. What stands there, a file or a link, is removed first: what
/// a link names stays as it is.
///
/// # Errors
/// Those of the file system.
pub fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    File::options().read(true).write(true).create_new(true).open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_folder_is_made_through_a_link() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let base = folder.path().join("results");
        symlink(elsewhere.path(), &base).unwrap();
        make_folder(&base, &base.join("one/runs")).unwrap();
        assert!(elsewhere.path().join("one/runs").is_dir(), "the base itself may be a link");
        let precious = tempfile::tempdir().unwrap();
        symlink(precious.path(), base.join("one/runs/a")).unwrap();
        for path in ["one/runs/a", "one/runs/a/seed-0"] {
            let error = make_folder(&base, &base.join(path)).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{} is a symbolic link", base.join("one/runs/a").to_string_lossy())),
                "{error}"
            );
        }
        fs::remove_dir(precious.path()).unwrap();
        make_folder(&base, &base.join("one/runs/a")).unwrap_err();
        assert!(!precious.path().exists(), "a link to nothing is not made true");
    }

    #[test]
    fn a_lock_is_made_and_what_is_in_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = open_own(&path).unwrap();
        lock.lock().unwrap();
        fs::write(&path, "precious").unwrap();
        assert!(open_own(&path).unwrap().try_lock().is_err());
        assert_eq!(fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn a_link_is_neither_opened_nor_made_true() {
        let folder = tempfile::tempdir().unwrap();
        let (path, precious) = (folder.path().join("lock"), folder.path().join("precious"));
        fs::write(&precious, "all my work").unwrap();
        symlink(&precious, &path).unwrap();
        let error = open_own(&path).unwrap_err().to_string();
        assert!(error.contains("lock is a symbolic link, and nothing is written through one"), "{error}");
        assert_eq!(fs::read(&precious).unwrap(), b"all my work");
        fs::remove_file(&precious).unwrap();
        open_own(&path).unwrap_err();
        assert!(!precious.exists());
        let error = open_own(Path::new("/dev/null")).unwrap_err().to_string();
        assert_eq!(error, "/dev/null is not a file; move it away");
    }

    #[test]
    fn a_growing_file_takes_the_place_of_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (log, precious) = (folder.path().join("log.txt"), folder.path().join("precious"));
        fs::write(&precious, "all my work").unwrap();
        symlink(&precious, &log).unwrap();
        io::Write::write_all(&mut create(&log).unwrap(), b"new").unwrap();
        assert_eq!([fs::read(&log).unwrap(), fs::read(&precious).unwrap()], [&b"new"[..], b"all my work"]);
        create(&log).unwrap();
        assert_eq!(fs::read(&log).unwrap(), b"", "what an earlier program wrote is gone");
    }
}
