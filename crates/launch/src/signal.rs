//! How a child process ended, as far as signals tell.

use std::process::ExitStatus;

/// Whether a signal that asks for an end ended the process: an interrupt (Ctrl-C), a termination, or a terminal that
/// went away. Not a crash, and not `kill -9`.
#[cfg(unix)]
pub fn told_to_end(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    const HANG_UP: i32 = 1;
    const INTERRUPT: i32 = 2;
    const TERMINATE: i32 = 15;
    matches!(status.signal(), Some(HANG_UP | INTERRUPT | TERMINATE))
}

/// Elsewhere an exit status does not tell.
#[cfg(not(unix))]
pub fn told_to_end(_status: ExitStatus) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_crash_and_an_exit_status_are_failures_and_an_interrupt_is_not() {
        let end = |script: &str| told_to_end(Command::new("sh").args(["-c", script]).status().unwrap());
        for signal in ["HUP", "INT", "TERM"] {
            assert!(end(&format!("kill -{signal} $$")), "{signal}");
        }
        for script in ["kill -KILL $$", "kill -SEGV $$", "exit 0", "exit 2", "exit 130"] {
            assert!(!end(script), "{script}");
        }
    }
}
