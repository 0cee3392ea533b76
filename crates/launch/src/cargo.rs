//! One call of cargo, and what its failure means.

use crate::end::{self, Violence};
use crate::tied::Tied;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus};

/// What cargo's calls have in common.
pub struct Cargo<'a> {
    /// The program.
    pub cargo: &'a OsStr,
    /// The folder of the workspace.
    pub workspace: &'a Path,
    /// Where it builds.
    pub target: &'a Path,
}

/// Cargo did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// How it ended.
    pub status: ExitStatus,
    /// What it said, without its lines of progress.
    pub words: String,
}

/// Why cargo failed, as far as its words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was told to end.
    Interrupted,
    /// The disk, or the person's share of it, is full.
    DiskFull,
    /// A limit on the size of files.
    FileSize,
    /// It, a compiler or a linker was killed, or got no memory.
    Memory,
    /// A folder cannot be written to.
    Denied,
    /// The compiler does not accept a model.
    Model,
    /// The package registry was needed and out of reach.
    Registry,
    /// Anything else: cargo's own words have to do.
    Other,
}

impl Cargo<'_> {
    /// Builds the packages that are the workspace's default members. Gives the names of those that were compiled; `compiling` is told of each
    /// package when its turn comes.
    ///
    /// # Errors
    /// The system's, where cargo does not start.
    pub fn build(&self, offline: bool, compiling: &mut dyn FnMut(&str)) -> io::Result<Result<Vec<String>, Failure>> {
        let mut command = self.command(["build", "--release"]);
        command.args(offline.then_some("--offline"));
        let mut tied = Tied::start(&command)?;
        let (mut words, mut compiled) = (String::new(), Vec::new());
        if let Some(stderr) = tied.stderr() {
            for line in BufReader::new(stderr).split(b'\n') {
                let line = line?;
                let line = String::from_utf8_lossy(&line);
                if let Some(package) = line.trim_start().strip_prefix("Compiling ") {
                    let package = package.split(" (").next().unwrap_or(package);
                    compiling(package);
                    compiled.push(package.split(' ').next().unwrap_or(package).to_owned());
                } else if !is_progress(&line) {
                    words.push_str(line.trim_end_matches('\r'));
                    words.push('\n');
                }
            }
        }
        let status = tied.wait()?;
        Ok(if status.success() { Ok(compiled) } else { Err(Failure { status, words }) })
    }

    /// Removes what was built of a package, so that it is built again. Says whether that worked.
    pub fn clean(&self, package: &str) -> bool {
        let mut command = self.command(["clean", "--release", "--offline"]);
        command.args(["--package", package]);
        Tied::start(&command).and_then(Tied::wait).is_ok_and(|status| status.success())
    }

    fn command<const N: usize>(&self, words: [&str; N]) -> Command {
        let mut command = Command::new(self.cargo);
        command
            .args(words)
            .args(["--color=never", "--target-dir"])
            .arg(self.target)
            .current_dir(self.workspace)
            // Kernels choose the instruction set when a program starts: no flag of the caller's, or of a configuration
            // file, may stand in between. Set, though empty, it outranks all others.
            .env("CARGO_ENCODED_RUSTFLAGS", "")
            .env_remove("CARGO_BUILD_TARGET")
            // What linkers say is understood in one language.
            .env("LC_ALL", "C");
        command
    }
}

/// Whether a line of cargo's only says what it is doing.
fn is_progress(line: &str) -> bool {
    let first = line.trim_start().split(' ').next().unwrap_or_default();
    ["Downloaded", "Downloading", "Updating", "Locking", "Adding", "Blocking", "Finished", "Fresh"].contains(&first)
}

impl Failure {
    /// Why. First what no source can be blamed for, because a compiler that meets it does not accept the model either.
    pub fn cause(&self) -> Cause {
        let says = |words: &[&str]| words.iter().any(|words| self.words.contains(words));
        match end::violence(self.status) {
            _ if end::told_to_end(self.status) => return Cause::Interrupted,
            Some(Violence::Killed) => return Cause::Memory,
            Some(Violence::Size) => return Cause::FileSize,
            Some(Violence::Crash | Violence::Bus | Violence::Time) | None => {}
        }
        // A linker that maps its output dies of SIGBUS where the disk has no room for it.
        if says(&["No space left on device", "(os error 28)", "Disk quota exceeded", "(os error 122)"])
            || says(&["SIGBUS", "signal 7 [Bus error]"])
        {
            Cause::DiskFull
        } else if says(&["SIGXFSZ", "File size limit exceeded", "File too large", "(os error 27)"]) {
            Cause::FileSize
        } else if says(&["SIGKILL", "signal 9 [Killed]", "Cannot allocate memory", "(os error 12)", "out of memory"])
            || says(&["memory exhausted", "memory allocation of"])
        {
            Cause::Memory
        } else if says(&["Permission denied", "(os error 13)", "Read-only file system", "(os error 30)"]) {
            Cause::Denied
        } else if says(&["could not compile `net-"]) && says(&["src/model.rs:"]) {
            Cause::Model
        } else if !self.reached_rustc()
            && (says(&["failed to download", "download of", "failed to fetch", "Could not resolve host"])
                || says(&["no matching package named", "Unable to update registry", "--offline"]))
        {
            Cause::Registry
        } else {
            Cause::Other
        }
    }

