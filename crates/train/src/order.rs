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
    /// What it has in common with runs of more or fewer epochs: they may go on from each other's checkpoints. The decoders
    /// take part, which a run's id does not know: other decoders may have made other pictures of the same files.
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
        let series = plan::series_id(settings, self.run.seed, &self.images.digest, weights.as_deref());
        Ok(of_decoder(&series, data::DECODER_VERSION))
    }
}

/// The series of runs on pictures that these decoders have made.
fn of_decoder(series: &str, version: u32) -> String {
    blake3::hash(format!("{series} {version}").as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_of_other_decoders_is_of_another_series() {
        assert_ne!(of_decoder("feed", 3), of_decoder("feed", 4));
        assert_ne!(of_decoder("feed", 3), of_decoder("beef", 3));
        assert_eq!(of_decoder("feed", 3), of_decoder("feed", 3));
    }
}
