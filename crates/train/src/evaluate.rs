//! What a split measures: the mean loss over its images, penalties included, and the metrics.

use crate::error::TrainError;
use crate::learner::Learner;
use crate::metric::Meter;
use data::{Images, Standardization};
use nn::Model;
use plan::Metric;
use record::Measures;
use std::sync::Arc;

/// Losses and metrics of batches, added up in order.
#[derive(Clone, Debug)]
pub struct Tally {
    images: u64,
    /// The sum over batches of mean loss times number of images, as Keras weighs them.
    loss: f64,
    meters: Vec<(Metric, Meter)>,
}

impl Tally {
    /// One that has seen nothing.
    pub fn new(metrics: &[Metric]) -> Tally {
        Tally { images: 0, loss: 0.0, meters: metrics.iter().map(|metric| (*metric, Meter::new(*metric))).collect() }
    }

    /// Takes a batch in: its mean loss, a row of logits for each image, and the classes of the images.
    pub fn add(&mut self, loss: f64, logits: &[f32], labels: &[u32]) {
        self.images += labels.len() as u64;
        self.loss += loss * labels.len() as f64;
        for (_, meter) in &mut self.meters {
            meter.update(logits, labels);
        }
    }

    /// Images seen.
    pub fn images(&self) -> u64 {
        self.images
    }

    /// The mean loss over the images seen, 0 where there are none.
    pub fn loss(&self) -> f64 {
        if self.images == 0 { 0.0 } else { self.loss / self.images as f64 }
    }

    /// Loss and metrics.
    pub fn measures(&self) -> Measures {
        let metrics = self.meters.iter().map(|(metric, meter)| (metric.name().to_owned(), meter.value())).collect();
        Measures { loss: self.loss(), metrics }
    }
}

/// Measures `images` as they are: not augmented, no dropout, all classes alike; standardized where `standardization` is
/// given.
///
/// # Errors
/// [`TrainError::Loader`] where no batches can be made of them.
pub fn evaluate<M: Model>(
    learner: &mut Learner<M>,
    images: &Arc<Images>,
    batch_size: usize,
    standardization: Option<&Standardization>,
    metrics: &[Metric],
) -> Result<Measures, TrainError> {
    let mut tally = Tally::new(metrics);
    let penalty = learner.penalty();
    for batch in data::eval_batches(images, batch_size, standardization)? {
        let labels = batch.labels.clone();
        let seen = learner.look(batch, penalty);
        tally.add(seen.loss, &seen.logits, &labels);
    }
    Ok(tally.measures())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_weigh_as_many_images_as_they_have() {
        let mut tally = Tally::new(&[Metric::Accuracy]);
        assert_eq!(tally.measures().loss, 0.0);
        tally.add(0.5, &[1.0, -1.0, 2.0], &[1, 0, 0]);
        tally.add(2.5, &[-1.0], &[0]);
        let measures = tally.measures();
        assert_eq!((tally.images(), measures.loss), (4, 1.0));
        assert_eq!(measures.get("accuracy"), Some(0.75));
    }
}
