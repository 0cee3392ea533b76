//! All that a run needs to go on after an epoch, in one safetensors file that is either whole or not there; but for the
//! rows of the epochs up to it, which [`rows`](crate::rows) keeps beside it.
//!
//! Weights stand as `weights/<name>`, those of the best epoch as `best/<name>` where that is another one, what the
//! optimizer keeps as `optimizer/<slot>/<name>`; the rest is JSON in the file's header. The state of the random streams
//! is not needed: they are keyed by epoch, not by what was drawn before.
//!
//! It serves every run that differs in the number of epochs alone: up to the last epoch that they both have, they are the
//! same. So a run that has ended is gone on from where more epochs are asked for.

use crate::arrays::{self, Array, ArraysError, Borrowed};
use crate::early_stopping::Watch;
use crate::rows::{Counted, Line, Rows, RowsError};
use crate::weights::{self, Misfit, Weights};
use plan::Network;
use record::RunDirectory;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

/// What is known of a run after an epoch, but for arrays and rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// What the run has in common with those of more or fewer epochs ([`plan::series_id`]): another does not go on from
    /// here.
    pub series: String,
    /// The last epoch that is done.
    pub done: u32,
    /// The rows of the epochs up to it.
    pub rows: Counted,
    /// The best epoch, and what early stopping remembers.
    pub watch: Watch,
    /// Whether early stopping has ended the training.
    pub stopped: bool,
    /// Steps that the optimizer took.
    pub iterations: u64,
}

/// A run after an epoch.
#[derive(Debug)]
pub struct Checkpoint {
    /// What is no array.
    pub ledger: Ledger,
    /// The weights after the last epoch.
    pub weights: Weights,
    /// The weights after the best epoch, where it is not the last.
    pub best: Option<Weights>,
    /// What the optimizer keeps, `slots[parameter][slot]`.
    pub slots: Vec<Vec<Vec<f32>>>,
    /// The rows, to be added to.
    pub rows: Rows,
    /// What stands in them.
    pub lines: Vec<Line>,
}

/// What is to go on from a checkpoint.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// As [`Ledger::series`].
    pub series: &'a str,
    /// Epochs that it has.
    pub epochs: u32,
    /// What it trains.
    pub network: &'a Network,
    /// Slots of its optimizer.
    pub slots: usize,
}

/// Why a checkpoint is not gone on from.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A file of it is there, but out of reach: it may be whole, so the run must not start anew over it.
    #[error("cannot go on from {}: {source}", files::shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file of it is not what was written.
    #[error("{} is damaged ({reason})", files::shown(path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It is of another variant, other data, or another engine.
    #[error("{} is from other settings, images or engine", files::shown(path))]
    Other {
        /// The file.
        path: PathBuf,
    },
    /// It is of an epoch that the run does not have.
    #[error("{} is of epoch {done}, after the last one of this run, {epochs}", files::shown(path))]
    Beyond {
        /// The file.
        path: PathBuf,
        /// Its epoch.
        done: u32,
        /// The run's last.
        epochs: u32,
    },
}

/// The bytes of a checkpoint's file.
///
/// # Errors
/// [`ArraysError`] where two arrays have one name.
pub fn encode(
    ledger: &Ledger,
    weights: &[Array],
    best: Option<&[Array]>,
    slots: &[Vec<Vec<f32>>],
) -> Result<Vec<u8>, ArraysError> {
    let named = |prefix: &str, arrays: &'_ [Array]| -> Vec<String> {
        arrays.iter().map(|array| format!("{prefix}/{}", array.name)).collect()
    };
    let mut borrowed = Vec::new();
    for (name, array) in named("weights", weights).into_iter().zip(weights) {
        borrowed.push(Borrowed::new(name, &array.shape, &array.values));
    }
    let best = best.unwrap_or_default();
    for (name, array) in named("best", best).into_iter().zip(best) {
        borrowed.push(Borrowed::new(name, &array.shape, &array.values));
    }
    for (array, slots) in weights.iter().zip(slots) {
        for (index, slot) in slots.iter().enumerate() {
            borrowed.push(Borrowed::new(format!("optimizer/{index}/{}", array.name), &array.shape, slot));
        }
    }
    arrays::encode(&borrowed, ledger)
}

