//! The images of a run, as the tool has prepared them, or the reason why the run refuses to start.

use crate::class_weight::ClassWeights;
use crate::error::TrainError;
use data::{Images, Set, Standardization};
use plan::{Loss, Prepared, Run, Split};
use std::sync::Arc;

/// The images of a run. A split without an image counts as not there.
pub struct Splits {
    /// The class names, in label order.
    pub classes: Vec<String>,
    /// What is learnt from; none for a run of 0 epochs.
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
    /// Maps the prepared images of `run`.
    ///
    /// # Errors
    /// [`TrainError`] where they are not what the run was planned on, or where the network, the class weights or the early
    /// stopping ask for something else than what is there.
    pub fn open(run: &Run, images: &Prepared) -> Result<Splits, TrainError> {
        let (data, training) = (&run.settings.data, &run.settings.training);
        let Set { classes, train, validation, test } = Set::open(images, data)?;
        check_head(run, &classes)?;
        let standardization = Standardization::of(data.normalization, &train);
        let train = (training.epochs > 0).then_some(train);
        let class_weights = match (&train, &training.class_weight) {
            (Some(images), Some(plan)) => Some(ClassWeights::new(plan, &classes, &images.labels)?),
            (_, _) => None,
        };
        let there = |images: Option<Images>| images.filter(|images| !images.is_empty()).map(Arc::new);
        let splits = Splits {
            classes,
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

fn check_head(run: &Run, classes: &[String]) -> Result<(), TrainError> {
    let loss = run.settings.training.loss;
    if loss == Loss::BinaryCrossentropy && classes.len() != 2 {
        return Err(TrainError::NotBinary { names: classes.to_vec() });
    }
    let (found, expected) = (run.settings.network.output().size(), loss.logits(classes.len()));
    if found == expected {
        return Ok(());
    }
    Err(TrainError::Head { found, expected, loss: loss.name(), names: classes.to_vec() })
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
