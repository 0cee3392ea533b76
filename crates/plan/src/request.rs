//! What a model program is asked to do. It comes as one line of JSON on standard input, which then stays open: when it
//! closes, the tool is gone and the program ends.

use crate::run::Run;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Images that the tool has prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// The list of them, a file of the cache.
    #[serde(with = "crate::path")]
    pub set: PathBuf,
    /// The digest of the manifest that they were prepared from, as in the run's id.
    pub digest: String,
}

/// A request to a model program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Train, or go on training, and leave all that belongs to the run in `directory`.
    Train {
        /// What to train.
        run: Run,
        /// Its id: a checkpoint of another id is not gone on from.
        run_id: String,
        /// Its images.
        images: Prepared,
        /// The run's folder, which exists.
        #[serde(with = "crate::path")]
        directory: PathBuf,
        /// Threads of the engine.
        threads: usize,
    },
    /// Classify images with a trained model.
    Predict {
        /// What was trained.
        run: Run,
        /// Its weights.
        #[serde(with = "crate::path")]
        model: PathBuf,
        /// The images.
        #[serde(with = "crate::path")]
        images: Vec<PathBuf>,
        /// Threads of the engine.
        threads: usize,
    },
    /// Draw what each layer of a trained model makes of an image.
    Explain {
        /// What was trained.
        run: Run,
        /// Its weights.
        #[serde(with = "crate::path")]
        model: PathBuf,
        /// The image.
        #[serde(with = "crate::path")]
        image: PathBuf,
        /// Where the pictures go; the folder exists.
        #[serde(with = "crate::path")]
        directory: PathBuf,
        /// Threads of the engine.
        threads: usize,
    },
}
