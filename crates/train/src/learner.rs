//! A model with its optimizer: batches in, losses and logits out, and weights that learn.
//!
//! This is where the typed model ends: beyond it there are names, shapes and slices.

use crate::arrays::Array;
use crate::class_weight::{ClassWeights, targets};
use crate::error::TrainError;
use crate::l2;
use crate::optimizer::{Optimizer, StateError};
use crate::weights::{self, Weights};
use data::Batch;
use nn::loss::{self, MeanLoss};
use nn::{Backward, Build, Cpu, CpuError, Gradients, Model, NoneTape, Parameter, Pass, slice};
use plan::{Loss, Run};
use std::cell::Cell;
use std::path::Path;

/// A model that learns.
pub struct Learner<M> {
    model: M,
    optimizer: Optimizer,
    loss: Loss,
    mean_loss: MeanLoss,
    /// How much images count in a step, by their class; `None`: all alike.
    class_weights: Option<ClassWeights>,
    /// Of the last step, for the next to overwrite.
    gradients: Gradients<f32, Cpu>,
    /// Images of the last step and of every pass since, where they were as many. Layers keep the tensors of one size
    /// alone, and gradients have their places by tensors: after a pass of another size they would never be found again.
    count: Cell<Option<usize>>,
    seed: u64,
    /// Logits of an image.
    units: usize,
    /// The L2 penalty of each parameter, in the order of the layers: 0 for biases.
    penalties: Vec<f64>,
}

/// What a batch showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The mean loss over the batch, with the penalties; that of a step is weighted by class.
    pub loss: f64,
    /// For each image a row of logits.
    pub logits: Vec<f32>,
}

/// A layer's name, and its output for an image in C order.
pub type Observed = (&'static str, Vec<f32>);

impl<M: Model> Learner<M> {
    /// The model of `run`, with its initial weights: drawn, or from the file that the plan names.
    ///
    /// # Errors
    /// [`TrainError`] where the program was generated for another network, or the file does not fit.
    pub fn new(run: &Run) -> Result<Learner<M>, TrainError> {
        let settings = &run.settings;
        let network = &settings.network;
        let sizes: Vec<usize> = weights::expected(network).iter().map(|(_, shape)| shape.iter().product()).collect();
        let penalties = network.layers.iter().flat_map(|layer| {
            let l2 = layer.layer.kernel_l2();
            layer.parameters().into_iter().map(move |parameter| if parameter.name == "kernel" { l2 } else { 0.0 })
        });
        let mut learner = Learner {
            model: M::new(&Build::new(network, run.seed))?,
            optimizer: Optimizer::new(settings.training.optimizer, &sizes),
            loss: settings.training.loss,
            mean_loss: MeanLoss::new(settings.training.loss),
            class_weights: None,
            gradients: Gradients::leaky(),
            count: Cell::new(None),
            seed: run.seed,
            units: network.output().size(),
            penalties: penalties.collect(),
        };
        if let Some(path) = &network.weights {
            learner.set_weights(&weights::load(path, network)?);
        }
        Ok(learner)
    }

    /// The model of `run` with the weights in the file `path`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_weights(run: &Run, path: &Path) -> Result<Learner<M>, TrainError> {
        let mut run = run.clone();
        run.settings.network.weights = Some(path.to_path_buf());
        Learner::new(&run)
    }

    /// Weighs the images of the steps to come by their class.
    pub fn weigh(&mut self, class_weights: Option<ClassWeights>) {
        self.class_weights = class_weights;
    }

    /// A step of training on a batch of `epoch`: the pass forward, the pass backward and the optimizer's step. Loss and
    /// logits are those before the step.
    ///
    /// # Errors
    /// [`TrainError::Memory`] where there is none left for the gradients.
    pub fn step(&mut self, epoch: u32, batch: Batch) -> Result<Seen, TrainError> {
        let penalty = self.penalty();
        let targets = targets(&batch, self.class_weights.as_ref());
        let Batch { pixels, positions, .. } = batch;
        let pass = Pass::Training { seed: self.seed, epoch: u64::from(epoch), positions: &positions };
        let count = targets.len();
        if self.count.replace(Some(count)) != Some(count) {
            // Before the pass, so that they do not lie beside the new ones.
            self.gradients = Gradients::leaky();
        }
        let gradients = std::mem::replace(&mut self.gradients, Gradients::leaky());
        let output = self.model.forward(nn::Batch { pixels, count }, nn::tape(gradients), &pass);
        let logits = slice(&output).to_vec();
        let (mean, loss) = self.mean_loss.forward(output, &targets);
        let mut gradients = loss.try_backward().map_err(memory)?;
        let mut step = self.optimizer.step();
        for (index, (_, parameter)) in parameters(&mut self.model).into_iter().enumerate() {
            let gradient = parameter.gradient(&mut gradients).map_err(memory)?;
            step.update(index, parameter.values_mut(), &gradient, self.penalties[index]);
        }
        self.gradients = gradients;
        Ok(Seen { loss: mean + penalty, logits })
    }

    /// Looks at a batch without learning from it, and without dropout. `penalty` is what [`penalty`](Self::penalty) says
    /// of the weights as they are.
    pub fn look(&self, batch: Batch, penalty: f64) -> Seen {
        let Batch { pixels, labels, .. } = batch;
        let logits = self.forward(pixels, labels.len());
        let total: f64 = loss::per_image(self.loss, &logits, self.units, &labels).iter().sum();
        Seen { loss: total / labels.len() as f64 + penalty, logits }
    }

    /// The logits of `count` images: `pixels` are numbers as the run's normalization gives, (image, height, width, channel).
    pub fn forward(&self, pixels: Vec<f32>, count: usize) -> Vec<f32> {
        self.passes(count);
        slice(&self.model.forward(nn::Batch { pixels, count }, NoneTape, &Pass::Inference)).to_vec()
    }

    /// A probability for each class, in label order, for each row of logits.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<Vec<f32>> {
        let of_row = |row: &[f32]| match self.loss {
            Loss::BinaryCrossentropy => row.iter().flat_map(|second| [1.0 - second, *second]).collect(),
            Loss::CategoricalCrossentropy => row.to_vec(),
        };
        loss::probabilities(self.loss, logits, self.units).chunks(self.units).map(of_row).collect()
    }

    /// What each layer makes of one image, in order, those between fused layers too: `pixels` are its numbers,
    /// as the run's normalization gives, (height, width, channel).
    pub fn observe(&self, pixels: Vec<f32>) -> Vec<Observed> {
        self.passes(1);
        let mut observed = Vec::new();
        self.model.observe(nn::Batch { pixels, count: 1 }, &mut |layer, _, values| {
            observed.push((layer, values.to_vec()));
        });
        observed
    }

    /// Notes a pass of `count` images between steps.
    fn passes(&self, count: usize) {
        if self.count.get() != Some(count) {
            self.count.set(None);
        }
    }

    /// The L2 penalties of the weights as they are.
    pub fn penalty(&mut self) -> f64 {
        let each = parameters(&mut self.model).into_iter().zip(&self.penalties).filter(|(_, l2)| **l2 != 0.0);
        each.map(|((_, parameter), l2)| l2::penalty(*l2, parameter.values())).sum()
    }

    /// Whether every weight is a finite number.
    pub fn is_finite(&mut self) -> bool {
        parameters(&mut self.model)
            .into_iter()
            .all(|(_, parameter)| parameter.values().iter().all(|value| value.is_finite()))
    }

    /// A copy of the weights.
    pub fn weights(&mut self) -> Weights {
        let array = |(name, parameter): (String, &mut dyn Parameter)| Array {
            name,
            shape: parameter.shape(),
            values: parameter.values().to_vec(),
        };
        parameters(&mut self.model).into_iter().map(array).collect()
    }

    /// Replaces the weights.
    ///
    /// # Panics
    /// Where they are not the network's, in its order: [`weights::fit`] sees to that.
    pub fn set_weights(&mut self, weights: &[Array]) {
        let parameters = parameters(&mut self.model);
        assert_eq!(parameters.len(), weights.len(), "weights are those of the network");
        for ((name, parameter), array) in parameters.into_iter().zip(weights) {
            assert_eq!((&name, &parameter.shape()), (&array.name, &array.shape), "weights are those of the network");
            parameter.values_mut().copy_from_slice(&array.values);
        }
    }

    /// The optimizer, for its state.
    pub fn optimizer(&self) -> &Optimizer {
        &self.optimizer
    }

    /// Goes on from an optimizer's state.
    ///
    /// # Errors
    /// [`StateError`] where it is another optimizer's.
    pub fn restore_optimizer(&mut self, iterations: u64, slots: Vec<Vec<Vec<f32>>>) -> Result<(), StateError> {
        self.optimizer.restore(iterations, slots)
    }
}

