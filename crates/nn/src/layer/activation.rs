//! `activation`: a function applied to each value.

use super::Layer;
use crate::build::{Build, BuildError, differs};
use crate::function::Function;
use crate::gradient;
use crate::kept::{Kept, Output};
use crate::parameter::Parameter;
use crate::sample::Sample;
use crate::tensor::{Batched, slice, slice_mut};
use dfdx::prelude::{Cpu, HasShape, PutTape, SplitTape, Tape};
use kernels::activation;
use std::marker::PhantomData;

/// `F` of each value of an `S`.
#[derive(Clone, Debug)]
pub struct Activation<S: Sample, F: Function> {
    number: f32,
    output: Output<S>,
    types: PhantomData<F>,
}

impl<S: Sample, F: Function> Activation<S, F> {
    /// Nothing can be wrong with an elementwise function.
    pub const fn check() {}

    /// Takes the layer's slope from the plan, if it has one.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's layer is another.
    pub fn new(build: &Build<'_>, name: &'static str) -> Result<Self, BuildError> {
        let layer = build.layer::<S, S>(name)?;
        let number = match layer.layer {
            plan::Layer::Activation { function } => F::number(function),
            plan::Layer::Conv2d(_)
            | plan::Layer::MaxPool2d(_)
            | plan::Layer::AveragePool2d(_)
            | plan::Layer::GlobalAveragePool2d
            | plan::Layer::Flatten
            | plan::Layer::Dense(_)
            | plan::Layer::Dropout(_) => None,
        };
        let number = number.ok_or_else(|| differs(name, std::any::type_name::<F>(), &layer.layer))?;
        Ok(Activation { number, output: Kept::default(), types: PhantomData })
    }

    /// The function of every value; the identity gives `x` back as it is.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<S, T>) -> Batched<S, T> {
        let Some(function) = F::kernel(self.number) else { return x };
        let (x, mut tape) = x.split_tape();
        let mut y = self.output.take(x.device(), *HasShape::shape(&x));
        activation::forward(function, slice(&x), slice_mut(&mut y));
        self.output.put(&y);
        let output = y.clone();
        tape.add_backward_op(move |gradients| {
            gradient::through(gradients, &output, |dy, gradients| {
                activation::backward(function, slice(&output), dy, gradient::overwrite(gradients, &x)?);
                Ok(())
            })
        });
        y.put_tape(tape)
    }
}

impl<S: Sample, F: Function> Layer for Activation<S, F> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
