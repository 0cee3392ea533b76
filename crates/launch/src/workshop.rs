//! Where model programs are built: one generated cargo workspace, `target/ablate`, with a package for each distinct
//! network.
//!
//! A program that was kept, was made from today's sources by today's compiler and is whole is taken as it is, without cargo.
//! All others of a call are built by one cargo call, with the project's own Cargo.lock and release profile, into the project's own target
//! folder, so that a dependency is compiled once for the tool, the tests and all programs.

use crate::build_error::BuildError;
use crate::cargo::{Cargo, Cause, Failure};
use crate::sources;
use crate::store::{self, Found, Store};
use crate::toolchain::Toolchain;
use codegen::Program;
use plan::Network;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::symlink;
#[cfg(windows)]
use std::os::windows::fs::symlink_dir as symlink;
use std::path::{Path, PathBuf};

/// Builds programs from the project's sources.
#[derive(Clone, Debug)]
pub struct Workshop {
    sources: PathBuf,
    target: PathBuf,
    toolchain: Toolchain,
    /// The compiler, as `rustc -vV` has it: that of the tool itself, which cargo builds anew with another one. So nobody has
    /// to ask at every start.
    compiler: &'static str,
}

/// What a build is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Cargo has come to a package: its name and version.
    Compiling(&'a str),
    /// This program is not as it was built, and is built again.
    Damaged(&'a Path),
}

/// A program that is not there yet.
struct Missing<'a> {
    program: &'a Program,
    /// Which sources it is made from, where that is known.
    key: Option<String>,
}

