//! Where model programs are built: one generated cargo workspace, `target/ablate`, with a package for each distinct
//! network.
//!
//! All programs of a call are built by one cargo call, with the project's own Cargo.lock and release profile, into the
//! project's own target folder, so that a dependency is compiled once for the tool, the tests and all programs. Cargo
//! tells what is up to date, so a second build of the same networks compiles nothing.

use crate::signal;
use crate::store::Store;
use crate::toolchain::{self, MissingToolchain};
use codegen::{CodegenError, Program};
use plan::Network;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds programs from the project's sources.
#[derive(Clone, Debug)]
pub struct Workshop {
    sources: PathBuf,
    target: PathBuf,
}

/// Why a program could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is nothing to build with.
    #[error(transparent)]
    Toolchain(#[from] MissingToolchain),
    /// The network could not be written as Rust.
    #[error(transparent)]
    Codegen(#[from] CodegenError),
    /// A file of the generated workspace could not be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A program could not be put where it stays.
    #[error("cannot keep the program {path}: {source}", path = path.display())]
    Keep {
        /// The program, or where it should be.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The project's sources are not where they were when the tool was built.
    #[error("the sources that models are built from are not at {path}: build `ablate` again where they are now", path = path.display())]
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
    /// Cargo did not get as far as rustc.
    #[error(
        "cargo could not prepare the model programs; what they need beyond the tool itself comes from the package registry once, so the first build needs it in reach\n\n{output}"
    )]
    Prepare {
        /// What cargo printed.
        output: String,
    },
    /// Rustc refused.
    #[error("the model program does not compile{}\n\n{output}", blame(.layers))]
    Compile {
        /// The layers whose generated lines the compiler complained about: name, and line in the experiment file.
        layers: Vec<(String, Option<usize>)>,
        /// What cargo printed.
        output: String,
    },
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

impl Workshop {
    /// The workshop of the project that this tool was built from. `CARGO_TARGET_DIR` is honoured.
    ///
    /// # Errors
    /// [`BuildError::Sources`] where the sources have moved away since.
    #[expect(clippy::disallowed_methods, reason = "cargo's own variable says where programs are built")]
    pub fn of_project() -> Result<Workshop, BuildError> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let sources = sources.canonicalize().map_err(|_| BuildError::Sources { path: sources })?;
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => std::path::absolute(target).map_err(BuildError::Run)?,
            None => sources.join("target"),
        };
        Ok(Workshop { sources, target })
    }

    /// A folder for what the tool remembers between calls. What is in it can be made anew at any time.
    pub fn memory(&self, what: &str) -> PathBuf {
        self.target.join("ablate").join(what)
    }

    /// The program of each network, in order, with its source. Builds what is not built yet; `progress` is told what
    /// cargo is compiling. The programs stay as they are: a later build does not replace them.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(
        &self,
        networks: &[&Network],
        progress: &mut dyn FnMut(&str),
    ) -> Result<Vec<(PathBuf, Program)>, BuildError> {
        let cargo = toolchain::cargo()?;
        let programs = networks
            .iter()
            .map(|network| codegen::program(network, &self.sources.join("crates")))
            .collect::<Result<Vec<_>, _>>()?;
        let mut packages: Vec<&Program> = programs.iter().collect();
        packages.sort_by(|a, b| a.package.cmp(&b.package));
        packages.dedup_by(|a, b| a.package == b.package);

        let workspace = self.target.join("ablate");
        create_dir(&workspace)?;
        // Two tools may build at once: they take turns.
        let lock_path = workspace.join("lock");
        let lock = File::create(&lock_path).map_err(write_error(&lock_path))?;
        lock.lock().map_err(write_error(&lock_path))?;
        let names: Vec<&str> = packages.iter().map(|program| program.package.as_str()).collect();
        for (path, text) in codegen::workspace(&names, &self.source("Cargo.toml")?) {
            write(&workspace.join(path), &text)?;
        }
        // Its text, not its mode: the sources may be read-only, and cargo adds the packages to the copy.
        write(&workspace.join("Cargo.lock"), &self.source("Cargo.lock")?)?;
        for program in &packages {
            for (path, text) in &program.files {
                write(&workspace.join(&program.package).join(path), text)?;
            }
        }
        // Offline first: what the tool was built with is at hand. What only programs need may still have to come.
        if let Err(offline) = self.cargo(&cargo, &workspace, true, progress)? {
            if compiler_spoke(&offline) {
                return Err(compile_error(offline, &packages, networks, &programs));
            }
            if let Err(online) = self.cargo(&cargo, &workspace, false, progress)? {
                if !compiler_spoke(&online) {
                    return Err(BuildError::Prepare { output: online });
                }
                return Err(compile_error(online, &packages, networks, &programs));
            }
        }
        // Still under the lock: what is kept is what was built here.
        let store = Store::new(workspace.join("programs"));
        let mut kept = BTreeMap::new();
        for program in &packages {
            let executable = format!("{}{}", program.package, std::env::consts::EXE_SUFFIX);
            let path = store.keep(&self.target.join("release").join(executable));
            kept.insert(program.package.clone(), path.map_err(|(path, source)| BuildError::Keep { path, source })?);
        }
        store.prune();
        Ok(programs.into_iter().map(|program| (kept[&program.package].clone(), program)).collect())
    }

    /// A file of the project.
    fn source(&self, name: &str) -> Result<String, BuildError> {
        let path = self.sources.join(name);
        fs::read_to_string(&path).map_err(|_| BuildError::Sources { path })
    }

    /// Runs cargo; gives what it printed where it failed.
    fn cargo(
        &self,
        cargo: &std::ffi::OsStr,
        workspace: &Path,
        offline: bool,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Result<(), String>, BuildError> {
        let mut command = Command::new(cargo);
        command
            .args(["build", "--release", "--workspace", "--color=never", "--target-dir"])
            .arg(&self.target)
            .args(offline.then_some("--offline"))
            .current_dir(workspace)
            // Kernels choose the instruction set when a program starts: no flag of the caller's, or of a configuration
            // file, may stand in between. Set, though empty, it outranks all others.
            .env("CARGO_ENCODED_RUSTFLAGS", "")
            .env_remove("CARGO_BUILD_TARGET")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(BuildError::Run)?;
        let mut output = String::new();
        if let Some(stderr) = child.stderr.take() {
            for line in BufReader::new(stderr).lines() {
                let line = line.map_err(BuildError::Run)?;
                if let Some(name) = line.trim_start().strip_prefix("Compiling ") {
                    progress(name.split(" (").next().unwrap_or(name));
                }
                output.push_str(&line);
                output.push('\n');
            }
        }
        let status = child.wait().map_err(BuildError::Run)?;
        if signal::told_to_end(status) {
            return Err(BuildError::Interrupted);
        }
        Ok(if status.success() { Ok(()) } else { Err(output) })
    }
}

