//! Ctrl-C: stop at once, lose at most the running epoch, and say how to go on.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;

static ADVICE: OnceLock<String> = OnceLock::new();

/// From now on an interrupt prints `advice` and ends the process with the shell's status for an interrupt, 130. Model
/// programs end with this process.
pub fn say_on_interrupt(advice: String) {
    if ADVICE.set(advice).is_ok() {
        // Without a handler an interrupt still ends the process, only without the advice.
        ctrlc::set_handler(|| {
            // Where standard error is closed there is nobody to tell.
            writeln!(std::io::stderr(), "\n{}", ADVICE.get().map_or("", String::as_str)).ok();
            std::process::exit(130);
        })
        .ok();
    }
}

/// Waits for an interrupt that is on its way to end this process. A terminal interrupts every process that it runs, and a
/// child's end may be seen before this process hears of its own. Returns where none comes: then only the child was told
/// to end.
pub fn give_way() {
    const LONG_ENOUGH: Duration = Duration::from_secs(2);
    std::thread::sleep(LONG_ENOUGH);
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
