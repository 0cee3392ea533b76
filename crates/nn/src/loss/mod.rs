//! Losses: logits and targets in, one number out.
//!
//! The sigmoid or softmax is part of the loss, so networks end in logits. Everything is computed in f64 and rounded once;
//! sums run in index order. A target is a class, or two that share an image, with a weight; the class alone with weight 1
//! gives the very bits that it would if there were nothing else.

mod binary_crossentropy;
mod categorical_crossentropy;
mod target;

pub use target::Target;

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

    /// The mean, and the same rounded, with its gradient on the tape: the sum of weighted losses over the number of images,
    /// not over the sum of weights, as Keras's `sum_over_batch_size`. Targets may be plain classes, as `u32`.
    ///
    /// # Panics
    /// If there is not one target for each image, a label is no class, or logits do not fit the loss: one for
    /// `binary_crossentropy`, one for each class for `categorical_crossentropy`.
    pub fn forward<S: Shape<Concrete = [usize; 2]>, T: Tape<f32, Cpu>>(
        &self,
        logits: Tensor<S, f32, Cpu, T>,
        targets: &[impl Copy + Into<Target>],
    ) -> (f64, Tensor<(), f32, Cpu, T>) {
        let loss = self.loss;
        let (logits, mut tape) = logits.split_tape();
        let [count, units] = logits.shape().concrete();
        let targets: Vec<Target> = targets.iter().map(|target| (*target).into()).collect();
        let mean = per_image(loss, slice(&logits), units, &targets).iter().sum::<f64>() / count as f64;
        let mut value = self.output.take(logits.device(), ());
        slice_mut(&mut value)[0] = mean as f32;
        self.output.put(&value);
        let output = value.clone();
        tape.add_backward_op(move |gradients| {
            let scale = f64::from(gradients.get_or_alloc_mut(&output)?[0]) / count as f64;
            // Not by `gradient::overwrite`: the loss is the first to write, and of a network without weights nobody has
            // read what the last pass wrote here.
            let gradient = gradients.get_or_alloc_mut(&logits)?;
            let rows = gradient.chunks_mut(units).zip(slice(&logits).chunks(units));
            for ((gradient, logits), target) in rows.zip(&targets) {
                let scale = scale * target.weight;
                probabilities_of(loss, logits, gradient, |unit, p| (p - expected(loss, unit, target)) * scale);
            }
            Ok(())
        });
        (mean, value.put_tape(tape))
    }
}

/// The weighted loss of each image. `logits` are `units` for each; targets may be plain classes, as `u32`.
///
/// # Panics
/// As [`MeanLoss::forward`].
pub fn per_image(loss: Loss, logits: &[f32], units: usize, targets: &[impl Copy + Into<Target>]) -> Vec<f64> {
    assert_eq!(logits.len(), targets.len() * units, "logits for each target");
    let one = match loss {
        Loss::BinaryCrossentropy => binary_crossentropy::loss,
        Loss::CategoricalCrossentropy => categorical_crossentropy::loss,
    };
    let weighted = |(logits, target): (&[f32], Target)| target.weight * one(logits, &target);
    logits.chunks(units).zip(targets.iter().map(|target| (*target).into())).map(weighted).collect()
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
fn expected(loss: Loss, unit: usize, target: &Target) -> f64 {
    target.mean(|label| {
        let hit = match loss {
            Loss::BinaryCrossentropy => label == 1,
            Loss::CategoricalCrossentropy => label as usize == unit,
        };
        if hit { 1.0 } else { 0.0 }
    })
}
