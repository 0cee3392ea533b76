//! Adam: steps along a running mean of gradients, scaled by a running mean of their squares (Kingma and Ba 2015).
//!
//! Formula (`keras/src/optimizers/adam.py`, Keras 3) for step t, slots `m` and `v`: `a = lr sqrt(1 - b2^t) / (1 - b1^t)`,
//! `m += (g - m)(1 - b1)`, `v += (g^2 - v)(1 - b2)`, `w -= m a / (sqrt(v) + epsilon)`. This is the form at the end of the
//! paper's section 2: epsilon stands outside the root and is not corrected for bias.

use super::elementwise::{Slope, for_each_with_two};

/// The numbers of a step.
pub(super) struct Adam {
    /// The learning rate, corrected for the bias of both means.
    alpha: f32,
    /// 1 - beta_1, rounded once.
    rest_1: f32,
    /// 1 - beta_2, rounded once.
    rest_2: f32,
    epsilon: f32,
}

impl Adam {
    /// For step `iteration`, counted from 1.
    pub(super) fn new(learning_rate: f64, beta_1: f64, beta_2: f64, epsilon: f64, iteration: u64) -> Adam {
        let power = |beta: f64| libm::powf(beta as f32, iteration as f32);
        Adam {
            alpha: learning_rate as f32 * (1.0 - power(beta_2)).sqrt() / (1.0 - power(beta_1)),
            rest_1: (1.0 - beta_1) as f32,
            rest_2: (1.0 - beta_2) as f32,
            epsilon: epsilon as f32,
        }
    }

    /// `slots`: `[m, v]`.
    pub(super) fn update(&self, weights: &mut [f32], slope: &Slope<'_>, slots: &mut [Vec<f32>]) {
        self.update_after(|w| w, weights, slope, slots);
    }

    /// The same, of weights that `before` changes first.
    pub(super) fn update_after(
        &self,
        before: impl Fn(f32) -> f32 + Copy + Sync,
        weights: &mut [f32],
        slope: &Slope<'_>,
        slots: &mut [Vec<f32>],
    ) {
        let &Adam { alpha, rest_1, rest_2, epsilon } = self;
        let [m, v] = slots else {
            // `Optimizer` makes and restores as many slots as the plan counts.
            unreachable!("Adam keeps two slots")
        };
        for_each_with_two(weights, slope, m, v, move |w, g, m, v| {
            *m += (g - *m) * rest_1;
            *v += (g * g - *v) * rest_2;
            *w = before(*w) - *m * alpha / (v.sqrt() + epsilon);
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::optimizer::tests::{assert_near, walk};
    use plan::Optimizer::Adam;

    #[test]
    fn two_steps_by_hand() {
        // b1 = 0.5, b2 = 0.75, lr = 0.1, epsilon = 1, g = 2 then -1.
        // t = 1: a = 0.1 sqrt(0.25) / 0.5 = 0.1; m = 1; v = 1; step 0.1 / 2.
        // t = 2: a = 0.1 sqrt(0.4375) / 0.75; m = 0; v = 1: no step.
        // t = 3: g = 2: a = 0.1 sqrt(1 - 0.421875) / 0.875; m = 1; v = 1.75; step a / (sqrt(1.75) + 1).
        let plan = Adam { learning_rate: 0.1, beta_1: 0.5, beta_2: 0.75, epsilon: 1.0 };
        let third = 0.95 - 0.1 * 0.578_125f64.sqrt() / 0.875 / (1.75f64.sqrt() + 1.0);
        assert_near(&walk(plan, &[1.0], &[&[2.0], &[-1.0], &[2.0]]), &[&[0.95], &[0.95], &[third]]);
    }
}
