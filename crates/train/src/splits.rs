//! The images of a run, decoded: those of each split, or the reasons why the run refuses to start, all in one go.

use crate::class_weight::ClassWeights;
use crate::error::TrainError;
use crate::log;
use data::{Images, Manifest, Standardization};
use plan::{Loss, Normalization, Run, Split};
use std::sync::Arc;

/// The decoded images of a run. A split without an image counts as not there.
pub struct Splits {
    /// The class names, in label order.
    pub classes: Vec<String>,
    /// What is learnt from; not decoded for a run of 0 epochs.
    pub train: Option<Arc<Images>>,
    /// What is looked at after every epoch.
    pub validation: Option<Arc<Images>>,
    /// What is looked at once, at the end.
    pub test: Option<Arc<Images>>,
    /// That of the training images, where images are standardized.
    pub standardization: Option<Standardization>,
    /// How much the training images of each class count, where they do not count alike.
    pub class_weights: Option<ClassWeights>,
}

impl Splits {
    /// Lists and decodes the images of `run`, on rayon's current pool.
    ///
    /// # Errors
    /// [`TrainError`] where the folders are not as they should be, where images cannot be used (all of them are named),
    /// or where the network or the early stopping asks for something else than what is there.
    pub fn load(run: &Run) -> Result<Splits, TrainError> {
        let data = &run.settings.data;
        let manifest = data::scan(data)?;
        check_head(run, &manifest)?;
        let (mut loaded, mut bad) = ([None, None, None], Vec::new());
        let trains = run.settings.training.epochs > 0;
        let training = (trains || data.normalization == Normalization::Standardize).then_some(&manifest.train);
        let splits = [training, manifest.validation.as_ref(), manifest.test.as_ref()];
        for (place, split) in loaded.iter_mut().zip(splits) {
            match split.map(|split| data::load(split, data)).transpose() {
                Ok(images) => *place = images,
                Err(images) => bad.extend(images),
            }
        }
        if !bad.is_empty() {
            return Err(TrainError::Images(bad));
        }
        let [train, validation, test] = loaded;
        for image in [&train, &validation, &test].into_iter().flatten().flat_map(|images| &images.left_out) {
            log::line(&format!("left out {image}"));
        }
        let standardization = train.as_ref().and_then(|images| Standardization::of(data.normalization, images));
        let train = train.filter(|_| trains);
        let class_weights = match (&train, &run.settings.training.class_weight) {
            (Some(images), Some(plan)) => Some(ClassWeights::new(plan, &manifest.classes, &images.labels)?),
            (_, _) => None,
        };
        let there = |images: Option<Images>| images.filter(|images| !images.is_empty()).map(Arc::new);
        let splits = Splits {
            classes: manifest.classes,
            train: train.map(Arc::new),
            validation: there(validation),
            test: there(test),
            standardization,
            class_weights,
        };
        check_monitor(run, splits.validation.is_some())?;
        Ok(splits)
    }
}

fn check_head(run: &Run, manifest: &Manifest) -> Result<(), TrainError> {
    let loss = run.settings.training.loss;
    if loss == Loss::BinaryCrossentropy && manifest.classes.len() != 2 {
        return Err(TrainError::NotBinary { names: manifest.classes.clone() });
    }
    let (found, expected) = (run.settings.network.output().size(), loss.logits(manifest.classes.len()));
    if found == expected {
        return Ok(());
    }
    Err(TrainError::Head { found, expected, loss: loss.name(), names: manifest.classes.clone() })
}

fn check_monitor(run: &Run, validation: bool) -> Result<(), TrainError> {
    let training = &run.settings.training;
    let Some(stopping) = &training.early_stopping else { return Ok(()) };
    let monitor = stopping.monitor;
    if monitor.split == Split::Validation && !validation {
        return Err(TrainError::Monitor { monitor: monitor.to_string() });
    }
    match monitor.metric {
        Some(metric) if !training.metrics.contains(&metric) => Err(TrainError::Metric { monitor: monitor.to_string() }),
        Some(_) | None => Ok(()),
    }
}
