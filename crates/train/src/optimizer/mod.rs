//! Optimizers: gradients in, new weights out, with Keras 3's formulas in Keras's order of operations, in f32.
//!
//! One file each, with the formula. Every update is elementwise, so threads may share the work in any way without
//! changing a bit. What an optimizer remembers between steps ([`Optimizer::iterations`], [`Optimizer::slots`]) is open to
//! the checkpoint: a resumed run takes the very steps that an uninterrupted one takes.

mod adam;
mod adamw;
mod elementwise;
mod rmsprop;
mod sgd;

use adam::Adam;
use adamw::Adamw;
use elementwise::Slope;
use nn::Gradient;
use rmsprop::Rmsprop;
use sgd::Sgd;

/// A running optimizer over a fixed list of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    plan: plan::Optimizer,
    iterations: u64,
    slots: Vec<Vec<Vec<f32>>>,
}

/// A stored state that does not fit the optimizer or its parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the optimizer's state has {found} values in slot {slot} of parameter {parameter}, expected {expected}")]
pub struct StateError {
    /// Index of the parameter.
    pub parameter: usize,
    /// Index of the slot.
    pub slot: usize,
    /// Values that are there.
    pub found: usize,
    /// Values that there should be.
    pub expected: usize,
}

impl Optimizer {
    /// A fresh optimizer for parameters of these sizes: no step taken, all slots zero.
    pub fn new(plan: plan::Optimizer, sizes: &[usize]) -> Optimizer {
        let slots = sizes.iter().map(|&size| vec![vec![0.0; size]; plan.slots()]).collect();
        Optimizer { plan, iterations: 0, slots }
    }

    /// Steps taken so far.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    /// What is kept for each parameter: `slots()[parameter][slot]`, in the order that the formula's file names.
    pub fn slots(&self) -> &[Vec<Vec<f32>>] {
        &self.slots
    }

    /// Goes on from a state that [`iterations`](Self::iterations) and [`slots`](Self::slots) gave.
    ///
    /// # Errors
    /// [`StateError`] where it belongs to another optimizer or other parameters; then nothing has changed.
    pub fn restore(&mut self, iterations: u64, slots: Vec<Vec<Vec<f32>>>) -> Result<(), StateError> {
        for parameter in 0..self.slots.len().max(slots.len()) {
            let of = |all: &[Vec<Vec<f32>>]| -> Vec<usize> {
                all.get(parameter).map_or_else(Vec::new, |slots| slots.iter().map(Vec::len).collect())
            };
            let (expected, found) = (of(&self.slots), of(&slots));
            for slot in 0..expected.len().max(found.len()) {
                let at = |lengths: &[usize]| lengths.get(slot).copied().unwrap_or(0);
                if at(&expected) != at(&found) || expected.len() != found.len() {
                    return Err(StateError { parameter, slot, found: at(&found), expected: at(&expected) });
                }
            }
        }
        self.iterations = iterations;
        self.slots = slots;
        Ok(())
    }

    /// The step size.
    pub fn learning_rate(&self) -> f64 {
        self.plan.learning_rate()
    }

    /// Starts a step. Each parameter is to be updated once with what this gives.
    pub fn step(&mut self) -> Step<'_> {
        self.iterations += 1;
        Step { rule: Rule::new(self.plan, self.iterations), slots: &mut self.slots }
    }
}

/// One step over all parameters.
pub struct Step<'a> {
    rule: Rule,
    slots: &'a mut [Vec<Vec<f32>>],
}

impl Step<'_> {
    /// Updates the weights of parameter `index` (its place in the list of sizes) by its gradient, both of that size, and
    /// that of an L2 penalty.
    pub fn update(&mut self, index: usize, weights: &mut [f32], gradient: &Gradient<'_>, l2: f64) {
        let slots = self.slots[index].as_mut_slice();
        let slope = &Slope { gradient, l2 };
        match &self.rule {
            Rule::Sgd(rule) => rule.update(weights, slope, slots),
            Rule::Rmsprop(rule) => rule.update(weights, slope, slots),
            Rule::Adam(rule) => rule.update(weights, slope, slots),
            Rule::Adamw(rule) => rule.update(weights, slope, slots),
        }
    }
}

/// A formula with the numbers of one step.
enum Rule {
    Sgd(Sgd),
    Rmsprop(Rmsprop),
    Adam(Adam),
    Adamw(Adamw),
}

