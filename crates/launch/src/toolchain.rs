//! Finding cargo.

use std::ffi::OsString;
use std::process::{Command, Stdio};

/// There is no cargo or rustc to build programs with.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot find `{tool}`: models are compiled to native code, which needs a Rust toolchain.\n\
     Install one from https://rustup.rs (or your system's packages, Rust {rust_version} or newer), then run this again.",
    rust_version = env!("CARGO_PKG_RUST_VERSION")
)]
pub struct MissingToolchain {
    tool: &'static str,
}

/// The cargo to build with: the one that started this program (`CARGO`), or the one on the path.
///
/// # Errors
/// [`MissingToolchain`] where cargo or rustc does not start.
#[expect(clippy::disallowed_methods, reason = "cargo's own variables say which cargo and rustc are meant")]
pub fn cargo() -> Result<OsString, MissingToolchain> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    for (tool, command) in [("cargo", &cargo), ("rustc", &rustc)] {
        let status = Command::new(command)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(MissingToolchain { tool });
        }
    }
    Ok(cargo)
}
