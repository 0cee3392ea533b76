//! How a network is trained.

use crate::loss::Loss;
use crate::metric::Metric;
use crate::optimizer::Optimizer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How a network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Number of epochs; 0 only evaluates.
    pub epochs: u32,
    /// Batches in an epoch, from an endless stream of passes; `None`: one pass over the training images.
    pub steps_per_epoch: Option<u32>,
    /// What is minimised.
    pub loss: Loss,
    /// How.
    pub optimizer: Optimizer,
    /// What is measured beside the loss, in file order.
    pub metrics: Vec<Metric>,
    /// When to stop before the last epoch.
    pub early_stopping: Option<EarlyStopping>,
    /// How much the images of each class count in the training loss; `None`: all alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weight: Option<ClassWeight>,
}

/// How much the images of each class count: Keras's `class_weight`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeight {
    /// Images / (classes x images of the class), over the training images: every class counts as much as every other.
    Balanced,
    /// A weight for each class by its name; 1 for those that are not named.
    Given(BTreeMap<String, f64>),
}

impl Training {
    /// What decides which epoch is the best: what early stopping watches, or the validation loss.
    pub fn monitor(&self) -> Monitor {
        self.early_stopping.as_ref().map_or(Monitor { split: Split::Validation, metric: None }, |stop| stop.monitor)
    }
}

/// Stop when nothing gets better any more (Keras's `EarlyStopping`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlyStopping {
    /// The watched number (default `val_loss`).
    pub monitor: Monitor,
    /// Epochs without improvement that are waited through (default 0, as Keras).
    pub patience: u32,
    /// A smaller change does not count as improvement (default 0).
    pub min_delta: f64,
    /// Which way is better (default: told by the monitor).
    pub mode: Direction,
    /// Whether the best epoch's weights are kept rather than the last one's (default true: they are what is tested).
    pub restore_best_weights: bool,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Less is better.
    Min,
    /// More is better.
    Max,
}

impl Direction {
    /// Whether `value` is better than `best` by more than `min_delta`. A NaN is never better.
    pub fn improves(self, value: f64, best: f64, min_delta: f64) -> bool {
        match self {
            Direction::Min => value < best - min_delta,
            Direction::Max => value > best + min_delta,
        }
    }
}

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// What is learnt from.
    Train,
    /// What is looked at after every epoch.
    Validation,
    /// What is looked at once, at the end.
    Test,
}

impl Split {
    /// All, in order.
    pub const ALL: [Split; 3] = [Split::Train, Split::Validation, Split::Test];

    /// Its name in messages, and of the folders that are written.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
            Split::Test => "test",
        }
    }

    /// Its prefix in columns.
    pub fn prefix(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "val",
            Split::Test => "test",
        }
    }
}

/// A number of an epoch that can be watched: `val_loss`, `train_accuracy`, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Monitor {
    /// Of which split; never the test split.
    pub split: Split,
    /// Which metric; `None` is the loss.
    pub metric: Option<Metric>,
}

impl Monitor {
    /// Which way is better.
    pub fn direction(self) -> Direction {
        self.metric.map_or(Direction::Min, Metric::direction)
    }
}

/// The column's name.
impl fmt::Display for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.split.prefix(), self.metric.map_or("loss", Metric::name))
    }
}