impl Rule {
    /// The numbers of step `iteration`, counted from 1. They are rounded to f32 here, as Keras casts them.
    fn new(plan: plan::Optimizer, iteration: u64) -> Rule {
        match plan {
            plan::Optimizer::Sgd { learning_rate, momentum, nesterov } => {
                Rule::Sgd(Sgd::new(learning_rate, momentum, nesterov))
            }
            plan::Optimizer::Rmsprop { learning_rate, rho, momentum, epsilon } => {
                Rule::Rmsprop(Rmsprop::new(learning_rate, rho, momentum, epsilon))
            }
            plan::Optimizer::Adam { learning_rate, beta_1, beta_2, epsilon } => {
                Rule::Adam(Adam::new(learning_rate, beta_1, beta_2, epsilon, iteration))
            }
            plan::Optimizer::Adamw { learning_rate, beta_1, beta_2, epsilon, weight_decay } => {
                let adam = Adam::new(learning_rate, beta_1, beta_2, epsilon, iteration);
                Rule::Adamw(Adamw::new(learning_rate, weight_decay, adam))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn::loss::MeanLoss;
    use nn::{Backward, Bias, Build, Dense, Flatten, Image, Layer, Linear, OwnedTape, Sample, Vector};

    /// Takes steps on one parameter, a gradient each, and gives the weights after every step.
    pub(super) fn walk(plan: plan::Optimizer, start: &[f32], gradients: &[&[f32]]) -> Vec<Vec<f32>> {
        let mut optimizer = Optimizer::new(plan, &[start.len()]);
        let mut weights = start.to_vec();
        let step = |gradient: &&[f32]| {
            optimizer.step().update(0, &mut weights, &Gradient::Stored(gradient), 0.0);
            weights.clone()
        };
        gradients.iter().map(step).collect()
    }

    /// Panics unless all are equal to a millionth.
    pub(super) fn assert_near(found: &[Vec<f32>], expected: &[&[f64]]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            for (found, expected) in found.iter().zip(*expected) {
                assert!((f64::from(*found) - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{found} {expected}");
            }
        }
    }

    const ADAM: plan::Optimizer =
        plan::Optimizer::Adam { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };

    #[test]
    fn a_restored_optimizer_takes_the_same_steps() {
        let gradients: Vec<Vec<f32>> = (0..6).map(|i| vec![0.3 - i as f32 * 0.1, 1.0, -0.2]).collect();
        let mut weights = vec![0.1f32, 0.2, 0.3];
        let mut optimizer = Optimizer::new(ADAM, &[3]);
        for gradient in &gradients[..3] {
            optimizer.step().update(0, &mut weights, &Gradient::Stored(gradient), 0.0);
        }
        let mut other = Optimizer::new(ADAM, &[3]);
        other.restore(optimizer.iterations(), optimizer.slots().to_vec()).unwrap();
        let mut others = weights.clone();
        for gradient in &gradients[3..] {
            optimizer.step().update(0, &mut weights, &Gradient::Stored(gradient), 0.0);
            other.step().update(0, &mut others, &Gradient::Stored(gradient), 0.0);
        }
        assert_eq!(weights, others);
        assert_eq!(optimizer, other);
    }

    #[test]
    fn a_state_of_other_sizes_is_refused() {
        let mut optimizer = Optimizer::new(ADAM, &[3, 1]);
        let error = optimizer.restore(1, vec![vec![vec![0.0; 3]; 2], vec![vec![0.0; 2]; 2]]).unwrap_err();
        assert_eq!(error, StateError { parameter: 1, slot: 0, found: 2, expected: 1 });
        assert!(optimizer.restore(1, vec![vec![vec![0.0; 3]; 2]]).is_err());
        assert!(optimizer.restore(1, vec![vec![vec![0.0; 3]; 1], vec![vec![0.0; 1]; 2]]).is_err());
        assert_eq!(optimizer.iterations(), 0);
    }

    #[test]
    fn a_gradient_in_factors_and_a_stored_one_make_the_same_step() {
        type In = Image<1, 1, 230>;
        let dense = plan::layer::Dense {
            units: 300,
            use_bias: true,
            activation: plan::Activation::Linear,
            kernel_initializer: plan::Initializer::GlorotUniform,
            kernel_l2: 0.0,
        };
        let layers = [("flatten", plan::Layer::Flatten), ("dense", plan::Layer::Dense(dense))];
        let layers = layers.map(|(name, layer)| (name.to_owned(), layer, None)).into();
        let network = plan::Network::stack(In::shape(), layers).unwrap();
        let build = Build::new(&network, 1);
        let flatten = Flatten::<In, Vector<230>>::new(&build, "flatten").unwrap();
        let mut dense = Dense::<Vector<230>, Vector<300>, Bias, Linear>::new(&build, "dense").unwrap();

        let pixels = (0..3 * 230).map(|i| (i % 89) as f32 * 0.02 - 0.7).collect();
        let x = flatten.forward(nn::Batch { pixels, count: 3 }.into_images::<In>());
        let logits = dense.forward_first(x, OwnedTape::default());
        let loss = MeanLoss::new(plan::Loss::CategoricalCrossentropy).forward(logits, &[7_u32, 0, 299]).1;
        let mut gradients = loss.backward();
        let (_, kernel) = dense.parameters().swap_remove(0);
        let factors = kernel.gradient(&mut gradients).unwrap();
        assert!(matches!(factors, Gradient::Product(_)));
        let stored = factors.to_vec();
        assert!(stored.iter().any(|value| *value != 0.0));
        for plan in [
            plan::Optimizer::Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: false },
            plan::Optimizer::Rmsprop { learning_rate: 0.1, rho: 0.9, momentum: 0.0, epsilon: 1e-7 },
            ADAM,
        ] {
            for l2 in [0.0, 1e-3] {
                let step = |gradient: &Gradient<'_>| {
                    let mut optimizer = Optimizer::new(plan, &[stored.len()]);
                    let mut weights = kernel.values().to_vec();
                    optimizer.step().update(0, &mut weights, gradient, l2);
                    (weights, optimizer)
                };
                assert!(step(&factors) == step(&Gradient::Stored(&stored)), "{plan:?} {l2}");
            }
        }
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let size = 50_000;
        let start: Vec<f32> = (0..size).map(|i| (i % 101) as f32 * 0.01 - 0.5).collect();
        let gradient: Vec<f32> = (0..size).map(|i| (i % 37) as f32 * 0.03 - 0.4).collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| walk(ADAM, &start, &[&gradient, &gradient]))
        };
        assert_eq!(run(1), run(3));
    }
}
