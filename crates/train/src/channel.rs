//! Where events go: to standard output, one JSON object a line, or to whoever listens in a test.

use record::Event;
use std::io::Write;

/// Nobody listens any more: the tool is gone, and the program is to end quietly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody listens to the events any more")]
pub struct Closed;

/// Someone who is told what happens.
pub trait Listen: Send {
    /// Takes an event.
    ///
    /// # Errors
    /// [`Closed`] where there is no use in going on.
    fn hear(&mut self, event: &Event) -> Result<(), Closed>;
}

/// A closure that takes events.
impl<F: FnMut(&Event) -> Result<(), Closed> + Send> Listen for F {
    fn hear(&mut self, event: &Event) -> Result<(), Closed> {
        self(event)
    }
}

/// A stream that events are written to, as lines; each is flushed.
pub struct Lines<W>(pub W);

impl<W: Write + Send> Listen for Lines<W> {
    fn hear(&mut self, event: &Event) -> Result<(), Closed> {
        // An event is numbers and strings under fixed keys, which JSON can always hold.
        let mut line = serde_json::to_vec(event).map_err(|_| Closed)?;
        line.push(b'\n');
        self.0.write_all(&line).and_then(|()| self.0.flush()).map_err(|_| Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line() {
        let mut lines = Lines(Vec::new());
        let event = Event::Failed { message: "two\nlines".into() };
        lines.hear(&event).unwrap();
        lines.hear(&event).unwrap();
        let text = String::from_utf8(lines.0).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert_eq!(serde_json::from_str::<Event>(text.lines().next().unwrap()).unwrap(), event);
    }

    #[test]
    fn a_full_or_closed_stream_is_closed() {
        let mut space = [0u8; 4];
        let mut lines = Lines(&mut space[..]);
        assert_eq!(lines.hear(&Event::Failed { message: "no room".into() }), Err(Closed));
    }
}
