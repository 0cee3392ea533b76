//! Where a run was trained: what varies between machines and days, kept out of every committed file.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

// Asked once a call: they are the same for all its runs, and asking takes as long as a small epoch.
static COMMIT: OnceLock<Option<String>> = OnceLock::new();
static PROCESSOR: OnceLock<Option<String>> = OnceLock::new();

/// `provenance.json` of a run.
#[expect(clippy::disallowed_methods, reason = "when a run began is what this file is for; no result reads it")]
pub fn provenance(run_id: &str, file: &Path, sets: &[String]) -> Vec<u8> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let json = serde_json::json!({
        "run_id": run_id,
        "experiment_file": file,
        "set": sets,
        "ablate_version": env!("CARGO_PKG_VERSION"),
        "engine_version": plan::ENGINE_VERSION,
        "commit": COMMIT.get_or_init(commit),
        "os": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "processor": PROCESSOR.get_or_init(processor),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "started_unix_s": started,
    });
    let mut text = format!("{json:#}");
    text.push('\n');
    text.into_bytes()
}

/// The commit that the sources stand at, where git knows.
fn commit() -> Option<String> {
    let output = std::process::Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "rev-parse", "HEAD"])
        .stderr(std::process::Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The processor's name, where Linux tells it.
fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
