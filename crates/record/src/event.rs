//! What a model program reports on standard output, one JSON object a line.

use crate::run::{Epoch, RunRecord};
use serde::{Deserialize, Serialize};

/// A line of a model program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Something that a person should know before training begins: what an earlier program left is not gone on from.
    Notice {
        /// What, for a person.
        message: String,
    },
    /// The images are ready and training begins, after `resumed_from` epochs that an earlier program did.
    Started {
        /// Epochs that are done already.
        resumed_from: u32,
        /// Epochs in all.
        epochs: u32,
        /// Steps in an epoch.
        steps_per_epoch: u32,
    },
    /// Some steps of an epoch are done: for progress bars. Sent a few times a second at most.
    Progress {
        /// The running epoch, from 1.
        epoch: u32,
        /// Its steps that are done.
        step: u32,
        /// Mean loss of the epoch so far.
        #[serde(with = "crate::json_number")]
        loss: f64,
        /// Training images a second, in this epoch.
        images_per_second: f64,
    },
    /// An epoch is done and its checkpoint is on disk.
    Epoch {
        /// Its row.
        row: Epoch,
        /// Training images a second.
        images_per_second: f64,
    },
    /// The run has ended and its record is on disk. The last line of a training program.
    Finished {
        /// The record.
        record: RunRecord,
    },
    /// An image was classified.
    Prediction {
        /// Which of those that were asked for, from 0.
        image: usize,
        /// The network's outputs, before sigmoid or softmax.
        logits: Vec<f32>,
        /// A probability for each class, in label order.
        probabilities: Vec<f32>,
    },
    /// An image cannot be classified; the others are.
    Unusable {
        /// Which of those that were asked for, from 0.
        image: usize,
        /// What is wrong with it, for a person.
        reason: String,
    },
    /// A picture of a layer was drawn.
    Drawn {
        /// The layer.
        layer: String,
        /// The picture's name in the folder that was asked for.
        file: String,
    },
    /// The program cannot go on. It ends with status 1 after this line.
    Failed {
        /// Why, for a person.
        message: String,
    },
}