impl Checkpoint {
    /// Reads the checkpoint in `directory`. `None` where there is none.
    ///
    /// # Errors
    /// [`CheckpointError`]: but for [`CheckpointError::Read`], the run starts anew.
    pub fn load(directory: &RunDirectory, expected: &Expected<'_>) -> Result<Option<Checkpoint>, CheckpointError> {
        let path = directory.checkpoint();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CheckpointError::Read { path, source }),
        };
        let damaged = |reason: String| CheckpointError::Damaged { path: path.clone(), reason };
        let found = arrays::decode(&bytes).map_err(|error| damaged(error.to_string()))?;
        if !found.sealed {
            return Err(damaged("its checksum is missing".to_owned()));
        }
        let ledger: Ledger = serde_json::from_str(&found.note).map_err(|error| damaged(error.to_string()))?;
        if ledger.series != expected.series {
            return Err(CheckpointError::Other { path });
        }
        if ledger.done > expected.epochs {
            return Err(CheckpointError::Beyond { path, done: ledger.done, epochs: expected.epochs });
        }
        let (weights, best, slots) = divide(found.arrays, expected).map_err(|misfits| {
            damaged(format!(
                "its arrays are not the network's: {}",
                misfits.iter().map(Misfit::to_string).collect::<Vec<_>>().join("; ")
            ))
        })?;
        let path = directory.rows();
        let (rows, lines) = Rows::read(&path, &ledger.rows).map_err(|error| match error {
            RowsError::Read(source) => CheckpointError::Read { path, source },
            RowsError::Damaged(reason) => CheckpointError::Damaged { path, reason },
        })?;
        Ok(Some(Checkpoint { ledger, weights, best, slots, rows, lines }))
    }
}

/// Weights, those of the best epoch, and what the optimizer keeps.
type Divided = (Weights, Option<Weights>, Vec<Vec<Vec<f32>>>);

fn divide(arrays: Vec<Array>, expected: &Expected<'_>) -> Result<Divided, Vec<Misfit>> {
    let mut parts = Parts(arrays);
    let fit = |arrays| weights::fit(arrays, expected.network);
    let weights = fit(parts.take("weights/"))?;
    let best = parts.take("best/");
    let best = if best.is_empty() { None } else { Some(fit(best)?) };
    let mut by_parameter = vec![Vec::with_capacity(expected.slots); weights.len()];
    for slot in 0..expected.slots {
        let arrays = fit(parts.take(&format!("optimizer/{slot}/")))?;
        for (slots, array) in by_parameter.iter_mut().zip(arrays) {
            slots.push(array.values);
        }
    }
    let unknown: Vec<Misfit> = parts.0.into_iter().map(|a| Misfit::Unknown { name: a.name }).collect();
    if unknown.is_empty() { Ok((weights, best, by_parameter)) } else { Err(unknown) }
}

/// Arrays that have not been claimed yet.
struct Parts(Vec<Array>);

