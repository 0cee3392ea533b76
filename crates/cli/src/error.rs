//! Everything that can go wrong, the one place where it is printed, and the exit status it stands for.

use files::shown;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The experiment file is wrong.
    #[error("{0}")]
    Spec(spec::Diagnostics),
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read.
    #[error("cannot read {path}: {source}", path = shown(path))]
    Read { path: PathBuf, source: io::Error },
    /// A file could not be written.
    #[error("cannot write {path}: {source}{}", files::advice(source), path = shown(path))]
    Write { path: PathBuf, source: io::Error },
    /// The folder for pictures, beside what is only read, cannot be written to.
    #[error("cannot write {path}: {source}; give -o a folder that is writable", path = shown(path))]
    Unwritable { path: PathBuf, source: io::Error },
    /// Some images were of no use; for the others the work is done.
    #[error("{0}")]
    Unusable(String),
    /// The images are not as they should be.
    #[error("{0}")]
    Data(String),
    /// The images do not lie as they should.
    #[error("{0}")]
    Layout(data::ScanError),
    /// Images could not be prepared.
    #[error(transparent)]
    Cache(#[from] data::CacheError),
    /// There is not enough memory for what would be trained.
    #[error("{0}")]
    Memory(String),
    /// A model program could not be built.
    #[error(transparent)]
    Build(#[from] launch::BuildError),
    /// A model could not be written as Rust.
    #[error(transparent)]
    Codegen(#[from] codegen::CodegenError),
    /// A model program failed.
    #[error(transparent)]
    Launch(#[from] launch::LaunchError),
    /// Results could not be written.
    #[error(transparent)]
    Report(#[from] report::ReportError),
    /// What earlier calls have written is damaged.
    #[error(transparent)]
    Earlier(#[from] record::EarlierError),
    /// Another call is writing the same results.
    #[error("another `ablate run` is writing {path}: let it end, or give this one another folder with --out", path = shown(path))]
    Busy { path: PathBuf },
}

impl Error {
    /// `cannot write PATH: ...`, for `map_err`.
    pub fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        |source| Error::Write { path, source }
    }

    /// `cannot read PATH: ...`, for `map_err`.
    pub fn read(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        |source| Error::Read { path, source }
    }

    /// Writes the error to standard error, in colour where a person looks at it.
    pub fn print(&self) {
        let stderr = io::stderr();
        let text = match self {
            Error::Spec(diagnostics) => diagnostics.render(colored()),
            Error::Usage(_)
            | Error::Read { .. }
            | Error::Write { .. }
            | Error::Unwritable { .. }
            | Error::Unusable(_)
            | Error::Data(_)
            | Error::Layout(_)
            | Error::Cache(_)
            | Error::Memory(_)
            | Error::Build(_)
            | Error::Codegen(_)
            | Error::Launch(_)
            | Error::Report(_)
            | Error::Earlier(_)
            | Error::Busy { .. } => files::printable(&format!("error: {self}")).into_owned(),
        };
        // Where standard error is closed there is nobody to tell.
        writeln!(stderr.lock(), "{}", text.trim_end()).ok();
    }

    /// 2 where the file, the data or the command line is wrong, or asks for more than this machine has; 1 where the work failed.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Error::Spec(_)
            | Error::Usage(_)
            | Error::Read { .. }
            | Error::Data(_)
            | Error::Layout(_)
            | Error::Earlier(_)
            | Error::Memory(_) => ExitCode::from(2),
            Error::Write { .. }
            | Error::Unwritable { .. }
            | Error::Unusable(_)
            | Error::Cache(_)
            | Error::Build(_)
            | Error::Codegen(_)
            | Error::Launch(_)
            | Error::Report(_)
            | Error::Busy { .. } => ExitCode::from(1),
        }
    }
}

/// Whether standard error takes colours, by the conventions of `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM=dumb`.
pub fn colored() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}
