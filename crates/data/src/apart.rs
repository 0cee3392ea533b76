//! Images decoded apart: in processes that hold nothing but one image and may do nothing but compute.
//!
//! Image files come from strangers, and decoders are the code that reads every byte of them. So a program that decodes
//! starts itself again, once for each thread that asks, under a name of its own; such a process gives up its rights
//! (`confine`), and answers over a socket: bytes in, a picture out. One that ends over an image takes nothing with it,
//! and the image is named. What comes out is what decoding in the program itself gives, to the bit.
//!
//! Records of containers hold plain levels and need no decoder; they stay where they are.

mod confine;
mod server;
mod wire;

use crate::decode::{Refusal, admit};
use crate::picture::{Made, Wanted};
use std::ffi::OsStr;
use std::io::{self, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;
use wire::{Answer, Request};

/// The first argument, usually a program's name, by which a decoder knows that it is one.
const NAME: &str = "ablate-decoder";
/// Set for a decoder, and for all that it might start.
const MARK: &str = "ABLATE_DECODER";
/// This program, even where another has taken its place on the disk.
const SELF: &str = "/proc/self/exe";
/// How long a decoder may be silent: many times what the largest image takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program that is started to decode; none: images are decoded in this process.
static PROGRAM: RwLock<Option<PathBuf>> = RwLock::new(None);
/// Decoders that wait for work.
static WAITING: Mutex<Vec<Decoder>> = Mutex::new(Vec::new());

/// What a program that decodes images calls first. In a process that was started to decode it does so, and does not
/// return; else all images are decoded in such processes from now on.
///
/// # Panics
/// Where a decoder went past this and started programs: they would start decoders, and those programs, without end.
#[expect(clippy::disallowed_methods, reason = "looks for a mark of this module's own, which decides no result")]
pub fn decode_apart() {
    serve_if_asked();
    assert!(std::env::var_os(MARK).is_none(), "a program that decodes images did not call this first");
    let program = Some(PathBuf::from(SELF)).filter(|program| program.exists());
    decode_with(program.or_else(|| std::env::current_exe().ok()));
}

/// Decodes, where this process was started to; then does not return.
pub fn serve_if_asked() {
    if std::env::args_os().next().as_deref() == Some(OsStr::new(NAME)) {
        server::serve();
    }
}

/// Images are decoded by processes of `program` from now on, which calls [`serve_if_asked`]; `None`: in this process, as
/// it is until somebody says otherwise. Processes that wait for work are let go.
pub fn decode_with(program: Option<PathBuf>) {
    *PROGRAM.write().unwrap_or_else(PoisonError::into_inner) = program;
    waiting().clear();
}

fn waiting() -> impl std::ops::DerefMut<Target = Vec<Decoder>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is made of the file with these bytes. `None` where images are decoded in this process.
pub(crate) fn made(bytes: &[u8], wanted: &Wanted) -> Option<Result<Made, Refusal>> {
    let program = PROGRAM.read().unwrap_or_else(PoisonError::into_inner).clone()?;
    Some(answered(&program, bytes, wanted))
}

fn answered(program: &Path, bytes: &[u8], wanted: &Wanted) -> Result<Made, Refusal> {
    // A statement of its own: the lock is not held while an image is decoded.
    let waited = waiting().pop();
    let answered = match waited {
        Some(decoder) => reused(decoder, program, bytes, wanted),
        None => fresh(program, PATIENCE, bytes, wanted),
    };
    let (decoder, made) = answered?;
    waiting().push(decoder);
    made
}

/// A decoder that can go on, and what it made of an image.
type Answered = (Decoder, Result<Made, Refusal>);

/// Asks a decoder that has waited. It may have ended meanwhile, which says nothing of this image: then another is asked.
fn reused(mut decoder: Decoder, program: &Path, bytes: &[u8], wanted: &Wanted) -> Result<Answered, Refusal> {
    match decoder.answer(bytes, wanted) {
        Ok(made) => Ok((decoder, made)),
        Err(late) if is_late(&late) => Err(lost(&late)),
        Err(_) => fresh(program, PATIENCE, bytes, wanted),
    }
}

fn fresh(program: &Path, patience: Duration, bytes: &[u8], wanted: &Wanted) -> Result<Answered, Refusal> {
    let unable =
        |error: io::Error| Refusal::Unable(format!("the process that decodes images cannot be started: {error}"));
    let mut decoder = Decoder::start(program, patience).map_err(unable)?;
    match decoder.answer(bytes, wanted) {
        Ok(made) => Ok((decoder, made)),
        Err(broken) => Err(decoder.why(&broken)),
    }
}

/// Why a process that ended while decoding an image gave no answer.
fn ended(status: ExitStatus, broken: &io::Error) -> Refusal {
    match status.signal() {
        Some(signal @ (libc::SIGABRT | libc::SIGKILL | libc::SIGTERM)) => {
            Refusal::Unable(format!("the decoder was killed by signal {signal}, probably for lack of memory"))
        }
        Some(libc::SIGSYS) => {
            Refusal::Bad("made the decoder attempt a forbidden system call; the decoder was stopped".to_owned())
        }
        Some(signal) => Refusal::Bad(format!("crashes the decoder (signal {signal}); the file is probably corrupt")),
        None => lost(broken),
    }
}

fn is_late(broken: &io::Error) -> bool {
    matches!(broken.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn lost(broken: &io::Error) -> Refusal {
    if is_late(broken) {
        return Refusal::Unable(format!(
            "the decoder gave no answer for {} s and was stopped; try again when the machine is less busy",
            PATIENCE.as_secs()
        ));
    }
    Refusal::Unable(format!("the process that decodes images does not answer: {broken}"))
}

/// A process that decodes.
struct Decoder {
    child: Child,
    stream: BufReader<UnixStream>,
}

impl Decoder {
    /// Starts one that may be silent as long as `patience`.
    fn start(program: &Path, patience: Duration) -> io::Result<Decoder> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(patience))?;
        ours.set_write_timeout(Some(patience))?;
        let mut command = Command::new(program);
        // A group of its own, so that a terminal's interrupt ends the program first, and no image is blamed.
        command.arg0(NAME).env_clear().env(MARK, "1").current_dir("/").process_group(0);
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Decoder { child: command.spawn()?, stream: BufReader::new(ours) })
    }

    /// Why there is no answer. Ends the process, which may still run: after nonsense, or for ever.
    fn why(mut self, broken: &io::Error) -> Refusal {
        use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
        // What ends an image's process has set how it ended before its socket closes: this signal changes nothing there.
        self.child.kill().ok();
        match (broken.kind(), self.child.wait()) {
            (UnexpectedEof | BrokenPipe | ConnectionReset, Ok(status)) => ended(status, broken),
            _ => lost(broken),
        }
    }

    /// What the process makes of an image.
    ///
    /// # Errors
    /// Where it does not answer in time, or answers nonsense.
    fn answer(&mut self, bytes: &[u8], wanted: &Wanted) -> io::Result<Result<Made, Refusal>> {
        wire::write(self.stream.get_mut(), &Request { wanted: *wanted, length: bytes.len() }, bytes)?;
        let mut turn = None;
        loop {
            match wire::read(&mut self.stream)? {
                Answer::Needs(memory) => match admit(memory, Some(self.child.id())) {
                    Ok(its) => {
                        turn = its;
                        wire::write(self.stream.get_mut(), &true, &[])?;
                    }
                    Err(refusal) => {
                        wire::write(self.stream.get_mut(), &false, &[])?;
                        wire::read::<Answer>(&mut self.stream)?;
                        return Ok(Err(refusal));
                    }
                },
                Answer::Made(profile) => {
                    let pixels = wire::read_bytes(&mut self.stream, wanted.len())?;
                    drop(turn);
                    return Ok(Ok(Made { pixels, profile }));
                }
                Answer::Refused(refusal) => return Ok(Err(refusal)),
            }
        }
    }
}

/// A process whose socket is closed ends by itself, but perhaps not at once.
impl Drop for Decoder {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

#[cfg(test)]
mod tests;
