//! Which epoch is the best so far, and whether to go on: Keras's `EarlyStopping`, one epoch at a time.

use plan::Training;
use record::Epoch;
use serde::{Deserialize, Serialize};

/// What is remembered from epoch to epoch. Part of the checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    best: Option<Best>,
    wait: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Best {
    epoch: u32,
    value: Option<f64>,
}

/// What an epoch brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It is the best so far.
    pub improved: bool,
    /// It is to be the last.
    pub stop: bool,
}

impl Watch {
    /// The best epoch so far.
    pub fn best_epoch(&self) -> Option<u32> {
        self.best.map(|best| best.epoch)
    }

    /// Looks at an epoch that has just ended.
    ///
    /// It is the best where the watched number is better than the best one by more than `min_delta` (0 without early
    /// stopping); training stops when that has not happened for `patience` epochs, or once where `patience` is 0. Where
    /// the number does not exist, for want of validation images, the last epoch counts as the best.
    pub fn observe(&mut self, training: &Training, row: &Epoch) -> Verdict {
        let monitor = training.monitor();
        let (direction, min_delta) = match &training.early_stopping {
            Some(stopping) => (stopping.mode, stopping.min_delta),
            None => (monitor.direction(), 0.0),
        };
        let value = row.get(&monitor.to_string());
        let improved = match (value, self.best.and_then(|best| best.value)) {
            (None, _) => true,
            (Some(value), None) => !value.is_nan(),
            (Some(value), Some(best)) => direction.improves(value, best, min_delta),
        };
        if improved {
            self.best = Some(Best { epoch: row.epoch, value });
            self.wait = 0;
        } else {
            self.wait += 1;
        }
        let patience = training.early_stopping.as_ref().map(|stopping| stopping.patience);
        Verdict { improved, stop: !improved && patience.is_some_and(|patience| self.wait >= patience) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::{Direction, EarlyStopping, Loss, Metric, Monitor, Optimizer, Split};
    use record::Measures;

    fn training(early_stopping: Option<EarlyStopping>) -> Training {
        Training {
            epochs: 10,
            steps_per_epoch: None,
            loss: Loss::BinaryCrossentropy,
            optimizer: Optimizer::Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: false },
            metrics: vec![Metric::Accuracy],
            early_stopping,
            class_weight: None,
        }
    }

    fn stopping(patience: u32, min_delta: f64) -> EarlyStopping {
        let monitor = Monitor { split: Split::Validation, metric: None };
        EarlyStopping { monitor, patience, min_delta, mode: Direction::Min, restore_best_weights: true }
    }

    fn row(epoch: u32, loss: f64) -> Epoch {
        let validation = Measures { loss, metrics: vec![("accuracy".into(), 1.0 - loss)] };
        Epoch { epoch, learning_rate: 0.1, train: None, validation: Some(validation) }
    }

    /// The best epoch, and the epoch after which training stops, for a sequence of validation losses.
    fn watch(training: &Training, losses: &[f64]) -> (Option<u32>, Option<u32>) {
        let mut watch = Watch::default();
        for (index, loss) in losses.iter().enumerate() {
            let epoch = index as u32 + 1;
            if watch.observe(training, &row(epoch, *loss)).stop {
                return (watch.best_epoch(), Some(epoch));
            }
        }
        (watch.best_epoch(), None)
    }

    #[test]
    fn the_table_of_early_stopping() {
        let losses = [0.9, 0.8, 0.85, 0.8, 0.79, 0.9, 0.91, 0.92, 0.1];
        for (patience, min_delta, best, stops) in [
            (0, 0.0, 2, Some(3)), // at the first epoch that is no better
            (1, 0.0, 2, Some(3)), // the same: Keras waits through patience - 1 such epochs
            (2, 0.0, 2, Some(4)), // 0.8 again is no improvement
            (3, 0.0, 5, Some(8)),
            (4, 0.0, 9, None),
            (3, 0.05, 2, Some(5)), // 0.79 is better, but by too little
        ] {
            let found = watch(&training(Some(stopping(patience, min_delta))), &losses);
            assert_eq!(found, (Some(best), stops), "patience {patience}, min_delta {min_delta}");
        }
        assert_eq!(watch(&training(None), &losses), (Some(9), None));
    }

    #[test]
    fn more_accuracy_is_better() {
        let monitor = Monitor { split: Split::Validation, metric: Some(Metric::Accuracy) };
        let plan = EarlyStopping { monitor, mode: Direction::Max, ..stopping(2, 0.0) };
        assert_eq!(watch(&training(Some(plan)), &[0.5, 0.4, 0.6, 0.7]), (Some(2), Some(4)));
    }

    #[test]
    fn without_the_number_the_last_epoch_is_the_best_and_nothing_stops() {
        let mut watch = Watch::default();
        for epoch in 1..=5 {
            let row = Epoch { validation: None, ..row(epoch, 0.0) };
            let verdict = watch.observe(&training(Some(stopping(0, 0.0))), &row);
            assert_eq!(verdict, Verdict { improved: true, stop: false });
        }
        assert_eq!(watch.best_epoch(), Some(5));
    }

    #[test]
    fn it_survives_its_checkpoint() {
        let plan = training(Some(stopping(3, 0.0)));
        let mut watch = Watch::default();
        watch.observe(&plan, &row(1, 1.0 / 3.0));
        watch.observe(&plan, &row(2, 0.5));
        let text = serde_json::to_string(&watch).unwrap();
        assert_eq!(serde_json::from_str::<Watch>(&text).unwrap(), watch);
    }
}
