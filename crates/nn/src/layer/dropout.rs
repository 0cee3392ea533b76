//! `dropout`: random zeros while training; what stays is divided by 1 - rate, so that the mean stays
//! ([Srivastava et al. 2014](https://jmlr.org/papers/v15/srivastava14a.html), inverted as in Keras).

use super::Layer;
use crate::build::{Build, BuildError, differs};
use crate::gradient;
use crate::parameter::Parameter;
use crate::pass::Pass;
use crate::sample::Sample;
use crate::tensor::{Batched, slice};
use dfdx::prelude::{Cpu, HasShape, PutTape, Shape, SplitTape, Tape, TensorFromVec};
use plan::stream::{Purpose, Stream, name_id};
use rayon::prelude::*;
use std::marker::PhantomData;

/// Dropout of the values of an `S`.
#[derive(Clone, Debug)]
pub struct Dropout<S: Sample> {
    rate: f32,
    id: u64,
    types: PhantomData<fn() -> S>,
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
                Ok(Dropout { rate, id: name_id(name), types: PhantomData })
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
        let factors = self.factors(seed, epoch, positions);
        let (x, mut tape) = x.split_tape();
        let y = slice(&x).iter().zip(&factors).map(|(x, factor)| x * factor).collect();
        let y = x.device().tensor_from_vec(y, shape);
        let (x, output) = (x.ghost(), y.ghost());
        tape.add_backward_op(move |gradients| {
            let dy = gradient::take(gradients.get_or_alloc_mut(&output)?);
            let dx = gradient::fresh(gradients.get_or_alloc_mut(&x)?);
            for ((dx, dy), factor) in dx.iter_mut().zip(&dy).zip(&factors) {
                *dx = dy * factor;
            }
            Ok(())
        });
        y.put_tape(tape)
    }

    /// What each value is multiplied with: 0, or 1 / (1 - rate).
    fn factors(&self, seed: u64, epoch: u64, positions: &[u64]) -> Vec<f32> {
        let keep = 1.0 / (1.0 - self.rate);
        let mut factors = vec![0.0; positions.len() * S::SIZE];
        factors.par_chunks_mut(S::SIZE.max(1)).zip(positions).for_each(|(factors, position)| {
            let mut stream = Stream::new(seed, Purpose::Dropout, &[self.id, epoch, *position]);
            for factor in factors {
                *factor = if stream.chance(self.rate) { 0.0 } else { keep };
            }
        });
        factors
    }
}

impl<S: Sample> Layer for Dropout<S> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
