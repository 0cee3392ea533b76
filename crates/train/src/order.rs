//! What is asked of the training loop.

use crate::error::TrainError;
use crate::keeper::Pace;
use crate::weights::WeightsError;
use plan::{Prepared, Run};
use record::RunDirectory;

/// What is to be trained, and where it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// What to train.
    pub run: &'a Run,
    /// Its id.
    pub run_id: &'a str,
    /// Its images.
    pub images: &'a Prepared,
    /// Its folder, which exists.
    pub directory: &'a RunDirectory,
    /// Threads that prepare batches, and that `timing.csv` names.
    pub threads: usize,
    /// When its state is put on the disk. It decides no result.
    pub pace: Pace,
}

impl Order<'_> {
    /// What it has in common with runs of more or fewer epochs: they may go on from each other's checkpoints.
    ///
    /// # Errors
    /// [`TrainError::Weights`] where the weights to start from cannot be read.
    pub fn series(&self) -> Result<String, TrainError> {
        let settings = &self.run.settings;
        let digest = |path: &std::path::PathBuf| match std::fs::read(path) {
            Ok(bytes) => Ok(blake3::hash(&bytes).to_hex().to_string()),
            Err(source) => Err(WeightsError::Read { path: path.clone(), source }),
        };
        let weights = settings.network.weights.as_ref().map(digest).transpose()?;
        Ok(plan::series_id(settings, self.run.seed, &self.images.digest, weights.as_deref()))
    }
}
