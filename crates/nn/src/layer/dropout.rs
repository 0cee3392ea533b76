//! `dropout`: random zeros while training; what stays is divided by 1 - rate, so that the mean stays
//! ([Srivastava et al. 2014](https://jmlr.org/papers/v15/srivastava14a.html), inverted as in Keras).

use super::Layer;
use crate::build::{Build, BuildError, differs};
use crate::gradient;
use crate::kept::{Kept, Notes, Output};
use crate::parameter::Parameter;
use crate::pass::Pass;
use crate::sample::Sample;
use crate::tensor::{Batched, slice, slice_mut};
use dfdx::prelude::{Cpu, HasShape, PutTape, Shape, SplitTape, Tape};
use plan::stream::{Purpose, Stream, name_id};
use rayon::prelude::*;
use std::sync::Arc;

/// Values that a thread multiplies at once.
const CHUNK: usize = 16 * 1024;

/// Dropout of the values of an `S`.
#[derive(Clone, Debug)]
pub struct Dropout<S: Sample> {
    rate: f32,
    id: u64,
    output: Output<S>,
    /// What each value is multiplied with: 0, or 1 / (1 - rate).
    factors: Notes<f32>,
}

impl<S: Sample> Dropout<S> {
    /// Nothing can be wrong with an elementwise function.
    pub const fn check() {}

    /// Takes the rate from the plan.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's layer is another.
    pub fn new(build: &Build<'_>, name: &'static str) -> Result<Self, BuildError> {
        let layer = build.layer::<S, S>(name)?;
        match layer.layer {
            plan::Layer::Dropout(plan::layer::Dropout { rate }) => {
                Ok(Dropout { rate, id: name_id(name), output: Kept::default(), factors: Kept::default() })
            }
            plan::Layer::Conv2d(_)
            | plan::Layer::MaxPool2d(_)
            | plan::Layer::AveragePool2d(_)
            | plan::Layer::GlobalAveragePool2d
            | plan::Layer::Flatten
            | plan::Layer::Dense(_)
            | plan::Layer::Activation { .. } => Err(differs(name, "dropout", &layer.layer)),
        }
    }

    /// Drops values in a training pass; otherwise, and with a rate of 0, gives `x` back as it is.
    ///
    /// # Panics
    /// If a training pass has not one position for each sample.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<S, T>, pass: &Pass<'_>) -> Batched<S, T> {
        let (seed, epoch, positions) = match *pass {
            Pass::Training { seed, epoch, positions } if self.rate > 0.0 => (seed, epoch, positions),
            Pass::Training { .. } | Pass::Inference => return x,
        };
        let shape = *x.shape();
        assert_eq!(positions.len(), shape.concrete()[0], "dropout needs a position for each sample");
        let (x, mut tape) = x.split_tape();
        let mut factors = self.factors.take(positions.len() * S::SIZE);
        self.draw(seed, epoch, positions, Arc::make_mut(&mut factors));
        let mut y = self.output.take(x.device(), shape);
        multiply(slice(&x), &factors, slice_mut(&mut y));
        self.output.put(&y);
        self.factors.put(&factors);
        let output = y.clone();
        tape.add_backward_op(move |gradients| {
            gradient::through(gradients, &output, |dy, gradients| {
                multiply(dy, &factors, gradient::overwrite(gradients, &x)?);
                Ok(())
            })
        });
        y.put_tape(tape)
    }

    /// Draws the factors of each sample.
    fn draw(&self, seed: u64, epoch: u64, positions: &[u64], factors: &mut [f32]) {
        let &Dropout { rate, id, .. } = self;
        let keep = 1.0 / (1.0 - rate);
        factors.par_chunks_mut(S::SIZE.max(1)).zip(positions).for_each(|(factors, position)| {
            let mut stream = Stream::new(seed, Purpose::Dropout, &[id, epoch, *position]);
            for factor in factors {
                *factor = if stream.chance(rate) { 0.0 } else { keep };
            }
        });
    }
}

/// Overwrites `products` with `values` times `factors`.
fn multiply(values: &[f32], factors: &[f32], products: &mut [f32]) {
    let inputs = values.par_chunks(CHUNK).zip(factors.par_chunks(CHUNK));
    products.par_chunks_mut(CHUNK).zip(inputs).for_each(|(products, (values, factors))| {
        for ((product, value), factor) in products.iter_mut().zip(values).zip(factors) {
            *product = value * factor;
        }
    });
}

impl<S: Sample> Layer for Dropout<S> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
