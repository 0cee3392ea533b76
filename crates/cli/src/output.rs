//! Standard output: results go here.

use crate::error::Error;
use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Writes `text`; on a terminal without control characters, elsewhere as it is, for programs to read. A reader that has seen enough and went (`| head`) is no error.
///
/// # Errors
/// [`Error::Write`], a full disk among them.
pub fn out(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let text = if stdout.is_terminal() { files::printable(text) } else { Cow::Borrowed(text) };
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::write("standard output")(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
