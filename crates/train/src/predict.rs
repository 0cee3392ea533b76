//! Classifies images with a trained model.

use crate::channel::Listen;
use crate::error::TrainError;
use crate::learner::Learner;
use data::decode_one;
use nn::Model;
use plan::{DataPlan, Run};
use rayon::prelude::*;
use record::Event;
use std::path::{Path, PathBuf};

/// Reports a [`Event::Prediction`] for each image, in order, by the weights in the file `model`.
///
/// # Errors
/// [`TrainError`] where the weights do not fit, or an image cannot be used: of a batch, all such images are named.
pub fn predict<M: Model>(
    run: &Run,
    model: &Path,
    images: &[PathBuf],
    listener: &mut dyn Listen,
) -> Result<(), TrainError> {
    let learner = Learner::<M>::with_weights(run, model)?;
    for paths in images.chunks(run.settings.data.batch_size.max(1)) {
        let logits = learner.forward(decode(paths, &run.settings.data)?, paths.len());
        let rows = logits.chunks(logits.len() / paths.len()).zip(learner.probabilities(&logits));
        for (path, (logits, probabilities)) in paths.iter().zip(rows) {
            if !logits.iter().all(|logit| logit.is_finite()) {
                return Err(TrainError::NotFinite { image: path.clone() });
            }
            let image = path.display().to_string();
            listener.hear(&Event::Prediction { image, logits: logits.to_vec(), probabilities })?;
        }
    }
    Ok(())
}

/// The pixels of the images at `paths`, resized and scaled: (image, height, width, channel), in [0, 1].
///
/// # Errors
/// [`TrainError::Images`] with all that cannot be used.
pub(crate) fn decode(paths: &[PathBuf], plan: &DataPlan) -> Result<Vec<f32>, TrainError> {
    let decoded: Vec<_> = paths.par_iter().map(|path| decode_one(path, plan)).collect();
    let (mut levels, mut bad) = (Vec::new(), Vec::new());
    for image in decoded {
        match image {
            Ok(image) => levels.extend(image),
            Err(image) => bad.push(image),
        }
    }
    if !bad.is_empty() {
        return Err(TrainError::Images(bad));
    }
    let mut pixels = vec![0.0; levels.len()];
    data::scale(&levels, &mut pixels);
    Ok(pixels)
}
