//! What several tests of this crate need.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A program of a few lines of shell at `path`.
pub fn script(path: &Path, lines: &str) -> PathBuf {
    // Put there whole by another process: a file that this one has open for writing may be open in a child of a test
    // beside this one, too, for a moment, and then it cannot be started.
    let written = path.with_extension("lines");
    fs::write(&written, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::remove_file(path).ok();
    let copied = std::process::Command::new("cp").arg(&written).arg(path).status().unwrap();
    assert!(copied.success());
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_path_buf()
}