impl Missing<'_> {
    fn executable(&self) -> String {
        executable(self.program)
    }
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
        Ok(Workshop { sources, target, toolchain: Toolchain::of_environment(), compiler: env!("ABLATE_RUSTC") })
    }

    /// A folder for what the tool remembers between calls. What is in it can be made anew at any time.
    pub fn memory(&self, what: &str) -> PathBuf {
        self.target.join("ablate").join(what)
    }

    /// The program of each network, in order, with its source. Builds what is not built yet, and once more what was built
    /// and is damaged; `progress` is told. The programs stay as they are: a later build does not replace them.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(
        &self,
        networks: &[&Network],
        progress: &mut dyn FnMut(Step<'_>),
    ) -> Result<Vec<(PathBuf, Program)>, BuildError> {
        let programs = networks.iter().map(|network| codegen::program(network)).collect::<Result<Vec<_>, _>>()?;
        let mut packages: Vec<&Program> = programs.iter().collect();
        packages.sort_by(|a, b| a.package.cmp(&b.package));
        packages.dedup_by(|a, b| a.package == b.package);

        // Where the sources cannot be read, cargo says so.
        let engine = sources::digest(&self.sources).ok();
        let store = self.store();
        let (mut kept, mut missing, mut damaged) = (BTreeMap::new(), Vec::new(), Vec::new());
        for program in packages {
            let key = engine.map(|engine| self.key(engine, program));
            match key.as_deref().map_or(Found::Missing, |key| store.find(key, &executable(program))) {
                Found::Whole(path) => drop(kept.insert(program.package.clone(), path)),
                Found::Damaged(path) => {
                    progress(Step::Damaged(&path));
                    damaged.push((program.package.as_str(), path));
                    missing.push(Missing { program, key });
                }
                Found::Missing => missing.push(Missing { program, key }),
            }
        }
        if !missing.is_empty() {
            let blamed = |failure| compile_error(failure, networks, &programs);
            kept.extend(self.build_missing(&missing, &damaged, blamed, progress)?);
        }
        Ok(programs.into_iter().map(|program| (kept[&program.package].clone(), program)).collect())
    }

    /// Names what a program is made from: its own sources, by its package's name, those of the engine, and the compiler.
    fn key(&self, engine: blake3::Hash, program: &Program) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(engine.as_bytes()).update(program.package.as_bytes()).update(self.compiler.as_bytes());
        hasher.finalize().to_hex()[..32].to_owned()
    }

    fn store(&self) -> Store {
        Store::new(self.memory("programs"))
    }

    /// Has cargo build the programs, those of `damaged` from their sources, and keeps them.
    fn build_missing(
        &self,
        missing: &[Missing<'_>],
        damaged: &[(&str, PathBuf)],
        compile_error: impl Fn(Failure) -> BuildError,
        progress: &mut dyn FnMut(Step<'_>),
    ) -> Result<Vec<(String, PathBuf)>, BuildError> {
        self.toolchain.check()?;
        let workspace = self.target.join("ablate");
        create_dir(&workspace)?;
        // Two tools may build at once: they take turns.
        let lock_path = workspace.join("lock");
        let lock = File::options().create(true).append(true).open(&lock_path).map_err(write_error(&lock_path))?;
        lock.lock().map_err(write_error(&lock_path))?;
        self.lay_out(&workspace, missing)?;

        let cargo = Cargo { cargo: &self.toolchain.cargo, workspace: &workspace, target: &self.target };
        for (package, path) in damaged {
            // Cargo's own copy is the same file, and cargo takes it for new.
            cargo.clean(package);
            store::remove(path).map_err(write_error(path))?;
        }
        let store = self.store();
        let compiled = self.cargo(&cargo, &compile_error, progress)?;
        // What cargo took for new must be what it built before: where that was kept, its hash is known.
        let spoilt = |missing: &Missing<'_>, compiled: &[String]| {
            let hash = missing.key.as_deref().and_then(|key| store.built_from(key))?;
            let built = self.built(missing);
            let fresh = !compiled.contains(&missing.program.package);
            (fresh && store::hash_of(&built).is_ok_and(|found| found != hash)).then_some(built)
        };
        let spoilt_ones: Vec<(&Missing<'_>, PathBuf)> =
            missing.iter().filter_map(|missing| Some((missing, spoilt(missing, &compiled)?))).collect();
        if !spoilt_ones.is_empty() {
            for (missing, path) in &spoilt_ones {
                progress(Step::Damaged(path));
                cargo.clean(&missing.program.package);
            }
            let compiled = self.cargo(&cargo, &compile_error, progress)?;
            if let Some(path) = spoilt_ones.iter().find_map(|(missing, _)| spoilt(missing, &compiled)) {
                return Err(BuildError::Damaged { path, target: self.target.join("release") });
            }
        }

        // Still under the lock: what is kept is what was built here, from the sources as they are still.
        let engine = sources::digest(&self.sources).ok();
        let kept = missing
            .iter()
            .map(|missing| {
                let key = engine
                    .map(|engine| self.key(engine, missing.program))
                    .filter(|key| missing.key.as_ref() == Some(key));
                let path = store.keep(&self.built(missing), key.as_deref());
                let path = path.map_err(|(path, source)| BuildError::Keep { path, source })?;
                Ok((missing.program.package.clone(), path))
            })
            .collect::<Result<_, BuildError>>()?;
        store.prune();
        Ok(kept)
    }

    /// Where cargo puts an executable.
    fn built(&self, missing: &Missing<'_>) -> PathBuf {
        self.target.join("release").join(missing.executable())
    }

    /// Writes the sources of the workspace.
    fn lay_out(&self, workspace: &Path, missing: &[Missing<'_>]) -> Result<(), BuildError> {
        let crates = workspace.join(codegen::CRATES);
        link(&self.sources.join("crates"), &crates).map_err(write_error(&crates))?;
        let names: Vec<&str> = missing.iter().map(|missing| missing.program.package.as_str()).collect();
        for (path, text) in codegen::workspace(&names, &self.source("Cargo.toml")?) {
            write(&workspace.join(path), &text)?;
        }
        // Its text, not its mode: the sources may be read-only, and cargo adds the packages to the copy.
        write(&workspace.join("Cargo.lock"), &self.source("Cargo.lock")?)?;
        for missing in missing {
            for (path, text) in &missing.program.files {
                write(&workspace.join(&missing.program.package).join(path), text)?;
            }
        }
        Ok(())
    }

    /// A file of the project.
    fn source(&self, name: &str) -> Result<String, BuildError> {
        let path = self.sources.join(name);
        fs::read_to_string(&path).map_err(|_| BuildError::Sources { path })
    }

    /// Runs cargo. Gives the packages that it compiled.
    fn cargo(
        &self,
        cargo: &Cargo<'_>,
        compile_error: &impl Fn(Failure) -> BuildError,
        progress: &mut dyn FnMut(Step<'_>),
    ) -> Result<Vec<String>, BuildError> {
        let mut build =
            |offline| cargo.build(offline, &mut |package| progress(Step::Compiling(package))).map_err(BuildError::Run);
        // Offline first: what the tool was built with is at hand. What only programs need may still have to come.
        let mut failure = match build(true)? {
            Ok(compiled) => return Ok(compiled),
            Err(failure) => failure,
        };
        if !failure.reached_rustc() && matches!(failure.cause(), Cause::Registry | Cause::Other) {
            failure = match build(false)? {
                Ok(compiled) => return Ok(compiled),
                Err(failure) => failure,
            };
        }
        Err(match failure.cause() {
            Cause::Interrupted => BuildError::Interrupted,
            Cause::Model => compile_error(failure),
            cause => BuildError::Cargo { cause, target: self.target.clone(), failure },
        })
    }
}

fn executable(program: &Program) -> String {
    format!("{}{}", program.package, std::env::consts::EXE_SUFFIX)
}

/// Blames the layers whose generated lines the output names.
fn compile_error(failure: Failure, networks: &[&Network], programs: &[Program]) -> BuildError {
    let output = failure.words;
    let mut layers: Vec<(String, Option<usize>)> = Vec::new();
    for (network, program) in networks.iter().zip(programs) {
        let marker = format!("{}/src/model.rs:", program.package);
        for place in output.split(&marker).skip(1) {
            let digits: String = place.chars().take_while(char::is_ascii_digit).collect();
            let layer = digits.parse().ok().and_then(|line| codegen::layer_of_line(&program.model, line));
            if let Some(name) = layer
                && !layers.iter().any(|(known, _)| known == name)
            {
                layers.push((name.to_owned(), network.layer(name).and_then(|layer| layer.line)));
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

/// Has the link at `path` lead to `folder`. Replaces no more than a link.
fn link(folder: &Path, path: &Path) -> io::Result<()> {
    match fs::read_link(path) {
        Ok(old) if old == folder => return Ok(()),
        Ok(_) => fs::remove_file(path)?,
        // Nothing is there, or something else is: then no link can be made.
        Err(_) => {}
    }
    symlink(folder, path)
}

fn create_dir(path: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(path).map_err(write_error(path))
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_path_buf();
    |source| BuildError::Write { path, source }
}

#[cfg(all(test, unix))]
mod tests;
