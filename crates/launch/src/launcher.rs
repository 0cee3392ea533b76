//! What a launcher promises.

use crate::end::{self, Violence};
use crate::store;
use files::shown;
use plan::Request;
use record::Event;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Starts model programs and listens to them.
///
/// The contract: `launch` returns when the program has ended; every event it reported has been handed to `listen`, in
/// order; what it wrote to standard error is in `log`, where one is named; when the calling process dies, however, the
/// program ends too; and when memory runs out, it ends first.
pub trait Launcher: Sync {
    /// Runs `program` with `request`.
    ///
    /// # Errors
    /// [`LaunchError`] where the program could not be started, said that it failed, or ended without a word.
    fn launch(
        &self,
        program: &Path,
        request: &Request,
        log: Option<&Path>,
        listen: &mut dyn FnMut(Event),
    ) -> Result<(), LaunchError>;
}

/// Why a program did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// It could not be started.
    #[error("cannot start {program}: {source}", program = shown(program))]
    Start {
        /// The executable.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Its file is not as it was built.
    #[error("the program {program} is damaged: run again, and it is built again", program = shown(program))]
    Damaged {
        /// The executable.
        program: PathBuf,
    },
    /// Its log could not be written.
    #[error("cannot write {path}: {source}{}", files::advice(source), path = shown(path))]
    Log {
        /// The log.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It said why it failed.
    #[error("{0}")]
    Failed(String),
    /// It ended without saying why.
    #[error("the program ended with {status}{advice}{tail}", advice = advice(*status, words), tail = tail(words))]
    Ended {
        /// Its exit status or signal.
        status: ExitStatus,
        /// The end of what it wrote to standard error.
        words: String,
    },
    /// It said something that is no event.
    #[error("unexpected output from the model program: {line}", line = shown(line))]
    Protocol {
        /// The line.
        line: String,
    },
}

impl LaunchError {
    /// Whether the program was told to end, by an interrupt or by whoever manages processes here. Those tell the tool as
    /// well as a rule, a moment sooner or later, so this is no failure yet.
    pub fn was_told_to_end(&self) -> bool {
        matches!(self, LaunchError::Ended { status, .. } if end::told_to_end(*status))
    }

    /// Says so where a program crashed, or did not start, because its file is damaged.
    pub(crate) fn or_damaged(self, program: &Path) -> LaunchError {
        let suspicious = match &self {
            LaunchError::Start { .. } => true,
            LaunchError::Ended { status, .. } => {
                matches!(end::violence(*status), Some(Violence::Crash | Violence::Bus))
            }
            LaunchError::Damaged { .. }
            | LaunchError::Log { .. }
            | LaunchError::Failed(_)
            | LaunchError::Protocol { .. } => false,
        };
        if suspicious && store::is_whole(program) == Some(false) {
            LaunchError::Damaged { program: program.to_path_buf() }
        } else {
            self
        }
    }
}

/// What an end without a word means, and what to do.
fn advice(status: ExitStatus, words: &str) -> &'static str {
    match end::violence(status) {
        Some(Violence::Killed) => {
            "; the system kills a program when memory runs out: a smaller `data.batch_size`, or fewer runs at once (--jobs), \
             need less"
        }
        None if words.contains("memory allocation of ") => {
            "; memory ran out: a smaller `data.batch_size`, or fewer runs at once (--jobs), need less"
        }
        Some(Violence::Crash) => {
            "; the program is as it was built, so this is a mistake in ablate, or damage in this machine's memory"
        }
        Some(Violence::Bus) => {
            "; a file that it works on was cut short, or the disk does not give it: `ablate clean` removes the prepared \
             images, and the next run prepares them again"
        }
        Some(Violence::Time) => "; a limit on processor time is in the way (ulimit -t): raise it and run again",
        Some(Violence::Size) => "; a limit on file sizes is in the way (ulimit -f): raise it and run again",
        None => "",
    }
}

/// The last lines of a log, for an error message.
fn tail(words: &str) -> String {
    const LINES: usize = 10;
    let lines: Vec<String> = words.lines().map(|line| shown(line).to_string()).collect();
    match lines.len() {
        0 => String::new(),
        count => format!("; its last words:\n{}", lines[count.saturating_sub(LINES)..].join("\n")),
    }
}
