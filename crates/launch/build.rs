//! Tells the tool which compiler it is built with.

use std::error::Error;
use std::process::Command;

#[expect(clippy::disallowed_methods, reason = "cargo tells build scripts by a variable which compiler is meant")]
fn main() -> Result<(), Box<dyn Error>> {
    // Cargo runs this again with another compiler.
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = std::env::var_os("RUSTC").ok_or("cargo sets RUSTC")?;
    let output = Command::new(rustc).arg("-vV").output()?;
    if !output.status.success() {
        return Err(format!("`rustc -vV` ended with {}", output.status).into());
    }
    let lines: Vec<String> = String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect();
    println!("cargo::rustc-env=ABLATE_RUSTC={}", lines.join("; "));
    Ok(())
}
