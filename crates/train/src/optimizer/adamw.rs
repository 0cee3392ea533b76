//! AdamW: Adam, and weights that shrink by themselves (Loshchilov and Hutter 2019).
//!
//! Formula (`_apply_weight_decay` of `keras/src/optimizers/base_optimizer.py`, Keras 3): `w -= w weight_decay lr`, then
//! Adam's step. As in Keras, every trained array decays, biases too.

use super::adam::Adam;
use super::elementwise::Slope;

/// The numbers of a step.
pub(super) struct Adamw {
    learning_rate: f32,
    weight_decay: f32,
    adam: Adam,
}

impl Adamw {
    pub(super) fn new(learning_rate: f64, weight_decay: f64, adam: Adam) -> Adamw {
        Adamw { learning_rate: learning_rate as f32, weight_decay: weight_decay as f32, adam }
    }

    /// `slots`: Adam's.
    pub(super) fn update(&self, weights: &mut [f32], slope: &Slope<'_>, slots: &mut [Vec<f32>]) {
        let &Adamw { learning_rate, weight_decay, .. } = self;
        self.adam.update_after(move |w| w - w * weight_decay * learning_rate, weights, slope, slots);
    }
}

#[cfg(test)]
mod tests {
    use crate::optimizer::tests::{assert_near, walk};
    use plan::Optimizer::Adamw;

    #[test]
    fn weights_decay_before_adams_step() {
        // Adam's steps are 0.05 and 0 (see its own test); each is after a decay to 0.98 of the weight.
        let plan = Adamw { learning_rate: 0.1, beta_1: 0.5, beta_2: 0.75, epsilon: 1.0, weight_decay: 0.2 };
        assert_near(&walk(plan, &[1.0], &[&[2.0], &[-1.0]]), &[&[0.93], &[0.9114]]);
    }
}