impl Parts {
    /// Takes out those whose name starts with `prefix`, without it.
    fn take(&mut self, prefix: &str) -> Vec<Array> {
        let (taken, rest) = std::mem::take(&mut self.0).into_iter().partition(|a| a.name.starts_with(prefix));
        self.0 = rest;
        let mut taken: Vec<Array> = taken;
        for array in &mut taken {
            array.name.drain(..prefix.len());
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::layer::Dense;
    use plan::{Activation, Initializer, Layer, Purpose, Shape, Stream};
    use std::fs;
    use tempfile::TempDir;

    fn network() -> Network {
        let dense = Layer::Dense(Dense {
            units: 2,
            use_bias: true,
            activation: Activation::Linear,
            kernel_initializer: Initializer::Zeros,
            kernel_l2: 0.0,
        });
        Network::stack(Shape::Vector { units: 3 }, vec![("d".to_owned(), dense, None)]).unwrap()
    }

    fn weights_of(value: f32) -> Weights {
        vec![
            Array { name: "d.kernel".into(), shape: vec![3, 2], values: vec![value; 6] },
            Array { name: "d.bias".into(), shape: vec![2], values: vec![value + 1.0; 2] },
        ]
    }

    fn slots() -> Vec<Vec<Vec<f32>>> {
        vec![vec![vec![0.1; 6], vec![0.2; 6]], vec![vec![0.3; 2], vec![0.4; 2]]]
    }

    /// A folder with rows, and the ledger after its first line.
    fn folder() -> (TempDir, RunDirectory, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::at(folder.path().to_path_buf());
        let rows = Rows::new(directory.rows());
        let ledger = Ledger {
            series: "feed".into(),
            done: 3,
            rows: rows.counted(),
            watch: Watch::default(),
            stopped: false,
            iterations: 250,
        };
        fs::write(directory.rows(), "").unwrap();
        (folder, directory, ledger)
    }

    fn load(
        directory: &RunDirectory,
        series: &str,
        epochs: u32,
        slots: usize,
    ) -> Result<Option<Checkpoint>, CheckpointError> {
        Checkpoint::load(directory, &Expected { series, epochs, network: &network(), slots })
    }

    #[test]
    fn a_checkpoint_comes_back_whole() {
        let (_folder, directory, ledger) = folder();
        assert!(load(&directory, "feed", 3, 2).unwrap().is_none());
        for best in [None, Some(weights_of(-1.0))] {
            let bytes = encode(&ledger, &weights_of(0.25), best.as_deref(), &slots()).unwrap();
            fs::write(directory.checkpoint(), bytes).unwrap();
            let found = load(&directory, "feed", 3, 2).unwrap().unwrap();
            assert_eq!((found.ledger, found.weights, found.best), (ledger.clone(), weights_of(0.25), best));
            assert_eq!((found.slots, found.lines), (slots(), Vec::new()));
        }
    }

    #[test]
    fn one_of_another_run_is_not_gone_on_from() {
        let (_folder, directory, ledger) = folder();
        let message = |series: &str, epochs, slots| {
            let error = load(&directory, series, epochs, slots).unwrap_err().to_string();
            error.rsplit_once('/').map_or(error.clone(), |(_, message)| message.to_owned())
        };
        fs::write(directory.checkpoint(), encode(&ledger, &weights_of(0.25), None, &slots()).unwrap()).unwrap();
        assert_eq!(message("cafe", 3, 2), "checkpoint.safetensors is from other settings, images or engine");
        assert_eq!(message("feed", 2, 2), "checkpoint.safetensors is of epoch 3, after the last one of this run, 2");
        assert!(load(&directory, "feed", 1, 2).is_err() && load(&directory, "feed", 9, 2).is_ok());
        let error = load(&directory, "feed", 3, 1).unwrap_err().to_string();
        assert!(error.contains("`optimizer/1/d.kernel` belongs to no layer"), "{error}");
        assert!(load(&directory, "feed", 3, 3).unwrap_err().to_string().contains("`d.kernel` is missing"));
        fs::remove_file(directory.rows()).unwrap();
        assert_eq!(message("feed", 3, 2), "epochs.jsonl is damaged (it is missing)");
    }

    #[test]
    fn one_with_flipped_bits_or_without_its_end_is_damaged() {
        let (_folder, directory, ledger) = folder();
        let whole = encode(&ledger, &weights_of(0.25), Some(&weights_of(-1.0)), &slots()).unwrap();
        let mut stream = Stream::new(0, Purpose::Generate, &[]);
        let damaged = |bytes: &[u8]| {
            fs::write(directory.checkpoint(), bytes).unwrap();
            matches!(load(&directory, "feed", 3, 2), Err(CheckpointError::Damaged { .. }))
        };
        assert!(!damaged(&whole));
        for _ in 0..300 {
            let mut bytes = whole.clone();
            let bit = stream.below(8 * whole.len() as u32) as usize;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(damaged(&bytes), "bit {bit}");
        }
        for length in [0, 7, 20, whole.len() / 2, whole.len() - 1] {
            assert!(damaged(&whole[..length]), "{length} bytes");
        }
        // A version of Ablate without seals wrote others.
        let note = Some([("ablate".to_owned(), serde_json::to_string(&ledger).unwrap())].into());
        let weights = weights_of(0.25);
        let arrays: Vec<_> =
            weights.iter().map(|a| Borrowed::new(format!("weights/{}", a.name), &a.shape, &a.values)).collect();
        assert!(damaged(&safetensors::serialize(arrays.iter().map(|a| (a.name(), a)), note).unwrap()));
    }
}
