//! Builds model programs and runs them.
//!
//! Networks come in, executables come out ([`Workshop`]); an executable and a request come in, events and a run's
//! record come out ([`Launcher`]). How programs are started is behind one trait, so that a cluster is one more file.

mod build_error;
mod cargo;
mod end;
pub mod launcher;
pub mod local;
mod sources;
mod store;
#[cfg(all(test, unix))]
mod testing;
mod tied;
pub mod toolchain;
mod victim;
mod words;
pub mod workshop;

pub use build_error::BuildError;
pub use cargo::{Cause, Failure};
pub use launcher::{LaunchError, Launcher};
pub use local::Local;
pub use workshop::{Step, Workshop};