/// Whether rustc was reached: then trying again with the network cannot help.
fn compiler_spoke(output: &str) -> bool {
    output.contains("could not compile") || output.contains("linking with")
}

/// Blames the layers whose generated lines the output names.
fn compile_error(output: String, packages: &[&Program], networks: &[&Network], programs: &[Program]) -> BuildError {
    let mut layers: Vec<(String, Option<usize>)> = Vec::new();
    for program in packages {
        let network = programs.iter().position(|p| p.package == program.package).map(|index| networks[index]);
        let marker = format!("{}/src/model.rs:", program.package);
        for place in output.split(&marker).skip(1) {
            let digits: String = place.chars().take_while(char::is_ascii_digit).collect();
            let layer = digits.parse().ok().and_then(|line| codegen::layer_of_line(&program.model, line));
            if let Some(name) = layer
                && !layers.iter().any(|(known, _)| known == name)
            {
                let line = network.and_then(|network| network.layer(name)).and_then(|layer| layer.line);
                layers.push((name.to_owned(), line));
            }
        }
    }
    BuildError::Compile { layers, output }
}

fn write(path: &Path, text: &str) -> Result<(), BuildError> {
    // An unchanged file keeps its time, so that cargo sees that nothing is to be done.
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        create_dir(folder)?;
    }
    fs::write(path, text).map_err(write_error(path))
}

fn create_dir(path: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(path).map_err(write_error(path))
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_path_buf();
    |source| BuildError::Write { path, source }
}
