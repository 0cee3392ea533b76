//! Stochastic gradient descent, with momentum and Nesterov's variant.
//!
//! Formula (`keras/src/optimizers/sgd.py`, Keras 3): without momentum, `w -= lr g`. With momentum, slot `m`:
//! `m = momentum m - lr g`, then `w += m`, or with `nesterov` `w += momentum m - lr g`.

use super::elementwise::{Slope, for_each, for_each_with};

/// The numbers of a step.
pub(super) struct Sgd {
    learning_rate: f32,
    momentum: f32,
    nesterov: bool,
}

impl Sgd {
    pub(super) fn new(learning_rate: f64, momentum: f64, nesterov: bool) -> Sgd {
        Sgd { learning_rate: learning_rate as f32, momentum: momentum as f32, nesterov }
    }

    /// `slots`: none without momentum, `[m]` with it.
    pub(super) fn update(&self, weights: &mut [f32], slope: &Slope<'_>, slots: &mut [Vec<f32>]) {
        let &Sgd { learning_rate, momentum, nesterov } = self;
        match slots.first_mut() {
            None => for_each(weights, slope, move |w, g| *w -= g * learning_rate),
            Some(m) if nesterov => for_each_with(weights, slope, m, move |w, g, m| {
                *m = *m * momentum - g * learning_rate;
                *w += *m * momentum - g * learning_rate;
            }),
            Some(m) => for_each_with(weights, slope, m, move |w, g, m| {
                *m = *m * momentum - g * learning_rate;
                *w += *m;
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::optimizer::tests::{assert_near, walk};
    use plan::Optimizer::Sgd;

    const GRADIENTS: [&[f32]; 2] = [&[1.0, -2.0], &[0.5, 1.0]];

    #[test]
    fn plain() {
        let plan = Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: true };
        assert_near(&walk(plan, &[1.0, 1.0], &GRADIENTS), &[&[0.9, 1.2], &[0.85, 1.1]]);
    }

    #[test]
    fn momentum() {
        // m: -0.1, then 0.9 * -0.1 - 0.05 = -0.14; and 0.2, then 0.18 - 0.1 = 0.08.
        let plan = Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: false };
        assert_near(&walk(plan, &[1.0, 1.0], &GRADIENTS), &[&[0.9, 1.2], &[0.76, 1.28]]);
    }

    #[test]
    fn nesterov() {
        // Steps: 0.9 * -0.1 - 0.1 = -0.19, then 0.9 * -0.14 - 0.05 = -0.176; and 0.38, then 0.072 - 0.1 = -0.028.
        let plan = Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: true };
        assert_near(&walk(plan, &[1.0, 1.0], &GRADIENTS), &[&[0.81, 1.38], &[0.634, 1.352]]);
    }
}
