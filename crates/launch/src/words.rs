//! What a program writes to standard error: into a file, or only to be said again where it fails.

use crate::launcher::LaunchError;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{ChildStderr, Stdio};

/// The most bytes at the end of a log that an error looks at.
const END: u64 = 64 << 10;

/// Where the words go.
pub enum Words {
    /// Into this file.
    Log(File),
    /// Nowhere but here.
    Memory,
}

impl Words {
    /// Into the file `log`, which is made anew, or only here: then nothing needs to be writable.
    ///
    /// # Errors
    /// [`LaunchError::Log`].
    pub fn to(log: Option<&Path>) -> Result<Words, LaunchError> {
        let Some(path) = log else { return Ok(Words::Memory) };
        let file = record::layout::create(path);
        file.map(Words::Log).map_err(|source| LaunchError::Log { path: path.to_path_buf(), source })
    }

    /// What the program writes to.
    ///
    /// # Errors
    /// The system's, where there are no more files to be had.
    pub fn stdio(&self) -> std::io::Result<Stdio> {
        match self {
            Words::Log(file) => Ok(file.try_clone()?.into()),
            Words::Memory => Ok(Stdio::piped()),
        }
    }

    /// The last of them, when the program has ended; `heard` is what came through the pipe.
    pub fn end(self, heard: Vec<u8>) -> String {
        let mut bytes = heard;
        if let Words::Log(mut file) = self {
            let length = file.metadata().map_or(0, |metadata| metadata.len());
            // A log that cannot be read is no worse than an empty one.
            let _ = file.seek(SeekFrom::Start(length.saturating_sub(END))).and_then(|_| file.read_to_end(&mut bytes));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
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