    /// Whether a compiler was reached. Then the package registry was not what was missing.
    pub fn reached_rustc(&self) -> bool {
        ["could not compile", "linking with"].iter().any(|words| self.words.contains(words))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::testing::script;

    /// What a cargo of a few lines makes `build` say.
    fn built(lines: &str) -> Result<Vec<String>, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let cargo = script(&folder.path().join("cargo"), lines);
        let cargo = Cargo { cargo: cargo.as_os_str(), workspace: folder.path(), target: folder.path() };
        cargo.build(true, &mut |_| {}).unwrap()
    }

    fn cause(words: &str) -> Cause {
        built(&format!("cat >&2 <<'END'\n{words}\nEND\nexit 101")).unwrap_err().cause()
    }

    #[test]
    fn what_compiles_is_told_and_progress_is_no_word_of_a_failure() {
        let lines = "echo '   Compiling nn v0.1.0 (/a/nn)' >&2; echo '   Compiling net-12 v0.0.0 (/b)' >&2";
        assert_eq!(built(lines).unwrap(), ["nn", "net-12"]);
        let failure =
            built(&format!("{lines}; printf '   Updating index\\nerror: b\\377d\\n' >&2; exit 101")).unwrap_err();
        assert_eq!(failure.words, "error: b\u{fffd}d\n");
        assert_eq!(failure.cause(), Cause::Other);
    }

    #[test]
    fn a_full_disk_is_not_a_model_that_does_not_compile() {
        let rustc = "error: failed to write to `/t/release/deps/net_1.o`: No space left on device (os error 28)\n\
                     error: could not compile `net-1` (bin \"net-1\") due to 1 previous error";
        assert_eq!(cause(rustc), Cause::DiskFull);
        let mold = "error: linking with `cc` failed: exit status: 1\n  = note: collect2: fatal error: ld terminated with \
                    signal 7 [Bus error], core dumped\nerror: could not compile `net-1`";
        assert_eq!(cause(mold), Cause::DiskFull);
        assert_eq!(cause("error: failed to write `/t/lock`: Disk quota exceeded (os error 122)"), Cause::DiskFull);
        assert_eq!(cause("  rustc (signal: 25, SIGXFSZ: file size limit exceeded)"), Cause::FileSize);
    }

    #[test]
    fn a_compiler_that_was_killed_is_not_a_model_that_does_not_compile() {
        let rustc = "error: could not compile `nn` (lib)\n\nCaused by:\n  process didn't exit successfully: `rustc --crate-name nn` \
                     (signal: 9, SIGKILL: kill)";
        assert_eq!(cause(rustc), Cause::Memory);
        let linker = "error: linking with `cc` failed: exit status: 1\n  = note: collect2: fatal error: ld terminated with \
                      signal 9 [Killed]\nerror: could not compile `net-1` (bin \"net-1\")";
        assert_eq!(cause(linker), Cause::Memory);
        assert_eq!(cause("memory allocation of 4096 bytes failed\nerror: could not compile `net-1`"), Cause::Memory);
        assert_eq!(built("kill -KILL $$").unwrap_err().cause(), Cause::Memory);
        assert_eq!(built("kill -TERM $$").unwrap_err().cause(), Cause::Interrupted);
    }

    #[test]
    fn the_rest_is_told_apart_too() {
        let home = "error: failed to create directory `/root/.cargo/registry`\n\nCaused by:\n  Permission denied (os error 13)";
        assert_eq!(cause(home), Cause::Denied);
        let model = "error[E0308]: mismatched types\n --> net-1/src/model.rs:9:9\nerror: could not compile `net-1`";
        assert_eq!(cause(model), Cause::Model);
        let engine = "error[E0308]: mismatched types\n --> crates/nn/src/model.rs:9:9\nerror: could not compile `nn`";
        assert_eq!(cause(engine), Cause::Other);
        let offline = "error: failed to download `serde v1.0.0`\n\nCaused by:\n  attempting to make an HTTP request, but \
                       --offline was specified";
        assert_eq!(cause(offline), Cause::Registry);
        assert_eq!(cause("error: failed to parse manifest"), Cause::Other);
    }
}
