//! What can go wrong with prepared images.

use files::shown;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};

/// A part of the cache that is not as it was written. It is not used, and what it stood for is prepared again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    path: PathBuf,
    what: String,
}

impl Damage {
    pub(super) fn new(path: &Path, what: impl Into<String>) -> Damage {
        Damage { path: path.into(), what: what.into() }
    }
}

impl Display for Damage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged: {}", shown(&self.path), self.what)
    }
}

/// Why images cannot be prepared, or prepared ones not be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// A file of the cache cannot be written.
    #[error("cannot write {}: {source}{}", shown(path), files::advice(source))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the cache cannot be read.
    #[error("cannot read {}: {source}; the prepared images are gone: run again to prepare them again", shown(path))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the cache is not as it was written.
    #[error("{} is damaged: {what}; run again, and what is damaged is prepared again", shown(path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The prepared images are others than those that were asked for.
    #[error("{} holds {found}, and the run is of {expected}: the images have changed; run again", shown(path))]
    Other {
        /// The list of prepared images.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// An image cannot be decoded here and now, for want of memory above all. The file may be good.
    #[error("{} {reason}", files::shown(path))]
    Unable {
        /// The image.
        path: PathBuf,
        /// What is in the way.
        reason: String,
    },
    /// Another call is using the prepared images.
    #[error("another call of ablate is using the prepared images in {}: let it end", shown(path))]
    Busy {
        /// The cache's folder.
        path: PathBuf,
    },
}

pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> CacheError + '_ {
    move |source| CacheError::Write { path: path.into(), source }
}

pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> CacheError + '_ {
    move |source| CacheError::Read { path: path.into(), source }
}
