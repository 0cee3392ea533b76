//! Finding cargo and rustc.

use crate::end::{self, Violence};
use files::shown;
use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Command, ExitStatus, Output, Stdio};

/// The cargo and the rustc that are meant. Whether they are there is seen when they are needed.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// What builds.
    pub cargo: OsString,
    /// What cargo will use.
    pub rustc: OsString,
}

/// There is no cargo or rustc to build programs with.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// It is not there.
    #[error(
        "cannot find `{tool}`: models are compiled to native code, which needs a Rust toolchain.\n\
         Install one from https://rustup.rs (or your system's packages, Rust {rust_version} or newer), then run this again.",
        rust_version = env!("CARGO_PKG_RUST_VERSION")
    )]
    Missing {
        /// `cargo` or `rustc`.
        tool: &'static str,
    },
    /// It is there and cannot be started.
    #[error("cannot start `{tool}` ({program}): {source}", program = shown(program))]
    Start {
        /// `cargo` or `rustc`.
        tool: &'static str,
        /// What was started.
        program: OsString,
        /// The system's reason.
        source: io::Error,
    },
    /// It was killed.
    #[error(
        "`{tool} --version` was killed ({status}), as the system does when memory runs out: free some memory, then run this again"
    )]
    Killed {
        /// `cargo` or `rustc`.
        tool: &'static str,
        /// Its end.
        status: ExitStatus,
    },
    /// It says itself why it does not work.
    #[error("`{tool}` does not work: `{program} --version` ended with {status}{words}", program = shown(program))]
    Refused {
        /// `cargo` or `rustc`.
        tool: &'static str,
        /// What was started.
        program: OsString,
        /// Its end.
        status: ExitStatus,
        /// What it said: empty, or a colon and lines.
        words: String,
    },
}

impl Toolchain {
    /// The cargo that started this program (`CARGO`), or the one on the path; and its rustc.
    #[expect(clippy::disallowed_methods, reason = "cargo's own variables say which cargo and rustc are meant")]
    pub fn of_environment() -> Toolchain {
        let named = |variable, name: &str| std::env::var_os(variable).unwrap_or_else(|| name.into());
        Toolchain { cargo: named("CARGO", "cargo"), rustc: named("RUSTC", "rustc") }
    }

    /// Tries both.
    ///
    /// # Errors
    /// [`ToolchainError`] where one does not work.
    pub fn check(&self) -> Result<(), ToolchainError> {
        try_out("cargo", &self.cargo)?;
        try_out("rustc", &self.rustc)
    }
}

fn try_out(tool: &'static str, program: &OsStr) -> Result<(), ToolchainError> {
    let Output { status, stderr, .. } = match Command::new(program).arg("--version").stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ToolchainError::Missing { tool }),
        Err(source) => return Err(ToolchainError::Start { tool, program: program.to_owned(), source }),
    };
    if status.success() {
        return Ok(());
    }
    if end::violence(status) == Some(Violence::Killed) {
        return Err(ToolchainError::Killed { tool, status });
    }
    let said = String::from_utf8_lossy(&stderr);
    let words = if said.trim().is_empty() { String::new() } else { format!(":\n{}", said.trim_end()) };
    Err(ToolchainError::Refused { tool, program: program.to_owned(), status, words })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::testing::script;

    #[test]
    fn a_toolchain_that_does_not_work_says_why_itself() {
        let folder = tempfile::tempdir().unwrap();
        let works = script(&folder.path().join("works"), "exit 0");
        let trying = |words: &str| {
            let rustc = script(&folder.path().join("rustc"), words);
            Toolchain { cargo: works.clone().into(), rustc: rustc.into() }.check().map_err(|error| error.to_string())
        };
        assert_eq!(trying("exit 0"), Ok(()));
        let home =
            trying("echo \"error: could not create home directory: '/root/.rustup': Permission denied\" >&2; exit 1");
        let home = home.unwrap_err();
        assert!(home.starts_with("`rustc` does not work: `") && home.contains("exit status: 1"), "{home}");
        assert!(home.ends_with("'/root/.rustup': Permission denied") && !home.contains("Install"), "{home}");
        let killed = trying("kill -KILL $$").unwrap_err();
        assert!(killed.contains("`rustc --version` was killed") && killed.contains("memory"), "{killed}");
        assert!(!killed.contains("Install"), "{killed}");

        let not_executable = folder.path().join("plain");
        std::fs::write(&not_executable, "").unwrap();
        let there = Toolchain { cargo: works.into(), rustc: not_executable.into() }.check().unwrap_err().to_string();
        assert!(there.contains("cannot start `rustc`") && there.contains("ermission denied"), "{there}");
        let nowhere = Toolchain { cargo: "/nowhere/cargo".into(), rustc: "rustc".into() }.check().unwrap_err();
        assert!(nowhere.to_string().starts_with("cannot find `cargo`: "), "{nowhere}");
    }
}
