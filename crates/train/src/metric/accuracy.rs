//! The share of images whose most probable class is the right one.
//!
//! With one logit, class 1 is the more probable where the logit is positive (Keras's threshold: probability above 0.5).
//! With one for each class, the largest counts, the first of equals.

/// Images seen, and those that were right.
#[derive(Clone, Debug, Default)]
pub(super) struct Accuracy {
    right: u64,
    seen: u64,
}

impl Accuracy {
    pub(super) fn update(&mut self, logits: &[f32], labels: &[u32]) {
        if labels.is_empty() {
            return;
        }
        for (row, &label) in logits.chunks_exact(logits.len() / labels.len()).zip(labels) {
            self.right += u64::from(most_probable(row) == label);
        }
        self.seen += labels.len() as u64;
    }

    pub(super) fn value(&self) -> f64 {
        if self.seen == 0 { 0.0 } else { self.right as f64 / self.seen as f64 }
    }
}

/// The class that a row of logits speaks for.
fn most_probable(row: &[f32]) -> u32 {
    match row {
        [logit] => u32::from(*logit > 0.0),
        row => {
            let mut best = 0;
            for (class, logit) in row.iter().enumerate() {
                if *logit > row[best] {
                    best = class;
                }
            }
            best as u32
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_logit_counts_by_its_sign() {
        let mut accuracy = Accuracy::default();
        assert_eq!(accuracy.value(), 0.0);
        accuracy.update(&[0.5, -0.5, 0.0, 2.0], &[1, 0, 1, 0]);
        assert_eq!(accuracy.value(), 0.5);
    }

    #[test]
    fn of_many_logits_the_first_largest_counts() {
        let mut accuracy = Accuracy::default();
        accuracy.update(&[1.0, 3.0, 3.0, 0.0, 0.0, -1.0], &[1, 0]);
        accuracy.update(&[-3.0, -2.0, -1.0], &[0]);
        assert_eq!(accuracy.value(), 2.0 / 3.0);
    }

    #[test]
    fn batching_does_not_matter() {
        let logits = [0.1, -0.2, 0.3, -0.4, 0.5];
        let labels = [1, 1, 0, 0, 1];
        let mut whole = Accuracy::default();
        whole.update(&logits, &labels);
        let mut parts = Accuracy::default();
        parts.update(&logits[..3], &labels[..3]);
        parts.update(&logits[3..], &labels[3..]);
        assert_eq!(whole.value(), parts.value());
    }
}
