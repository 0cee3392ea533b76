//! The record of one run.

use serde::{Deserialize, Serialize};

/// What was measured on one split: the loss, then the metrics in the experiment's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Mean loss over the images, L2 penalties included (as Keras reports it).
    #[serde(with = "crate::json_number")]
    pub loss: f64,
    /// Name and value of each metric, in file order.
    #[serde(with = "crate::json_number::named")]
    pub metrics: Vec<(String, f64)>,
}

impl Measures {
    /// The metric of that name; `loss` is one of them.
    pub fn get(&self, name: &str) -> Option<f64> {
        if name == "loss" {
            return Some(self.loss);
        }
        self.metrics.iter().find(|(metric, _)| metric == name).map(|(_, value)| *value)
    }
}

/// One epoch of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from 1; 0 stands for an evaluation without training.
    pub epoch: u32,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// Means over the epoch's training batches, as they were seen (augmented, dropout on). `None` for epoch 0.
    pub train: Option<Measures>,
    /// The validation split after the epoch. `None` where there is none.
    pub validation: Option<Measures>,
}

impl Epoch {
    /// The value of a column such as `val_loss` or `train_accuracy`.
    pub fn get(&self, column: &str) -> Option<f64> {
        if column == "learning_rate" {
            return Some(self.learning_rate);
        }
        if let Some(name) = column.strip_prefix("train_") {
            return self.train.as_ref()?.get(name);
        }
        self.validation.as_ref()?.get(column.strip_prefix("val_")?)
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All its epochs are done.
    Completed,
    /// Early stopping ended it.
    Stopped,
    /// The loss or a weight was no finite number any more.
    Diverged,
    /// The program failed.
    Failed,
}

impl Status {
    /// As in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Status::Completed => "completed",
            Status::Stopped => "stopped",
            Status::Diverged => "diverged",
            Status::Failed => "failed",
        }
    }
}

/// What is known of a run when it has ended: the file `run.json` in its folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Name of its variant.
    pub variant: String,
    /// Its seed.
    pub seed: u64,
    /// Hash of all that decided it.
    pub run_id: String,
    /// How it ended.
    pub status: Status,
    /// Its epochs, first to last.
    pub epochs: Vec<Epoch>,
    /// The best epoch by the watched number; `None` where no epoch has one.
    pub best_epoch: Option<u32>,
    /// The test split with the weights that the run keeps. `None` where there is none, or the run did not get there.
    pub test: Option<Measures>,
    /// Number of trained values.
    pub parameter_count: u64,
    /// The class names, in label order.
    pub classes: Vec<String>,
}

impl RunRecord {
    /// The best epoch's row.
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs.iter().find(|epoch| Some(epoch.epoch) == self.best_epoch)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A record with something of everything.
    pub(crate) fn record(status: Status) -> RunRecord {
        let measures = Measures { loss: 1.0 / 3.0, metrics: vec![("accuracy".to_owned(), 0.1 + 0.2)] };
        let row = |epoch| Epoch {
            epoch,
            learning_rate: 1e-4,
            train: Some(measures.clone()),
            validation: Some(Measures { loss: f64::INFINITY, ..measures.clone() }),
        };
        RunRecord {
            variant: "dropout=on".to_owned(),
            seed: u64::MAX,
            run_id: "c05a64958bd8d5fa".to_owned(),
            status,
            epochs: vec![row(1), row(2)],
            best_epoch: Some(2),
            test: Some(measures.clone()),
            parameter_count: 7,
            classes: vec!["cat".to_owned(), "\"blake3\": \"dog\"".to_owned()],
        }
    }
}
