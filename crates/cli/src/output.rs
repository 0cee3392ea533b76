//! Standard output: results go here.

use crate::error::Error;
use std::io::{self, ErrorKind, Write};

/// Writes `text`. A reader that has seen enough and went (`| head`) is no error.
///
/// # Errors
/// [`Error::Write`], a full disk among them.
pub fn out(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::write("standard output")(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
