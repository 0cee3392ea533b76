//! The images of a run, as the tool has prepared them, or the reason why the run refuses to start.

use crate::error::TrainError;
use data::{Images, Set};
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
}

impl Splits {
    /// Maps the prepared images of `run`.
    ///
    /// # Errors
    /// [`TrainError`] where they are not what the run was planned on, or where the network or the early stopping asks for
    /// something else than what is there.
    pub fn open(run: &Run, images: &Prepared) -> Result<Splits, TrainError> {
        let Set { classes, train, validation, test } = Set::open(images, &run.settings.data)?;
        check_head(run, &classes)?;
        let there = |images: Option<Images>| images.filter(|images| !images.is_empty()).map(Arc::new);
        let splits = Splits {
            classes,
            train: (run.settings.training.epochs > 0).then(|| Arc::new(train)),
            validation: there(validation),
            test: there(test),
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
