//! RMSprop: steps scaled by a running mean of squared gradients (Hinton 2012, lecture 6e).
//!
//! Formula (`keras/src/optimizers/rmsprop.py`, Keras 3), slot `v`: `v = rho v + (1 - rho) g^2` and
//! `d = lr g / sqrt(v + epsilon)`, epsilon inside the root; then `w -= d`. With momentum, second slot `m`:
//! `m = momentum m + d`, and `w -= m`.

use super::elementwise::{Slope, for_each_with, for_each_with_two};

/// The numbers of a step.
pub(super) struct Rmsprop {
    learning_rate: f32,
    rho: f32,
    /// 1 - rho, rounded once.
    rest: f32,
    momentum: f32,
    epsilon: f32,
}

impl Rmsprop {
    pub(super) fn new(learning_rate: f64, rho: f64, momentum: f64, epsilon: f64) -> Rmsprop {
        Rmsprop {
            learning_rate: learning_rate as f32,
            rho: rho as f32,
            rest: (1.0 - rho) as f32,
            momentum: momentum as f32,
            epsilon: epsilon as f32,
        }
    }

    /// `slots`: `[v]`, or `[v, m]` with momentum.
    pub(super) fn update(&self, weights: &mut [f32], slope: &Slope<'_>, slots: &mut [Vec<f32>]) {
        let &Rmsprop { learning_rate, rho, rest, momentum, epsilon } = self;
        let scaled = move |g: f32, v: &mut f32| {
            *v = rho * *v + rest * (g * g);
            learning_rate * g / (*v + epsilon).sqrt()
        };
        match slots {
            [v] => for_each_with(weights, slope, v, move |w, g, v| *w -= scaled(g, v)),
            [v, m] => for_each_with_two(weights, slope, v, m, move |w, g, v, m| {
                *m = momentum * *m + scaled(g, v);
                *w -= *m;
            }),
            // `Optimizer` makes and restores as many slots as the plan counts.
            _ => unreachable!("RMSprop keeps one or two slots"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::optimizer::tests::{assert_near, walk};
    use plan::Optimizer::Rmsprop;

    #[test]
    fn without_momentum_and_with_a_large_epsilon() {
        // v: 0.5 * 4 = 2, step 0.1 * 2 / sqrt(2 + 2) = 0.1; v: 1 + 0.5 = 1.5, step 0.1 * -1 / sqrt(3.5).
        let plan = Rmsprop { learning_rate: 0.1, rho: 0.5, momentum: 0.0, epsilon: 2.0 };
        let second = 0.9 + 0.1 / 3.5f64.sqrt();
        assert_near(&walk(plan, &[1.0], &[&[2.0], &[-1.0]]), &[&[0.9], &[second]]);
    }

    #[test]
    fn with_momentum() {
        // m: 0.1, then 0.9 * 0.1 - 0.1 / sqrt(3.5).
        let plan = Rmsprop { learning_rate: 0.1, rho: 0.5, momentum: 0.9, epsilon: 2.0 };
        let second = 0.9 - (0.09 - 0.1 / 3.5f64.sqrt());
        assert_near(&walk(plan, &[1.0], &[&[2.0], &[-1.0]]), &[&[0.9], &[second]]);
    }
}
