//! How long epochs took: the one place that looks at a clock. What it says goes into `timing.csv` and progress reports,
//! never into a result.

use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The line of one epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The epoch, from 1; 0 for an evaluation without training.
    pub epoch: u32,
    /// Seconds of the epoch's training steps alone, waiting for batches included.
    pub train_s: f64,
    /// Seconds of the validation after them.
    pub validation_s: f64,
    /// Training images a second.
    pub train_images_per_s: f64,
    /// Threads of the engine.
    pub threads: usize,
    /// What it ran on.
    pub device: String,
}

/// The first line of `timing.csv`.
pub const HEADER: &str = "epoch,train_s,validation_s,train_images_per_s,threads,device\n";

impl Timing {
    /// Its line of `timing.csv`.
    pub fn line(&self) -> String {
        let Timing { epoch, train_s, validation_s, train_images_per_s, threads, device } = self;
        format!("{epoch},{train_s:.3},{validation_s:.3},{train_images_per_s:.1},{threads},{device}\n")
    }
}

/// Images a second, 0 for no time at all.
pub fn rate(images: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { images as f64 / seconds } else { 0.0 }
}

/// Time since a moment.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::new_without_default, reason = "a default that depends on the moment would surprise")]
    #[expect(clippy::disallowed_methods, reason = "seconds are for timing.csv and progress reports alone")]
    pub fn new() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Lets something through a few times a second at most.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    every: Duration,
    last: Option<Instant>,
}

impl Throttle {
    /// At most once in each `every`.
    pub fn new(every: Duration) -> Throttle {
        Throttle { every, last: None }
    }

    /// Whether it is time again. The first time it always is.
    pub fn passes(&mut self) -> bool {
        #[expect(clippy::disallowed_methods, reason = "it decides when progress is reported, and no more")]
        let now = Instant::now();
        let passes = self.last.is_none_or(|last| now.duration_since(last) >= self.every);
        if passes {
            self.last = Some(now);
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_fixed_decimals() {
        let row = Timing {
            epoch: 3,
            train_s: 1.0 / 3.0,
            validation_s: 0.0,
            train_images_per_s: 426.06,
            threads: 2,
            device: "cpu".into(),
        };
        assert_eq!(row.line(), "3,0.333,0.000,426.1,2,cpu\n");
        assert_eq!(rate(10, 0.0), 0.0);
    }

    #[test]
    fn a_throttle_opens_once_in_its_time() {
        let mut slow = Throttle::new(Duration::from_secs(3600));
        assert!(slow.passes() && !slow.passes());
        let mut open = Throttle::new(Duration::ZERO);
        assert!(open.passes() && open.passes());
    }
}
