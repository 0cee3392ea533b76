//! How a child process ended, as far as signals tell, and what a person can do about it.

use std::process::ExitStatus;

/// Whether a signal that asks for an end ended the process: an interrupt (Ctrl-C), a termination, or a terminal that
/// went away. Not a crash, and not `kill -9`.
pub fn told_to_end(status: ExitStatus) -> bool {
    const HANG_UP: i32 = 1;
    const INTERRUPT: i32 = 2;
    const TERMINATE: i32 = 15;
    matches!(signal(status), Some(HANG_UP | INTERRUPT | TERMINATE))
}

/// An end that nobody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violence {
    /// Killed from outside. That is what a system does when memory runs out.
    Killed,
    /// It did what no sound program does.
    Crash,
    /// It touched a part of a mapped file that is not there, or that the disk does not give or take.
    Bus,
    /// It used up the processor time that it may have.
    Time,
    /// It wrote beyond the size that a file may have.
    Size,
}

/// What a signal tells of a process's end.
pub fn violence(status: ExitStatus) -> Option<Violence> {
    const ILLEGAL_INSTRUCTION: i32 = 4;
    const ARITHMETIC: i32 = 8;
    const KILL: i32 = 9;
    const SEGMENTATION: i32 = 11;
    // These have other numbers on other systems.
    const BUS: i32 = if cfg!(target_os = "linux") { 7 } else { 10 };
    const PROCESSOR_TIME: i32 = 24;
    const FILE_SIZE: i32 = 25;
    match signal(status)? {
        KILL => Some(Violence::Killed),
        ILLEGAL_INSTRUCTION | ARITHMETIC | SEGMENTATION => Some(Violence::Crash),
        BUS => Some(Violence::Bus),
        PROCESSOR_TIME => Some(Violence::Time),
        FILE_SIZE => Some(Violence::Size),
        _ => None,
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// Elsewhere an exit status does not tell.
#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    fn of_signal(signal: i32) -> ExitStatus {
        ExitStatus::from_raw(signal)
    }

    /// As `wait` gives them. Not of real processes: whoever started the tests may have them ignore an interrupt.
    #[test]
    fn a_crash_and_an_exit_status_are_failures_and_an_interrupt_is_not() {
        let of_code = |code: i32| ExitStatus::from_raw(code << 8);
        for (signal, name) in [(1, "HUP"), (2, "INT"), (15, "TERM")] {
            assert!(told_to_end(of_signal(signal)), "{name}");
        }
        for (signal, name) in [(6, "ABRT"), (9, "KILL"), (11, "SEGV")] {
            assert!(!told_to_end(of_signal(signal)), "{name}");
        }
        for code in [0, 1, 2, 15, 130] {
            assert!(!told_to_end(of_code(code)) && violence(of_code(code)).is_none(), "{code}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn signals_are_told_apart_by_what_they_mean() {
        // As the standard library writes them, so that the numbers are those of this system.
        let named = [("KILL", Violence::Killed), ("SEGV", Violence::Crash), ("ILL", Violence::Crash)];
        let more = [("BUS", Violence::Bus), ("XCPU", Violence::Time), ("XFSZ", Violence::Size)];
        for (name, expected) in named.into_iter().chain(more) {
            let signals = (1..32).map(of_signal).filter(|status| violence(*status) == Some(expected));
            let words: Vec<String> = signals.map(|status| status.to_string()).collect();
            assert!(words.iter().any(|words| words.contains(&format!("(SIG{name})"))), "{name}: {words:?}");
        }
    }
}
