//! Training classes of very different size: a network that always answers the largest does well, and learns little.

use crate::Split;
use serde::Serialize;

/// Said from here on: the largest class has 3 images for 2 of the smallest.
const RATIO: [usize; 2] = [3, 2];

/// The two ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Imbalance {
    /// The class with most images.
    pub largest: String,
    /// How many.
    pub largest_count: usize,
    /// The class with fewest images.
    pub smallest: String,
    /// How many.
    pub smallest_count: usize,
    /// Accuracy, on the training split, of always answering the largest class.
    pub baseline_accuracy: f64,
}

pub(super) fn find(train: &Split, classes: &[String]) -> Option<Imbalance> {
    let counts = train.counts(classes.len());
    let counted = || classes.iter().zip(counts.iter().copied());
    // Of equals the first.
    let (largest, largest_count) = counted().rev().max_by_key(|(_, count)| *count)?;
    let (smallest, smallest_count) = counted().min_by_key(|(_, count)| *count)?;
    (largest_count > 0 && largest_count * RATIO[1] >= smallest_count * RATIO[0]).then(|| Imbalance {
        largest: largest.clone(),
        largest_count,
        smallest: smallest.clone(),
        smallest_count,
        baseline_accuracy: largest_count as f64 / train.files.len() as f64,
    })
}
