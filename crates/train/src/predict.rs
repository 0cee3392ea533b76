//! Classifies images with a trained model.

use crate::channel::Listen;
use crate::error::TrainError;
use crate::learner::Learner;
use crate::weights;
use data::{Standardization, decode_one};
use nn::Model;
use plan::{DataPlan, Normalization, Run};
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
    let standardization = standardization(run, model)?;
    for paths in images.chunks(run.settings.data.batch_size.max(1)) {
        let logits = learner.forward(decode(paths, &run.settings.data, standardization.as_ref())?, paths.len());
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

/// How the images that the weights in the file `model` were trained on were standardized, where they were.
///
/// # Errors
/// [`TrainError::Weights`] where they were and the file does not say how.
pub(crate) fn standardization(run: &Run, model: &Path) -> Result<Option<Standardization>, TrainError> {
    match run.settings.data.normalization {
        Normalization::Rescale => Ok(None),
        Normalization::Standardize => Ok(Some(weights::standardization(model)?)),
    }
}

/// The pixels of the images at `paths`, resized and scaled: (image, height, width, channel), in [0, 1], or standardized.
///
/// # Errors
/// [`TrainError::Images`] with all that cannot be used.
pub(crate) fn decode(
    paths: &[PathBuf],
    plan: &DataPlan,
    standardization: Option<&Standardization>,
) -> Result<Vec<f32>, TrainError> {
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
    if let Some(standardization) = standardization {
        standardization.apply(plan.channels(), &mut pixels);
    }
    Ok(pixels)
}
