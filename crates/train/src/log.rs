//! Words for the person who reads the run's log: standard error.

use std::io::Write;

/// Writes a line.
pub fn line(text: &str) {
    // A log that cannot be written to has nowhere to complain to.
    let _ = writeln!(std::io::stderr(), "{}", files::printable(text));
}
