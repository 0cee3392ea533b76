//! `[training]`.

use crate::class_weight::{self, ClassWeightSpec};
use crate::fields::{At, Fields, Written};
use crate::log::{Finding, Log, Span};
use crate::optimizer;
use crate::value::{NOT_NEGATIVE, boolean, choice, count, items, number};
use plan::{Direction, EarlyStopping, Loss, Metric, Monitor, Optimizer, Split};

/// The table as written. What is missing and has no default was reported.
#[derive(Debug, Default)]
pub struct TrainingSpec {
    pub epochs: Option<u32>,
    pub steps_per_epoch: Option<u32>,
    pub loss: Written<(Loss, Span)>,
    pub optimizer: Option<Optimizer>,
    pub metrics: Vec<Metric>,
    /// And where it says what it watches.
    pub early_stopping: Option<(EarlyStopping, Span)>,
    pub class_weight: Option<ClassWeightSpec>,
}

const METRICS: [(&str, Metric); 1] = [("accuracy", Metric::Accuracy)];
const LOSSES: [(&str, Loss); 2] =
    [("binary_crossentropy", Loss::BinaryCrossentropy), ("categorical_crossentropy", Loss::CategoricalCrossentropy)];

pub fn read(at: &At, log: &mut Log) -> TrainingSpec {
    let Some(mut fields) = Fields::open(at, "training", log) else { return TrainingSpec::default() };
    let epochs = fields.required("epochs", "how often to go through the data", log, count(0, 1_000_000));
    let steps = fields.optional("steps_per_epoch", log, count(1, 1_000_000_000));
    let loss = fields.written("loss", log, |at, log| Some((choice(&LOSSES)(at, log)?, at.node.span)));
    let optimizer = fields.required(
        "optimizer",
        "for instance `{ type = \"rmsprop\", learning_rate = 1e-4 }`",
        log,
        optimizer::read,
    );
    let metrics = fields.written("metrics", log, metrics).or(METRICS.map(|(_, metric)| metric).to_vec());
    let early_stopping = fields.optional("early_stopping", log, |at, log| early_stopping(at, metrics.as_deref(), log));
    let class_weight = fields.optional("class_weight", log, class_weight::read);
    fields.close(log);
    TrainingSpec {
        epochs: epochs.map(|epochs| epochs as u32), // both are bounded above
        steps_per_epoch: steps.map(|steps| steps as u32),
        loss,
        optimizer,
        metrics: metrics.unwrap_or_default(),
        early_stopping,
        class_weight,
    }
}

fn metrics(at: &At, log: &mut Log) -> Option<Vec<Metric>> {
    let mut metrics = Vec::new();
    let mut whole = true;
    for item in items(at, log)? {
        match choice(&METRICS)(&item, log) {
            None => whole = false,
            Some(metric) if metrics.contains(&metric) => {
                let message = format!("`{}` is listed twice", metric.name());
                log.add(Finding::new(item.node.span, message, "again here").alone());
            }
            Some(metric) => metrics.push(metric),
        }
    }
    whole.then_some(metrics)
}

/// Reads the table, where these metrics are measured, if that is known.
fn early_stopping(at: &At, metrics: Option<&[Metric]>, log: &mut Log) -> Option<(EarlyStopping, Span)> {
    let watched: Vec<(&'static str, Monitor)> = vec![
        ("val_loss", Monitor { split: Split::Validation, metric: None }),
        ("train_loss", Monitor { split: Split::Train, metric: None }),
        ("val_accuracy", Monitor { split: Split::Validation, metric: Some(Metric::Accuracy) }),
        ("train_accuracy", Monitor { split: Split::Train, metric: Some(Metric::Accuracy) }),
    ];
    let mut fields = Fields::open(at, "training.early_stopping", log)?;
    let mut watches = fields.span;
    let monitor = fields.optional("monitor", log, |at, log| {
        watches = at.node.span;
        let monitor = choice(&watched)(at, log)?;
        let lacks = |metric: &Metric| metrics.is_some_and(|metrics| !metrics.contains(metric));
        if let Some(metric) = monitor.metric.filter(lacks) {
            let message = format!("`{}` watches a metric that is not measured", at.path);
            log.add(Finding::new(at.node.span, message, format!("add `{}` to `training.metrics`", metric.name())));
        }
        Some(monitor)
    });
    let monitor = monitor.unwrap_or(Monitor { split: Split::Validation, metric: None });
    let patience = fields.optional("patience", log, count(0, 1_000_000)).unwrap_or(0);
    let min_delta = fields.optional("min_delta", log, number(NOT_NEGATIVE)).unwrap_or(0.0);
    let directions = [("min", Direction::Min), ("max", Direction::Max)];
    let mode = fields.optional("mode", log, choice(&directions)).unwrap_or(monitor.direction());
    let restore = fields.optional("restore_best_weights", log, boolean).unwrap_or(true);
    fields.close(log);
    let patience = patience as u32; // bounded above
    Some((EarlyStopping { monitor, patience, min_delta, mode, restore_best_weights: restore }, watches))
}
