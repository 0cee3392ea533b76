//! What a program writes to standard error: into a file, or only to be said again where it fails.

use crate::launcher::LaunchError;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{ChildStderr, Stdio};

/// The most bytes at the end of a log that an error looks at.
const END: u64 = 64 << 10;

/// Where the words of a program go: into the file `log`, which is made anew, or only here. Then nothing needs to be
/// writable.
///
/// # Errors
/// [`LaunchError::Log`].
pub fn stderr(log: Option<&Path>) -> Result<Stdio, LaunchError> {
    let Some(path) = log else { return Ok(Stdio::piped()) };
    let file = record::layout::create(path);
    file.map(Stdio::from).map_err(|source| LaunchError::Log { path: path.to_path_buf(), source })
}

/// The last of the words, when the program has ended; `heard` is what came through the pipe.
pub fn last(log: Option<&Path>, heard: Vec<u8>) -> String {
    // A log that cannot be read is no worse than an empty one.
    let bytes = log.map_or(Ok(heard), end_of).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn end_of(log: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a pipe to its end, and gives the last of it.
pub fn hear(pipe: Option<ChildStderr>) -> Vec<u8> {
    let (mut last, mut piece) = (Vec::new(), [0; 4096]);
    let Some(mut pipe) = pipe else { return last };
    while let Ok(length @ 1..) = pipe.read(&mut piece) {
        last.extend_from_slice(&piece[..length]);
        if last.len() as u64 > 2 * END {
            last.drain(..last.len() - END as usize);
        }
    }
    last
}
