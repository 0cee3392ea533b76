//! A process that ends, with all that it has started, when this one does: even by `kill -9`.
//!
//! Cargo starts compilers and linkers, which live on when cargo or the tool is killed. So cargo has a process group of
//! its own, and in it a shell that reads from a pipe. The pipe's other end is here. When it closes without a word, the
//! tool is gone, and the shell kills the group. An interrupt at the terminal reaches the tool alone, and through its end the group.

use crate::victim;
use std::io;
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};

/// A process at work. When this is dropped before it has ended, it is killed.
pub struct Tied {
    child: Child,
    lifeline: Option<ChildStdin>,
}

impl Tied {
    /// Starts `command` with its arguments, folder and environment: with nothing to read, its standard output thrown
    /// away, its standard error kept.
    ///
    /// # Errors
    /// The system's. A program that cannot start may show up as exit status 126 or 127 instead of an error.
    pub fn start(command: &Command) -> io::Result<Tied> {
        let mut child = tied(command).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        victim::choose(&child);
        let lifeline = child.stdin.take();
        Ok(Tied { child, lifeline })
    }

    /// What it writes to standard error, once.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The system's.
    pub fn wait(mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        if let Some(mut lifeline) = self.lifeline.take() {
            // Nobody reads where the shell was killed with the others.
            io::Write::write_all(&mut lifeline, b"done\n").ok();
        }
        Ok(status)
    }
}

#[cfg(unix)]
fn tied(command: &Command) -> Command {
    use std::os::unix::process::CommandExt;
    const WATCH: &str = r#"
        exec 3<&0 </dev/null
        (read -r done <&3 || kill -KILL 0) >/dev/null 2>&1 &
        exec 3<&-
        exec "$@"
    "#;
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", WATCH, "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell.process_group(0).stdin(Stdio::piped());
    shell
}

/// Elsewhere a process is on its own.
#[cfg(not(unix))]
fn tied(command: &Command) -> Command {
    let mut same = Command::new(command.get_program());
    same.args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => same.env(name, value),
            None => same.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        same.current_dir(folder);
    }
    same
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// Whether the process is there and not only waits for somebody to take its status.
    fn lives(process: &str) -> bool {
        fs::read_to_string(format!("/proc/{process}/stat"))
            .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z'))
    }

    fn wait_until(what: &str, holds: impl Fn() -> bool) {
        for _ in 0..1000 {
            if holds() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("not within ten seconds: {what}");
    }

    fn lines(path: &Path) -> Vec<String> {
        fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_it_started_ends_with_this_process_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        // The score is set when the process has begun, a moment later.
        let script = "until grep -qx 1000 /proc/$$/oom_score_adj; do sleep 0.01; done; cat /proc/$$/oom_score_adj >score; \
                      sleep 600 & echo $! >ids; echo $$ >>ids; wait";
        let tied = Tied::start(shell(script).current_dir(folder.path())).unwrap();
        let ids = folder.path().join("ids");
        wait_until("both have started", || lines(&ids).len() == 2);
        assert_eq!(lines(&folder.path().join("score")), ["1000"]);
        assert!(lines(&ids).iter().all(|id| lives(id)));
        // What the end of this process does: the pipe closes.
        drop(tied);
        wait_until("both are gone", || !lines(&ids).iter().any(|id| lives(id)));
    }

    #[test]
    fn a_process_that_has_ended_takes_nobody_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let script = "sleep 600 2>/dev/null & echo $! >id; exit 7";
        let tied = Tied::start(shell(script).current_dir(folder.path())).unwrap();
        assert_eq!(tied.wait().unwrap().code(), Some(7));
        std::thread::sleep(Duration::from_millis(200));
        let id = lines(&folder.path().join("id"))[0].clone();
        assert!(lives(&id));
        Command::new("kill").arg(id).status().unwrap();
    }
}
