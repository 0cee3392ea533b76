//! The images that a command line names: files, folders, and `-` for a list on standard input.

use crate::error::Error;
use files::shown;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Reads the list, a path a line.
const LIST: &str = "-";

/// All images that `named` stands for, in order: a file as it is named, whatever is in it; of a folder all image files in it
/// and in folders below it, in bytewise order; for `-` the lines of standard input.
///
/// # Errors
/// [`Error::Read`] for a folder or a list that cannot be read, [`Error::Usage`] where there is no image at all.
pub fn named_images(named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut images = Vec::new();
    for path in named {
        if path.as_os_str() == LIST {
            let mut text = Vec::new();
            io::stdin().lock().read_to_end(&mut text).map_err(Error::read("standard input"))?;
            images.extend(lines(&text));
        } else if path.is_dir() {
            let before = images.len();
            walk(path, &mut images)?;
            if images.len() == before {
                return Err(Error::Usage(format!("no image files in {}", shown(path))));
            }
        } else {
            images.push(path.clone());
        }
    }
    if images.is_empty() {
        return Err(Error::Usage("no images: the list on standard input is empty".to_owned()));
    }
    Ok(images)
}

/// Adds the image files below `folder`. A link to a file counts, one to a folder does not: it may lead back.
fn walk(folder: &Path, images: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<PathBuf> = entries.map_err(Error::read(folder))?.iter().map(fs::DirEntry::path).collect();
    paths.sort_unstable_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if path.is_dir() {
            if !path.is_symlink() {
                walk(&path, images)?;
            }
        } else if data::is_image_name(name) {
            images.push(path);
        }
    }
    Ok(())
}

/// The lines of a list that are not empty. Names need not be UTF-8.
fn lines(text: &[u8]) -> impl Iterator<Item = PathBuf> {
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.is_empty()).map(|line| PathBuf::from(name(line)))
}

#[cfg(unix)]
fn name(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn name(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn folders_are_walked_in_order_and_links_do_not_lead_astray() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/deep")).unwrap();
        for name in ["c.PNG", "a.jpg", "notes.txt", ".hidden.png", "b/deep/x.webp"] {
            fs::write(at(name), "").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), at("b/loop.png")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("lost.gif")).unwrap();
        let named = [at("notes.txt"), folder.path().to_path_buf(), at("missing.png")];
        let images = named_images(&named).unwrap();
        let expected = ["notes.txt", "a.jpg", "b/deep/x.webp", "c.PNG", "lost.gif", "missing.png"].map(at);
        assert_eq!(images, expected);
        fs::create_dir(at("empty")).unwrap();
        let message = named_images(&[at("empty")]).unwrap_err().to_string();
        assert!(message.starts_with("no image files in "), "{message}");
    }

    #[test]
    fn a_list_is_lines_of_bytes() {
        let lines: Vec<PathBuf> = lines(b"a b.png\r\n\n\xff.jpg\nlast").collect();
        assert_eq!(
            lines.iter().map(|path| path.as_os_str().as_bytes()).collect::<Vec<_>>(),
            [b"a b.png".as_slice(), b"\xff.jpg", b"last"]
        );
    }
}
