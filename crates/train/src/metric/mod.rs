//! Metrics: logits and labels in, batch by batch; one number for all images out.
//!
//! One file each. A metric counts images in f64 or integers, so how images are grouped into batches does not matter.

mod accuracy;

use accuracy::Accuracy;

/// A metric that is being measured.
#[derive(Clone, Debug)]
pub struct Meter {
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Accuracy(Accuracy),
}

impl Meter {
    /// One that has seen no image.
    pub fn new(metric: plan::Metric) -> Meter {
        let state = match metric {
            plan::Metric::Accuracy => State::Accuracy(Accuracy::default()),
        };
        Meter { state }
    }

    /// Takes a batch in: for each image a row of logits (one, or one for each class) and the index of its class.
    pub fn update(&mut self, logits: &[f32], labels: &[u32]) {
        match &mut self.state {
            State::Accuracy(accuracy) => accuracy.update(logits, labels),
        }
    }

    /// The metric over all images so far; 0 where there was none.
    pub fn value(&self) -> f64 {
        match &self.state {
            State::Accuracy(accuracy) => accuracy.value(),
        }
    }
}
