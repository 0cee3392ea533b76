//! Ctrl-C: stop at once, lose at most the running epoch, and say how to go on.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

static ADVICE: OnceLock<String> = OnceLock::new();
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static HEIR: Mutex<Option<Heir>> = Mutex::new(None);

/// Told of an interrupt; says whether it will end the process, with [`end`].
type Heir = Box<dyn Fn() -> bool + Send>;

/// From now on an interrupt prints `advice` and ends the process with the shell's status for an interrupt, 130. Model
/// programs end with this process.
pub fn say_on_interrupt(advice: String) {
    if ADVICE.set(advice).is_ok() {
        // Without a handler an interrupt still ends the process, only without the advice.
        ctrlc::set_handler(|| {
            // Whoever interrupts twice does not want to wait.
            if INTERRUPTED.swap(true, Ordering::SeqCst) {
                end();
            }
            // Where standard error is closed there is nobody to tell.
            writeln!(std::io::stderr(), "\n{}", ADVICE.get().map_or("", String::as_str)).ok();
            let heir = HEIR.lock().unwrap_or_else(PoisonError::into_inner);
            if !heir.as_ref().is_some_and(|heir| heir()) {
                end();
            }
        })
        .ok();
    }
}

/// While this is there, an interrupt is left to somebody who has something to finish.
pub struct Left(());

/// Leaves interrupts to `heir`.
pub fn leave_to(heir: impl Fn() -> bool + Send + 'static) -> Left {
    *HEIR.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(heir));
    Left(())
}

impl Drop for Left {
    fn drop(&mut self) {
        *HEIR.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Ends this process as an interrupt does.
pub fn end() -> ! {
    std::process::exit(130)
}

/// Waits for an interrupt that is on its way to end this process. A terminal interrupts every process that it runs, and a
/// child's end may be seen before this process hears of its own. Returns where none comes: then only the child was told
/// to end.
pub fn give_way() {
    const LONG_ENOUGH: Duration = Duration::from_secs(2);
    std::thread::sleep(LONG_ENOUGH);
    // It is here, and what is finished is being written.
    while INTERRUPTED.load(Ordering::SeqCst) {
        std::thread::sleep(LONG_ENOUGH);
    }
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
