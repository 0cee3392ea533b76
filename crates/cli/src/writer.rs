//! Results on their way to the disk while runs are trained: on a thread of its own, so that no run waits for a plot, and
//! seldom enough that a thousand short runs do not draw a thousand plots.

use crate::error::Error;
use crate::interrupt;
use crate::queue::Ended;
use crate::results::Results;
use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// Results are not written more often.
const EVERY: Duration = Duration::from_secs(3);
/// Nor is more than one part in so many of the time spent on it, however much there is to draw.
const SHARE: u32 = 12;

enum Message<T> {
    Ended(T),
    Interrupted,
    Done,
}

/// Takes in the runs that have ended.
pub struct Inbox(Sender<Message<Ended>>);

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
#[expect(clippy::disallowed_methods, reason = "decides when results are written, and no byte of them")]
pub fn write_while(results: &mut [Results], work: impl FnOnce(Inbox) -> Result<(), Error>) -> Result<(), Error> {
    let (sender, receiver) = channel();
    let last_will = sender.clone();
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let mut changed = BTreeSet::new();
            listen(&receiver, Instant::now, |heard| {
                if let Some(Ended { experiment, record }) = heard {
                    results[experiment].add(record);
                    changed.insert(experiment);
                    return Ok(());
                }
                std::mem::take(&mut changed).into_iter().try_for_each(|experiment| results[experiment].write())
            })
        });
        let interrupts = interrupt::leave_to(move || last_will.send(Message::Interrupted).is_ok());
        let worked = work(Inbox(sender.clone()));
        drop(interrupts);
        // Where the writer has failed it hears no more.
        sender.send(Message::Done).ok();
        let written = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
        worked.and(written)
    })
}

/// Hands what has ended to `act`, and calls it with `None` when by the clock `now` it is time to write, however many more
/// messages there are.
fn listen<T>(
    messages: &Receiver<Message<T>>,
    now: impl Fn() -> Instant,
    mut act: impl FnMut(Option<T>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut due, mut earliest) = (false, now());
    loop {
        if due && earliest <= now() {
            let began = now();
            act(None)?;
            let ended = now();
            (due, earliest) = (false, ended + EVERY.max((ended - began) * SHARE));
        }
        let message = if due {
            messages.recv_timeout(earliest.saturating_duration_since(now()))
        } else {
            messages.recv().map_err(RecvTimeoutError::from)
        };
        match message {
            Ok(Message::Ended(ended)) => {
                act(Some(ended))?;
                due = true;
            }
            Ok(Message::Interrupted) => {
                if let Err(error) = act(None) {
                    error.print();
                }
                interrupt::end();
            }
            Ok(Message::Done) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// A clock that somebody else moves on, from a beginning.
    #[expect(clippy::disallowed_methods, reason = "any time will do")]
    fn clock(passed: &Cell<Duration>) -> impl Fn() -> Instant {
        let began = Instant::now();
        move || began + passed.get()
    }

    #[test]
    fn a_thousand_runs_are_not_a_thousand_plots_and_do_not_keep_each_other_waiting() {
        let (sender, receiver) = channel();
        // All at once: there is always another message.
        (0..1000).for_each(|run| sender.send(Message::Ended(run)).unwrap());
        sender.send(Message::Done).unwrap();
        let passed = Cell::new(Duration::ZERO);
        let (mut heard, mut written) = (0, Vec::new());
        listen(&receiver, clock(&passed), |ended| {
            // A run each tenth of a second; half a second to write, of which a share of the time is to be spent.
            match ended {
                Some(run) => {
                    assert_eq!(run, heard, "in order");
                    heard += 1;
                    passed.set(passed.get() + EVERY / 30);
                }
                None => {
                    written.push(heard);
                    passed.set(passed.get() + EVERY / 6);
                }
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(heard, 1000);
        let every = 30 * SHARE as usize / 6;
        assert_eq!(written, (0..).map(|time| 1 + time * every).take_while(|&run| run < 1000).collect::<Vec<_>>());
    }

    #[test]
    fn where_nothing_can_be_written_nothing_more_is_taken() {
        let (sender, receiver) = channel();
        sender.send(Message::Ended(())).unwrap();
        let full = |ended: Option<()>| ended.ok_or_else(|| Error::Data("the disk is full".to_owned()));
        listen(&receiver, clock(&Cell::default()), full).unwrap_err();
        drop(receiver);
        sender.send(Message::Ended(())).unwrap_err();
    }
}
