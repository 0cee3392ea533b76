//! Builds model programs and runs them.
//!
//! Networks come in, executables come out ([`Workshop`]); an executable and a request come in, events and a run's
//! record come out ([`Launcher`]). How programs are started is behind one trait, so that a cluster is one more file.

pub mod launcher;
pub mod local;
mod signal;
mod store;
pub mod toolchain;
pub mod workshop;

pub use launcher::{LaunchError, Launcher};
pub use local::Local;
pub use workshop::{BuildError, Workshop};
