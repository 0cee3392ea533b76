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

/// Reports a [`Event::Prediction`] for each image, in order, by the weights in the file `model`; for one that cannot be
/// used a [`Event::Unusable`] in its place.
///
/// # Errors
/// [`TrainError`] where the weights do not fit, or give no numbers for an image.
pub fn predict<M: Model>(
    run: &Run,
    model: &Path,
    images: &[PathBuf],
    listener: &mut dyn Listen,
) -> Result<(), TrainError> {
    let learner = Learner::<M>::with_weights(run, model)?;
    let standardization = standardization(run, model)?;
    let plan = &run.settings.data;
    let size = plan.batch_size.max(1);
    for (batch, paths) in images.chunks(size).enumerate() {
        let decoded: Vec<_> = paths.par_iter().map(|path| decode_one(path, plan)).collect();
        let levels: Vec<u8> = decoded.iter().flatten().flatten().copied().collect();
        let count = decoded.iter().flatten().count();
        // A batch of none has no logits either.
        let logits = match count {
            0 => Vec::new(),
            _ => learner.forward(numbers(&levels, plan, standardization.as_ref()), count),
        };
        let probabilities = learner.probabilities(&logits);
        let mut rows = logits.chunks(logits.len().max(1) / count.max(1)).zip(probabilities);
        for (index, (path, decoded)) in paths.iter().zip(decoded).enumerate() {
            let image = batch * size + index;
            let row = match decoded {
                Ok(_) => rows.next(),
                Err(bad) => {
                    listener.hear(&Event::Unusable { image, reason: bad.reason })?;
                    continue;
                }
            };
            let Some((logits, probabilities)) = row else { continue };
            if !logits.iter().all(|logit| logit.is_finite()) {
                return Err(TrainError::NotFinite { image: path.clone() });
            }
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

/// What the network takes for `levels`, the bytes of decoded images: numbers in [0, 1], or standardized, in the same order.
pub(crate) fn numbers(levels: &[u8], plan: &DataPlan, standardization: Option<&Standardization>) -> Vec<f32> {
    let mut numbers = vec![0.0; levels.len()];
    data::scale(levels, &mut numbers);
    if let Some(standardization) = standardization {
        standardization.apply(plan.channels(), &mut numbers);
    }
    numbers
}
