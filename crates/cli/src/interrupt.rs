//! Ctrl-C: stop at once, lose at most the running epoch, and say how to go on.

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static ADVICE: OnceLock<String> = OnceLock::new();

/// From now on an interrupt prints `advice` and ends the process with the shell's status for an interrupt, 130. Model
/// programs end with this process.
pub fn say_on_interrupt(advice: String) {
    if ADVICE.set(advice).is_ok() {
        // Without a handler an interrupt still ends the process, only without the advice.
        ctrlc::set_handler(|| {
            INTERRUPTED.store(true, Ordering::SeqCst);
            // Where standard error is closed there is nobody to tell.
            writeln!(std::io::stderr(), "\n{}", ADVICE.get().map_or("", String::as_str)).ok();
            std::process::exit(130);
        })
        .ok();
    }
}

/// Whether the process is about to end. A terminal interrupts model programs with the tool: that they end then is no
/// failure of theirs.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// The command line that this process was started with, quoted where a shell needs it.
pub fn command_line() -> String {
    let words = std::env::args_os().skip(1).map(|word| quote(&word.to_string_lossy()));
    std::iter::once("cargo ablate".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it, in quotes where it must be.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
