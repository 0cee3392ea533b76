//! What a launcher promises.

use crate::signal;
use plan::Request;
use record::Event;
use std::io;
use std::path::{Path, PathBuf};

/// Starts model programs and listens to them.
///
/// The contract: `launch` returns when the program has ended; every event it reported has been handed to `listen`, in
/// order; what it wrote to standard error is in `log`; and when the calling process dies, however, the program ends
/// too.
pub trait Launcher: Sync {
    /// Runs `program` with `request`.
    ///
    /// # Errors
    /// [`LaunchError`] where the program could not be started, said that it failed, or ended without a word.
    fn launch(
        &self,
        program: &Path,
        request: &Request,
        log: &Path,
        listen: &mut dyn FnMut(Event),
    ) -> Result<(), LaunchError>;
}

/// Why a program did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// It could not be started.
    #[error("cannot start {program}: {source}", program = program.display())]
    Start {
        /// The executable.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Its log could not be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Log {
        /// The log.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It said why it failed.
    #[error("{0}")]
    Failed(String),
    /// It said why it cannot do this, neither now nor the next time.
    #[error("{0}")]
    Refused(String),
    /// It ended without saying why.
    #[error("the program ended with {status}{tail}", tail = tail(log))]
    Ended {
        /// Its exit status or signal.
        status: std::process::ExitStatus,
        /// Where its standard error went.
        log: PathBuf,
    },
    /// It said something that is no event.
    #[error("the program wrote a line that is no event: {line}")]
    Protocol {
        /// The line.
        line: String,
    },
}

impl LaunchError {
    /// Whether another try would end in the same way.
    pub fn is_lasting(&self) -> bool {
        matches!(self, LaunchError::Refused(_))
    }

    /// Whether the program was told to end, by an interrupt or by whoever manages processes here. Those tell the tool as
    /// well as a rule, a moment sooner or later, so this is no failure yet.
    pub fn was_told_to_end(&self) -> bool {
        matches!(self, LaunchError::Ended { status, .. } if signal::told_to_end(*status))
    }
}

/// The last lines of a log, for an error message.
fn tail(log: &Path) -> String {
    const LINES: usize = 10;
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    match lines.len() {
        0 => String::new(),
        count => format!("; its last words:\n{}", lines[count.saturating_sub(LINES)..].join("\n")),
    }
}
