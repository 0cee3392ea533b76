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
    use std::os::unix::process::ExitStatusExt;

    /// As `wait` gives them. Not of real processes: whoever started the tests may have them ignore an interrupt.
    #[test]
    fn a_crash_and_an_exit_status_are_failures_and_an_interrupt_is_not() {
        let of_signal = |signal: i32| ExitStatus::from_raw(signal);
        let of_code = |code: i32| ExitStatus::from_raw(code << 8);
        for (signal, name) in [(1, "HUP"), (2, "INT"), (15, "TERM")] {
            assert!(told_to_end(of_signal(signal)), "{name}");
        }
        for (signal, name) in [(6, "ABRT"), (9, "KILL"), (11, "SEGV")] {
            assert!(!told_to_end(of_signal(signal)), "{name}");
        }
        for code in [0, 1, 2, 15, 130] {
            assert!(!told_to_end(of_code(code)), "{code}");
        }
    }
}
