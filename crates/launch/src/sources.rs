//! What a program was made from, as a hash: then a program that was kept is known to be today's without asking cargo.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What programs are made from besides their own sources, below the project's folder.
const ROOTS: [&str; 5] = ["crates", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo/config.toml"];
/// In a crate's folder, what is not built.
const IDLE: [&str; 3] = ["tests", "benches", "examples"];

/// A hash of everything in the project at `sources` that a model program may be made from: which crates those are is
/// cargo's knowledge, so it is all of them.
///
/// # Errors
/// The system's, where a file cannot be read.
pub fn digest(sources: &Path) -> io::Result<blake3::Hash> {
    let mut files = Vec::new();
    for root in ROOTS {
        let path = sources.join(root);
        match fs::metadata(&path) {
            Ok(metadata) => list(&path, metadata.is_dir(), 0, &mut files)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    files.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for file in files {
        let name = file.strip_prefix(sources).unwrap_or(&file).as_os_str().as_encoded_bytes();
        let content = fs::read(&file)?;
        for part in [name, &content] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hasher.finalize())
}

/// Adds the files at and below `path`, which lies `depth` folders below a root.
fn list(path: &Path, is_folder: bool, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !is_folder {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let idle = depth == 1 && IDLE.iter().any(|idle| name == **idle);
        if !idle && !name.as_encoded_bytes().starts_with(b".") {
            list(&entry.path(), entry.file_type()?.is_dir(), depth + 1, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_changes_with_what_is_built_and_with_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("crates/nn/src/lib.rs", "//! nn");
        write("Cargo.lock", "locked");
        let mut seen = vec![digest(folder.path()).unwrap()];
        for (name, text) in [("README.md", ""), ("crates/nn/tests/a.rs", ""), ("crates/nn/src/.a.swp", "")] {
            write(name, text);
            assert_eq!(digest(folder.path()).unwrap(), seen[0], "{name}");
        }
        let decisive = [
            ("crates/nn/src/lib.rs", "//! nN"),
            ("crates/nn/src/tests/a.rs", ""),
            ("crates/nn/Cargo.toml", ""),
            ("Cargo.lock", ""),
            (".cargo/config.toml", ""),
        ];
        for (name, text) in decisive {
            write(name, text);
            let digest = digest(folder.path()).unwrap();
            assert!(!seen.contains(&digest), "{name}");
            seen.push(digest);
        }
    }
}
