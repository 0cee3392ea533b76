//! The quantities that variants are compared by: one number a run.
//!
//! `best_val_*` and `test_*` are as in runs.csv. `accuracy_gap` is how much a run overfits: training accuracy minus
//! validation accuracy of its last epoch. The training accuracy is the one of epochs.csv, over the epoch's batches as
//! they were seen, with augmentation and dropout on; so a regularised run may have a gap below zero.

use crate::input::{Input, VariantInput};
use crate::results::is_finished;
use record::{Better, Column, Measure, RunRecord, number};

pub(crate) const VALIDATION_ACCURACY: &str = "best_val_accuracy";
pub(crate) const VALIDATION_LOSS: &str = "best_val_loss";
pub(crate) const TEST_ACCURACY: &str = "test_accuracy";
pub(crate) const TEST_LOSS: &str = "test_loss";
pub(crate) const GAP: &str = "accuracy_gap";

#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    pub column: Column,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    BestValidation(String),
    Test(String),
    AccuracyGap,
}

impl Quantity {
    /// All quantities of an experiment, in the order of comparison.csv.
    pub fn all(input: &Input) -> Vec<Quantity> {
        let measures = Measure::all(&input.metrics);
        let tested = format!("on the test split with {}", input.weights().words());
        let best = measures.iter().map(|measure| Quantity {
            column: measure.column("best_val", "on the validation split at the best epoch"),
            source: Source::BestValidation(measure.name.clone()),
        });
        let test = measures.iter().map(|measure| Quantity {
            column: measure.column("test", &tested),
            source: Source::Test(measure.name.clone()),
        });
        let gap = input.metrics.iter().find(|metric| *metric == "accuracy").map(|_| Quantity {
            column: Column {
                name: GAP.to_owned(),
                unit: "fraction",
                // Below 0 it is no overfitting, but no merit either.
                better: Better::Neither,
                meaning: "training minus validation accuracy of the last epoch: how much the variant overfits"
                    .to_owned(),
            },
            source: Source::AccuracyGap,
        });
        best.chain(test).chain(gap).collect()
    }

    /// Digest of the images that it is measured on, of a variant; `None` where there are none.
    pub fn images<'a>(&self, variant: &'a VariantInput) -> Option<&'a str> {
        match self.source {
            Source::BestValidation(_) | Source::AccuracyGap => variant.validation.as_deref(),
            Source::Test(_) => variant.test.as_deref(),
        }
    }

    /// The value of a run; `None` where it did not finish, or nothing finite was measured.
    pub fn of(&self, run: &RunRecord) -> Option<f64> {
        let value = match &self.source {
            Source::BestValidation(measure) => run.best()?.validation.as_ref()?.get(measure),
            Source::Test(measure) => run.test.as_ref()?.get(measure),
            Source::AccuracyGap => {
                let last = run.epochs.last()?;
                Some(number::rounded(last.get("train_accuracy")? - last.get("val_accuracy")?))
            }
        };
        value.filter(|value| value.is_finite() && is_finished(run))
    }
}
