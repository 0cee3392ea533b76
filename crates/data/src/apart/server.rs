//! The other side: a process that decodes what it is sent, until nobody sends any more.

use super::confine::confine;
use super::wire::{self, Answer, Request};
use crate::decode::{self, Refusal};
use std::cell::RefCell;
use std::io::{self, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::process::exit;

/// Decodes what comes in through standard input, a socket, and answers there. Does not return.
pub fn serve() -> ! {
    // Decoders that give up say so by a panic, which is caught; nobody reads what is printed.
    std::panic::set_hook(Box::new(|_| {}));
    let Ok(socket) = io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from) else { exit(1) };
    let Ok(answers) = socket.try_clone() else { exit(1) };
    confine();
    // The end of the connection, too: the program is gone.
    exit(i32::from(converse(BufReader::new(socket), answers).is_err()))
}

fn converse(requests: impl Read, answers: impl Write) -> io::Result<()> {
    // Both are used while an image is decoded: when it asks for memory.
    let (requests, answers) = (RefCell::new(requests), RefCell::new(answers));
    loop {
        let Request { wanted, length } = wire::read(&mut *requests.borrow_mut())?;
        let bytes = match wire::read_bytes(&mut *requests.borrow_mut(), length) {
            Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                io::copy(&mut requests.borrow_mut().by_ref().take(length as u64), &mut io::sink())?;
                let refusal = Refusal::Unable("there is not enough memory to read it".to_owned());
                wire::write(&mut *answers.borrow_mut(), &Answer::Refused(refusal), &[])?;
                continue;
            }
            bytes => bytes?,
        };
        let may = |memory: u64| {
            let asked = wire::write(&mut *answers.borrow_mut(), &Answer::Needs(memory), &[]);
            match asked.and_then(|()| wire::read(&mut *requests.borrow_mut())) {
                Ok(true) => Ok(None),
                // The other side knows why.
                Ok(false) => Err(Refusal::Unable(String::new())),
                Err(_) => exit(1),
            }
        };
        match decode::made(&bytes, &wanted, &may) {
            Ok(made) => wire::write(&mut *answers.borrow_mut(), &Answer::Made(made.profile), &made.pixels)?,
            Err(refusal) => wire::write(&mut *answers.borrow_mut(), &Answer::Refused(short(refusal)), &[])?,
        }
    }
}

/// The most bytes of a reason, which may quote the file: a message holds them, however they are escaped.
const LONGEST_REASON: usize = 4 << 10;

/// A refusal with the beginning of its reason.
pub(super) fn short(mut refusal: Refusal) -> Refusal {
    let (Refusal::Bad(reason) | Refusal::Unable(reason)) = &mut refusal;
    let is_end = |end: &usize| reason.is_char_boundary(*end);
    let end = (0..=LONGEST_REASON.min(reason.len())).rev().find(is_end).unwrap_or(0);
    reason.truncate(end);
    refusal
}
