//! Programs as child processes on this machine.

use crate::end;
use crate::launcher::{LaunchError, Launcher};
use crate::victim;
use crate::words::{Words, hear};
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
        log: Option<&Path>,
        listen: &mut dyn FnMut(Event),
    ) -> Result<(), LaunchError> {
        let words = Words::to(log)?;
        let start = |source| LaunchError::Start { program: program.to_path_buf(), source };
        let stderr = words.stdio().map_err(start)?;
        let mut command = Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let mut child = command.spawn().map_err(|source| start(source).or_damaged(program))?;
        // The command holds the log open as well; the pipe must not seem to have another writer.
        drop(command);
        victim::choose(&child);
        let pipe = child.stderr.take();
        let (outcome, status, heard) = std::thread::scope(|scope| {
            let heard = scope.spawn(|| hear(pipe));
            let outcome = converse(&mut child, request, listen);
            if outcome.is_err() {
                // It is to end now: an error here would mean that it has ended already.
                child.kill().ok();
            }
            let status = child.wait();
            // It does not panic; and if it did, there would be no words.
            (outcome, status, heard.join().unwrap_or_default())
        });
        let status = status.map_err(start)?;
        let ended = |words: Words| LaunchError::Ended { status, words: words.end(heard) }.or_damaged(program);
        match outcome? {
            // Whatever it was saying: it was cut short.
            _ if end::told_to_end(status) => Err(ended(words)),
            Said { failure: Some(message), .. } => Err(LaunchError::Failed(message)),
            Said { cut: Some(line), .. } if status.success() => Err(LaunchError::Protocol { line }),
            Said { .. } if status.success() => Ok(()),
            Said { .. } => Err(ended(words)),
        }
    }
}

/// How a conversation ended.
#[derive(Default)]
struct Said {
    /// The program's own word of failure.
    failure: Option<String>,
    /// A last line that is not whole.
    cut: Option<String>,
}

/// Hands over the request and listens to the end.
fn converse(child: &mut Child, request: &Request, listen: &mut dyn FnMut(Event)) -> Result<Said, LaunchError> {
    let protocol = |line: String| LaunchError::Protocol { line };
    // Kept until the program has ended: closing it tells the program that the tool is gone.
    let mut stdin = child.stdin.take();
    if let Some(pipe) = &mut stdin {
        let mut line = serde_json::to_vec(request).map_err(|error| LaunchError::Failed(error.to_string()))?;
        line.push(b'\n');
        // A program that ends before it has read says why on standard error; its status tells below.
        pipe.write_all(&line).and_then(|()| pipe.flush()).ok();
    }
    let mut said = Said::default();
    let Some(stdout) = child.stdout.take() else { return Ok(said) };
    let mut stdout = BufReader::new(stdout);
    let mut line = Vec::new();
    while stdout.read_until(b'\n', &mut line).map_err(|error| protocol(error.to_string()))? > 0 {
        let words = || String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        match serde_json::from_slice(&line) {
            Ok(Event::Failed { message }) => said.failure = Some(message),
            Ok(event) => listen(event),
            Err(_) if line.ends_with(b"\n") => return Err(protocol(words())),
            Err(_) => said.cut = Some(words()),
        }
        line.clear();
    }
    Ok(said)
}
