//! Results on their way to the disk while runs are trained: on a thread of its own, so that no run waits for a plot, and
//! seldom enough that a thousand short runs do not draw a thousand plots.

use crate::error::Error;
use crate::interrupt;
use crate::queue::Ended;
use crate::results::Results;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// Results are not written more often.
const EVERY: Duration = Duration::from_secs(3);
/// Nor is more than one part in so many of the time spent on it, however much there is to draw.
const SHARE: u32 = 12;

enum Message {
    Ended(Ended),
    Interrupted,
    Done,
}

/// Takes in the runs that have ended.
pub struct Inbox(Sender<Message>);

impl Inbox {
    /// Takes in a run. `false` where results cannot be written any more: then no other run should begin.
    pub fn take(&self, ended: Ended) -> bool {
        self.0.send(Message::Ended(ended)).is_ok()
    }
}

/// Does `work`, and meanwhile writes the results of the runs that it hands over. An interrupt ends the process once what is
/// finished is written. At the end the last ones may not be written yet.
///
/// # Errors
/// That of `work`, or else [`Error`] where results cannot be written.
pub fn write_while(results: &mut [Results], work: impl FnOnce(Inbox) -> Result<(), Error>) -> Result<(), Error> {
    let (sender, receiver) = channel();
    let last_will = sender.clone();
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || write(results, &receiver));
        let interrupts = interrupt::leave_to(move || last_will.send(Message::Interrupted).is_ok());
        let worked = work(Inbox(sender.clone()));
        drop(interrupts);
        // Where the writer has failed it hears no more.
        sender.send(Message::Done).ok();
        let written = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
        worked.and(written)
    })
}

#[expect(clippy::disallowed_methods, reason = "decides when results are written, and no byte of them")]
fn write(results: &mut [Results], messages: &Receiver<Message>) -> Result<(), Error> {
    let mut changed = vec![false; results.len()];
    let mut earliest = Instant::now();
    loop {
        let message = if changed.contains(&true) {
            messages.recv_timeout(earliest.saturating_duration_since(Instant::now()))
        } else {
            messages.recv().map_err(RecvTimeoutError::from)
        };
        match message {
            Ok(Message::Ended(Ended { experiment, record })) => {
                results[experiment].add(record);
                changed[experiment] = true;
            }
            Ok(Message::Interrupted) => {
                let written = write_changed(results, &mut changed);
                if let Err(error) = written {
                    error.print();
                }
                interrupt::end();
            }
            Ok(Message::Done) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {
                let began = Instant::now();
                write_changed(results, &mut changed)?;
                earliest = Instant::now() + EVERY.max(began.elapsed() * SHARE);
            }
        }
    }
}

fn write_changed(results: &[Results], changed: &mut [bool]) -> Result<(), Error> {
    for (results, changed) in results.iter().zip(changed) {
        if std::mem::take(changed) {
            results.write()?;
        }
    }
    Ok(())
}
