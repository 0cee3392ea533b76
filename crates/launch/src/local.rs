//! Programs as child processes on this machine.

use crate::launcher::{LaunchError, Launcher};
use crate::signal;
use plan::Request;
use record::Event;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Starts programs here. A program holds the reading end of a pipe whose writing end this process keeps open: when
/// this process is gone, even by `kill -9`, the pipe closes and the program ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Launcher for Local {
    fn launch(
        &self,
        program: &Path,
        request: &Request,
        log: &Path,
        listen: &mut dyn FnMut(Event),
    ) -> Result<(), LaunchError> {
        let log_file = record::layout::create(log);
        let log_file = log_file.map_err(|source| LaunchError::Log { path: log.to_path_buf(), source })?;
        let start = |source| LaunchError::Start { program: program.to_path_buf(), source };
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log_file)
            .spawn()
            .map_err(start)?;
        let outcome = converse(&mut child, request, listen);
        if outcome.is_err() {
            // It is to end now: an error here would mean that it has ended already.
            child.kill().ok();
        }
        let status = child.wait().map_err(start)?;
        if signal::told_to_end(status) {
            // Whatever it was saying: it was cut short.
            return Err(LaunchError::Ended { status, log: log.to_path_buf() });
        }
        match outcome? {
            Some(message) => Err(LaunchError::Failed(message)),
            None if status.success() => Ok(()),
            None => Err(LaunchError::Ended { status, log: log.to_path_buf() }),
        }
    }
}

/// Hands over the request and listens to the end. Returns the program's own word of failure, if it had one.
fn converse(
    child: &mut Child,
    request: &Request,
    listen: &mut dyn FnMut(Event),
) -> Result<Option<String>, LaunchError> {
    let protocol = |line: String| LaunchError::Protocol { line };
    // Kept until the program has ended: closing it tells the program that the tool is gone.
    let mut stdin = child.stdin.take();
    if let Some(pipe) = &mut stdin {
        let mut line = serde_json::to_vec(request).map_err(|error| protocol(error.to_string()))?;
        line.push(b'\n');
        // A program that ends before it has read says why on standard error; its status tells below.
        pipe.write_all(&line).and_then(|()| pipe.flush()).ok();
    }
    let mut failure = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| protocol(error.to_string()))?;
            match serde_json::from_str(&line) {
                Ok(Event::Failed { message }) => failure = Some(message),
                Ok(event) => listen(event),
                Err(_) => return Err(protocol(line)),
            }
        }
    }
    Ok(failure)
}
