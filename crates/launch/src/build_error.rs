//! Why a program could not be built: in cargo's words, under a headline that points the right way.

use crate::cargo::{Cause, Failure};
use crate::toolchain::ToolchainError;
use codegen::CodegenError;
use files::shown;
use std::io;
use std::path::{Path, PathBuf};

/// Why a program could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is nothing to build with.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// The network could not be written as Rust.
    #[error(transparent)]
    Codegen(#[from] CodegenError),
    /// A file of the generated workspace could not be written.
    #[error("cannot write {path}: {source}{}", advice(source), path = shown(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A program could not be put where it stays.
    #[error("cannot keep the program {path}: {source}{}", advice(source), path = shown(path))]
    Keep {
        /// The program, or where it should be.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The project's sources are not where they were when the tool was built.
    #[error("the sources that models are built from are not at {path}: build `ablate` again where they are now", path = shown(path))]
    Sources {
        /// Where they were.
        path: PathBuf,
    },
    /// Cargo could not be run to its end.
    #[error("cannot run cargo: {0}")]
    Run(io::Error),
    /// Cargo was told to end.
    #[error("the build of the model programs was interrupted")]
    Interrupted,
    /// Cargo failed, and not because of a model.
    #[error("{}\n\n{}", headline(*cause, target), failure.said())]
    Cargo {
        /// Why.
        cause: Cause,
        /// Where it builds.
        target: PathBuf,
        /// What it said.
        failure: Failure,
    },
    /// Rustc refused.
    #[error("the model program does not compile{}\n\n{output}", blame(.layers))]
    Compile {
        /// The layers whose generated lines the compiler complained about: name, and line in the experiment file.
        layers: Vec<(String, Option<usize>)>,
        /// What cargo printed.
        output: String,
    },
    /// A program was damaged, and stayed so.
    #[error(
        "the program {path} is damaged, and building it again did not help: remove the folder {target}, then run this again",
        path = shown(path), target = shown(target)
    )]
    Damaged {
        /// The program.
        path: PathBuf,
        /// Cargo's folder.
        target: PathBuf,
    },
}

fn headline(cause: Cause, target: &Path) -> String {
    let target = shown(target);
    match cause {
        Cause::DiskFull => format!(
            "the model programs could not be built: the disk is full; free some space for {target}, then run this again"
        ),
        Cause::FileSize => "the model programs could not be built: a limit on file sizes is in the way (ulimit -f); raise \
                            it, then run this again"
            .to_owned(),
        Cause::Memory => "the model programs could not be built: cargo, a compiler or a linker was killed, as the system \
                          does when memory runs out; free some memory, or compile less at once (CARGO_BUILD_JOBS=1), then \
                          run this again"
            .to_owned(),
        Cause::Denied => format!(
            "the model programs could not be built: a folder is not writable; allow writing to {target} and to cargo's own \
             folder (CARGO_HOME), or build elsewhere (CARGO_TARGET_DIR)"
        ),
        Cause::Registry => "cargo could not prepare the model programs; what they need beyond the tool itself comes from \
                            the package registry once, so the first build needs it in reach"
            .to_owned(),
        Cause::Interrupted | Cause::Model | Cause::Other => "cargo could not build the model programs".to_owned(),
    }
}

/// What to do about a file of the target folder that cannot be written. `--out` does not move that folder.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; the folder is not writable: allow writing to it, or build elsewhere (CARGO_TARGET_DIR)"
        }
        _ => files::advice(error),
    }
}

impl Failure {
    /// What cargo said, or at least how it ended.
    fn said(&self) -> String {
        if self.words.trim().is_empty() { format!("cargo ended with {}", self.status) } else { self.words.clone() }
    }
}

fn blame(layers: &[(String, Option<usize>)]) -> String {
    layers
        .iter()
        .map(|(name, line)| match line {
            Some(line) => format!("\n  layer `{name}`, line {line} of the experiment file"),
            None => format!("\n  layer `{name}`"),
        })
        .collect()
}
