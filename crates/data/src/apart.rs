//! Images decoded apart: in processes that hold nothing but one image and may do nothing but compute.
//!
//! Image files come from strangers, and decoders are the code that reads every byte of them. So a program that decodes
//! starts itself again, once for each thread that asks, under a name of its own; such a process gives up its rights
//! ([`confine`]), and answers over a socket: bytes in, a picture out. One that ends over an image takes nothing with it,
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
use wire::{Answer, Request};

/// The first argument, usually a program's name, by which a decoder knows that it is one.
const NAME: &str = "ablate-decoder";
/// This program, even where another has taken its place on the disk.
const SELF: &str = "/proc/self/exe";

/// The program that is started to decode; none: images are decoded in this process.
static PROGRAM: RwLock<Option<PathBuf>> = RwLock::new(None);
/// Decoders that wait for work.
static WAITING: Mutex<Vec<Decoder>> = Mutex::new(Vec::new());

/// What a program that decodes images calls first. In a process that was started to decode it does so, and does not
/// return; else all images are decoded in such processes from now on.
pub fn decode_apart() {
    serve_if_asked();
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
    // One that has waited may have ended meanwhile; that says nothing of this image.
    let waited = waiting().pop().and_then(|mut decoder| decoder.answer(bytes, wanted).ok().map(|made| (decoder, made)));
    let answered = match waited {
        Some(answered) => Ok(answered),
        None => fresh(&program, bytes, wanted),
    };
    Some(answered.and_then(|(decoder, made)| {
        waiting().push(decoder);
        made
    }))
}

fn fresh(program: &Path, bytes: &[u8], wanted: &Wanted) -> Result<(Decoder, Result<Made, Refusal>), Refusal> {
    let unable =
        |error: io::Error| Refusal::Unable(format!("the process that decodes images cannot be started: {error}"));
    let mut decoder = Decoder::start(program).map_err(unable)?;
    match decoder.answer(bytes, wanted) {
        Ok(made) => Ok((decoder, made)),
        Err(broken) => Err(decoder.child.wait().map_or_else(|_| lost(&broken), |status| ended(status, &broken))),
    }
}

/// Why there is no answer of a process that ended over an image.
fn ended(status: ExitStatus, broken: &io::Error) -> Refusal {
    match status.signal() {
        Some(signal @ (libc::SIGABRT | libc::SIGKILL | libc::SIGTERM)) => Refusal::Unable(format!(
            "the process that decoded it was ended by signal {signal}, as it happens where memory runs out"
        )),
        Some(libc::SIGSYS) => Refusal::Bad(
            "makes the decoder ask the system for what a decoder has no use for; it was stopped".to_owned(),
        ),
        Some(signal) => Refusal::Bad(format!("crashes the decoder (signal {signal}); the file is probably corrupt")),
        None => lost(broken),
    }
}

fn lost(broken: &io::Error) -> Refusal {
    Refusal::Unable(format!("the process that decodes images does not answer: {broken}"))
}

/// A process that decodes.
struct Decoder {
    child: Child,
    stream: BufReader<UnixStream>,
}

impl Decoder {
    fn start(program: &Path) -> io::Result<Decoder> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = Command::new(program);
        // A group of its own, so that a terminal's interrupt ends the program first, and no image is blamed.
        command.arg0(NAME).env_clear().current_dir("/").process_group(0);
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Decoder { child: command.spawn()?, stream: BufReader::new(ours) })
    }

    /// What the process makes of an image.
    ///
    /// # Errors
    /// Where it does not answer, or with something that is no answer.
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
