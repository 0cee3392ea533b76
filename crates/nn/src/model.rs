//! What the training program knows of a generated model.

use crate::batch::Batch;
use crate::build::{Build, BuildError};
use crate::layer::Layer;
use crate::pass::Pass;
use crate::tensor::slice;
use dfdx::prelude::{Cpu, HasShape, Shape, Tape, Tensor};

/// Is told each layer's output: its name, the shape of one sample, and the values of the whole batch in C order.
pub type Probe<'a> = dyn FnMut(&'static str, &[usize], &[f32]) + 'a;

/// A network with its weights.
pub trait Model: Sized {
    /// Batch and logits.
    type Output: Shape<Concrete = [usize; 2]>;

    /// A model with initial weights.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's network is not this one.
    fn new(build: &Build<'_>) -> Result<Self, BuildError>;

    /// The logits of a batch. With an `OwnedTape`, the pass can be walked backward: to every weight, not to the images.
    ///
    /// # Panics
    /// If the batch's images are not of the network's size, or a training pass has not one position for each.
    fn forward<T: Tape<f32, Cpu>>(&self, batch: Batch, tape: T, pass: &Pass<'_>) -> Tensor<Self::Output, f32, Cpu, T>;

    /// The layers in order, with their names in the experiment file.
    fn layers(&mut self) -> Vec<(&'static str, &mut dyn Layer)>;

    /// Shows every layer's output to `probe`, in order, by a pass that fuses no layers and drops nothing.
    ///
    /// # Panics
    /// If the batch's images are not of the network's size.
    fn observe(&self, batch: Batch, probe: &mut Probe<'_>);
}

/// Shows a layer's output to a probe.
pub fn observe<S: Shape>(probe: &mut Probe<'_>, layer: &'static str, output: &Tensor<S, f32, Cpu>) {
    let shape: Vec<usize> = output.shape().concrete().into();
    probe(layer, &shape[1..], slice(output));
}
