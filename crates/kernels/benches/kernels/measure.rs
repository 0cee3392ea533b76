//! How long a call takes.

use std::time::{Duration, Instant};

/// How long a kernel is called for, at least.
const LONG: Duration = Duration::from_millis(250);

/// How often, at least and at most.
const CALLS: [usize; 2] = [15, 2000];

/// A kernel with its numbers.
pub struct Case {
    pub name: String,
    pub work: Work,
    /// Makes the numbers, and gives what calls the kernel.
    pub start: Box<dyn Fn() -> Box<dyn FnMut()>>,
}

/// What a call does.
pub enum Work {
    /// Floating-point operations.
    Operations(usize),
    /// Bytes read and written.
    Bytes(usize),
}

impl Work {
    pub fn count(&self) -> f64 {
        match self {
            Work::Operations(count) | Work::Bytes(count) => *count as f64,
        }
    }
}

/// Seconds of a call.
pub struct Times {
    pub fastest: f64,
    pub median: f64,
}

/// Times of as many calls as it takes; the first one, which finds no memory mapped and no cache warm, does not count.
pub fn times(mut call: impl FnMut()) -> Times {
    call();
    let start = now();
    let mut times = Vec::new();
    while times.len() < CALLS[0] || (start.elapsed() < LONG && times.len() < CALLS[1]) {
        let start = now();
        call();
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Times { fastest: times[0], median: times[times.len() / 2] }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark's only result is time")]
fn now() -> Instant {
    Instant::now()
}