fn memory(error: CpuError) -> TrainError {
    TrainError::Memory(format!("{error:?}"))
}

/// The parameters of a model with their names in a weights file, in the order of its layers.
fn parameters<M: Model>(model: &mut M) -> Vec<(String, &mut dyn Parameter)> {
    let of_layer = |(layer, parameters): (&'static str, Vec<(&'static str, _)>)| {
        parameters.into_iter().map(move |(name, parameter)| (format!("{layer}.{name}"), parameter)).collect::<Vec<_>>()
    };
    model.layers().into_iter().map(|(name, layer)| (name, layer.parameters())).flat_map(of_layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{self, Small};

    #[test]
    fn gradients_that_are_kept_are_those_of_one_pass() {
        let mut learner = Learner::<Small>::new(&support::run(Path::new("no images"))).unwrap();
        let batch = |count: usize| Batch {
            pixels: vec![0.5; count * 16 * 16 * 3],
            labels: vec![1; count],
            mixed: Vec::new(),
            positions: (0..count as u64).collect(),
        };
        // dfdx does not say how many there are, but shows them all.
        let kept = |learner: &Learner<Small>| format!("{:?}", learner.gradients).matches("UniqueId").count();
        learner.step(1, batch(4)).unwrap();
        let first = kept(&learner);
        assert!(first > 6, "{first} gradients of six parameters and what is between them");
        for count in [4, 4, 1, 4, 3, 3, 2, 4] {
            learner.step(1, batch(count)).unwrap();
            assert_eq!(kept(&learner), first);
            learner.look(batch(count), 0.0);
            learner.step(1, batch(count)).unwrap();
            assert_eq!(kept(&learner), first);
            learner.look(batch(5 - count), 0.0);
            learner.look(batch(count), 0.0);
            learner.step(1, batch(count)).unwrap();
            learner.observe(batch(1).pixels);
            learner.step(1, batch(count)).unwrap();
            assert_eq!(kept(&learner), first);
        }
    }
}
