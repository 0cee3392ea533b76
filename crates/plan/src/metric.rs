//! Metrics: what is measured beside the loss.

use crate::training::Direction;
use serde::{Deserialize, Serialize};

/// A measure of how well a set of images is classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The share of images whose most probable class is the right one.
    Accuracy,
}

impl Metric {
    /// Its name in files and columns.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
        }
    }

    /// Which way is better.
    pub fn direction(self) -> Direction {
        match self {
            Metric::Accuracy => Direction::Max,
        }
    }
}
