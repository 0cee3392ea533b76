//! Losses: logits and labels in, one number out.
//!
//! The sigmoid or softmax is part of the loss, so networks end in logits. Everything is computed in f64 and rounded once;
//! sums run in index order.

mod binary_crossentropy;
mod categorical_crossentropy;

use crate::kept::Kept;
use crate::tensor::{slice, slice_mut};
use dfdx::prelude::{Cpu, HasShape, PutTape, Shape, SplitTape, Tape, Tensor};
use plan::Loss;

/// The mean of a loss over a batch: the end of a training pass, as a layer.
#[derive(Clone, Debug)]
pub struct MeanLoss {
    loss: Loss,
    output: Kept<Tensor<(), f32, Cpu>>,
}

impl MeanLoss {
    /// Of this loss.
    pub fn new(loss: Loss) -> MeanLoss {
        MeanLoss { loss, output: Kept::default() }
    }

    /// The mean, and the same rounded, with its gradient on the tape.
    ///
    /// # Panics
    /// If there is not one label for each image, a label is no class, or logits do not fit the loss: one for
    /// `binary_crossentropy`, one for each class for `categorical_crossentropy`.
    pub fn forward<S: Shape<Concrete = [usize; 2]>, T: Tape<f32, Cpu>>(
        &self,
        logits: Tensor<S, f32, Cpu, T>,
        labels: &[u32],
    ) -> (f64, Tensor<(), f32, Cpu, T>) {
        let loss = self.loss;
        let (logits, mut tape) = logits.split_tape();
        let [count, units] = logits.shape().concrete();
        let mean = per_image(loss, slice(&logits), units, labels).iter().sum::<f64>() / count as f64;
        let mut value = self.output.take(logits.device(), ());
        slice_mut(&mut value)[0] = mean as f32;
        self.output.put(&value);
        let (output, labels) = (value.clone(), labels.to_vec());
        tape.add_backward_op(move |gradients| {
            let scale = f64::from(gradients.get_or_alloc_mut(&output)?[0]) / count as f64;
            // Not by `gradient::overwrite`: the loss is the first to write, and of a network without weights nobody has
            // read what the last pass wrote here.
            let gradient = gradients.get_or_alloc_mut(&logits)?;
            let rows = gradient.chunks_mut(units).zip(slice(&logits).chunks(units));
            for ((gradient, logits), label) in rows.zip(&labels) {
                probabilities_of(loss, logits, gradient, |unit, p| (p - target(loss, unit, *label)) * scale);
            }
            Ok(())
        });
        (mean, value.put_tape(tape))
    }
}

/// The loss of each image. `logits` are `units` for each.
///
/// # Panics
/// As [`MeanLoss::forward`].
pub fn per_image(loss: Loss, logits: &[f32], units: usize, labels: &[u32]) -> Vec<f64> {
    assert_eq!(logits.len(), labels.len() * units, "logits for each label");
    let one = match loss {
        Loss::BinaryCrossentropy => binary_crossentropy::loss,
        Loss::CategoricalCrossentropy => categorical_crossentropy::loss,
    };
    logits.chunks(units).zip(labels).map(|(logits, label)| one(logits, *label)).collect()
}

/// The probabilities that the logits stand for, as many: of class 1 for `binary_crossentropy`, of every class for
/// `categorical_crossentropy`.
///
/// # Panics
/// If the logits do not fit the loss.
pub fn probabilities(loss: Loss, logits: &[f32], units: usize) -> Vec<f32> {
    let mut probabilities = vec![0.0; logits.len()];
    for (probabilities, logits) in probabilities.chunks_mut(units).zip(logits.chunks(units)) {
        probabilities_of(loss, logits, probabilities, |_, p| p);
    }
    probabilities
}

/// Writes a function of (unit, probability) for each unit of one image.
fn probabilities_of(loss: Loss, logits: &[f32], out: &mut [f32], f: impl Fn(usize, f64) -> f64) {
    let probability = match loss {
        Loss::BinaryCrossentropy => binary_crossentropy::probabilities,
        Loss::CategoricalCrossentropy => categorical_crossentropy::probabilities,
    };
    for (unit, (out, p)) in out.iter_mut().zip(probability(logits)).enumerate() {
        *out = f(unit, p) as f32;
    }
}

/// What the probability of a unit should be.
fn target(loss: Loss, unit: usize, label: u32) -> f64 {
    let hit = match loss {
        Loss::BinaryCrossentropy => label == 1,
        Loss::CategoricalCrossentropy => label as usize == unit,
    };
    if hit { 1.0 } else { 0.0 }
}
