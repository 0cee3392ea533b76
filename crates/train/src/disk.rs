//! Files of a run, written whole or not at all.

use crate::error::TrainError;
use record::seal;
use std::io;
use std::path::Path;

/// Puts `bytes` at `path` at once.
///
/// # Errors
/// [`TrainError::Write`], with the path: then the file is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    files::write(path, bytes).map_err(|source| TrainError::Write { path: path.to_path_buf(), source })
}

/// Removes the file at `path` where there is one.
///
/// # Errors
/// [`TrainError::Write`], with the path.
pub fn remove(path: &Path) -> Result<(), TrainError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(TrainError::Write { path: path.to_path_buf(), source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Sets a damaged file aside where it is there at all. Gives its new name.
///
/// # Errors
/// [`TrainError::Write`], with the path.
pub fn set_aside(path: &Path) -> Result<Option<String>, TrainError> {
    match seal::set_aside(path) {
        Ok(aside) => Ok(aside.file_name().map(|name| files::shown(name).to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TrainError::Write { path: path.to_path_buf(), source }),
    }
}
