//! All that a run needs to go on after an epoch, in one safetensors file that is either whole or not there.
//!
//! Weights stand as `weights/<name>`, those of the best epoch as `best/<name>` where that is another one, what the
//! optimizer keeps as `optimizer/<slot>/<name>`; the rest is JSON in the file's header. The state of the random streams
//! is not needed: they are keyed by epoch, not by what was drawn before.

use crate::arrays::{self, Array, ArraysError, Borrowed};
use crate::early_stopping::Watch;
use crate::timing::Timing;
use crate::weights::{self, Misfit, Weights};
use plan::Network;
use record::Epoch;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

/// What is known of a run after an epoch, but for arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// The run's id: another run does not go on from here.
    pub run_id: String,
    /// The rows of the epochs that are done, all of them.
    pub epochs: Vec<Epoch>,
    /// The best epoch, and what early stopping remembers.
    pub watch: Watch,
    /// Whether early stopping has ended the training.
    pub stopped: bool,
    /// Steps that the optimizer took.
    pub iterations: u64,
    /// The lines of `timing.csv`.
    pub timing: Vec<Timing>,
}

/// A run after an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// What is no array.
    pub ledger: Ledger,
    /// The weights after the last epoch.
    pub weights: Weights,
    /// The weights after the best epoch, where it is not the last.
    pub best: Option<Weights>,
    /// What the optimizer keeps, `slots[parameter][slot]`.
    pub slots: Vec<Vec<Vec<f32>>>,
}

/// Why a checkpoint is not gone on from.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    Read(#[from] io::Error),
    /// It is no file of arrays.
    #[error(transparent)]
    Format(#[from] ArraysError),
    /// Its header is no ledger.
    #[error("its header makes no sense: {0}")]
    Ledger(#[from] serde_json::Error),
    /// It is of another run: another variant, other data, or another engine.
    #[error("it is of run {found}")]
    OtherRun {
        /// That run's id.
        found: String,
    },
    /// Its arrays are not those of the network.
    #[error("its arrays are not the network's: {}", .0.iter().map(Misfit::to_string).collect::<Vec<_>>().join("; "))]
    Misfit(Vec<Misfit>),
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
) -> Result<Vec<u8>, CheckpointError> {
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
    Ok(arrays::encode(&borrowed, &serde_json::to_string(ledger)?)?)
}

impl Checkpoint {
    /// Reads the checkpoint at `path` of run `run_id`, which trains `network` with an optimizer of `slots` slots. `None`
    /// where there is no file.
    ///
    /// # Errors
    /// [`CheckpointError::Read`] where the file is there but out of reach: it may be whole, so the run must not start anew
    /// over it. Any other [`CheckpointError`] where it is damaged or of another run: then the run starts anew.
    pub fn load(
        path: &Path,
        run_id: &str,
        network: &Network,
        slots: usize,
    ) -> Result<Option<Checkpoint>, CheckpointError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let (arrays, note) = arrays::decode(&bytes)?;
        let ledger: Ledger = serde_json::from_str(&note)?;
        if ledger.run_id != run_id {
            return Err(CheckpointError::OtherRun { found: ledger.run_id });
        }
        let mut parts = Parts(arrays);
        let fit = |arrays| weights::fit(arrays, network).map_err(CheckpointError::Misfit);
        let weights = fit(parts.take("weights/"))?;
        let best = parts.take("best/");
        let best = if best.is_empty() { None } else { Some(fit(best)?) };
        let mut by_parameter = vec![Vec::with_capacity(slots); weights.len()];
        for slot in 0..slots {
            let arrays = fit(parts.take(&format!("optimizer/{slot}/")))?;
            for (slots, array) in by_parameter.iter_mut().zip(arrays) {
                slots.push(array.values);
            }
        }
        let unknown: Vec<Misfit> = parts.0.into_iter().map(|a| Misfit::Unknown { name: a.name }).collect();
        if unknown.is_empty() {
            Ok(Some(Checkpoint { ledger, weights, best, slots: by_parameter }))
        } else {
            Err(CheckpointError::Misfit(unknown))
        }
    }
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
    use plan::{Activation, Initializer, Layer, Shape};
    use record::Measures;

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

    fn checkpoint(best: bool) -> Checkpoint {
        let weights = |value: f32| {
            vec![
                Array { name: "d.kernel".into(), shape: vec![3, 2], values: vec![value; 6] },
                Array { name: "d.bias".into(), shape: vec![2], values: vec![value + 1.0; 2] },
            ]
        };
        let train = Measures { loss: 1.0 / 3.0, metrics: vec![("accuracy".into(), 0.1 + 0.2)] };
        let row = Epoch { epoch: 1, learning_rate: 1e-4, train: Some(train), validation: None };
        let ledger = Ledger {
            run_id: "feed".into(),
            epochs: vec![row],
            watch: Watch::default(),
            stopped: false,
            iterations: 250,
            timing: vec![],
        };
        let slots = vec![vec![vec![0.1; 6], vec![0.2; 6]], vec![vec![0.3; 2], vec![0.4; 2]]];
        Checkpoint { ledger, weights: weights(0.25), best: best.then(|| weights(-1.0)), slots }
    }

    fn bytes(c: &Checkpoint) -> Vec<u8> {
        encode(&c.ledger, &c.weights, c.best.as_deref(), &c.slots).unwrap()
    }

    #[test]
    fn a_checkpoint_comes_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        assert!(Checkpoint::load(&path, "feed", &network(), 2).unwrap().is_none());
        for best in [false, true] {
            std::fs::write(&path, bytes(&checkpoint(best))).unwrap();
            let found = Checkpoint::load(&path, "feed", &network(), 2).unwrap();
            assert_eq!(found, Some(checkpoint(best)));
        }
    }

    #[test]
    fn a_damaged_or_foreign_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        let whole = bytes(&checkpoint(true));
        for length in [0, 7, 20, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = Checkpoint::load(&path, "feed", &network(), 2).unwrap_err();
            assert!(matches!(error, CheckpointError::Format(_)), "{length}: {error}");
        }
        std::fs::write(&path, &whole).unwrap();
        let error = Checkpoint::load(&path, "cafe", &network(), 2).unwrap_err();
        assert_eq!(error.to_string(), "it is of run feed");
        let error = Checkpoint::load(&path, "feed", &network(), 1).unwrap_err();
        assert!(error.to_string().contains("`optimizer/1/d.kernel` belongs to no layer"), "{error}");
        let error = Checkpoint::load(&path, "feed", &network(), 3).unwrap_err();
        assert!(error.to_string().contains("`d.kernel` is missing"), "{error}");
        std::fs::write(&path, weights::encode(&checkpoint(false).weights, None).unwrap()).unwrap();
        let error = Checkpoint::load(&path, "feed", &network(), 2).unwrap_err();
        assert!(matches!(error, CheckpointError::Ledger(_)), "{error}");
    }
}
