//! `max_pool2d`: the maximum of each window of each channel.

use super::{Layer, pool2d};
use crate::build::{Build, BuildError};
use crate::gradient;
use crate::kept::{Kept, Notes, Output};
use crate::parameter::Parameter;
use crate::sample::{ImageSample, Sample};
use crate::tensor::{Batched, count, slice, slice_mut};
use crate::window::{PaddingMode, Pair, window};
use dfdx::prelude::{Cpu, PutTape, SplitTape, Tape};
use kernels::max_pool2d;
use std::marker::PhantomData;
use std::sync::Arc;

/// Maxima of windows `K` of an `I`, a step of `S` apart, which make an `O`.
#[derive(Clone, Debug)]
pub struct MaxPool2d<I, O: Sample, K, S, P> {
    pub(super) output: Output<O>,
    /// The pixel that each value came from.
    winners: Notes<u32>,
    /// The cell of its window that each value came from, where the layer is fused with the one before.
    pub(super) cells: Notes<u8>,
    types: PhantomData<(I, K, S, P)>,
}

impl<I: ImageSample, O: ImageSample, K: Pair, S: Pair, P: PaddingMode> MaxPool2d<I, O, K, S, P> {
    /// Asserts that the output's size follows from the input's.
    #[track_caller]
    pub const fn check() {
        pool2d::check::<I, O, K, S, P>();
    }

    /// Compares the layer with the plan's.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's layer is another.
    pub fn new(build: &Build<'_>, name: &'static str) -> Result<Self, BuildError> {
        pool2d::compare::<I, O>(build, name, plan::Layer::MaxPool2d, window::<K, S, P>())?;
        Ok(MaxPool2d { output: Kept::default(), winners: Kept::default(), cells: Kept::default(), types: PhantomData })
    }

    /// The maxima; the gradient goes to the first of equals.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<I, T>) -> Batched<O, T> {
        const { Self::check() };
        let batch = count(&x);
        let shape = pool2d::shape::<I, O, K, S, P>(batch);
        let (x, mut tape) = x.split_tape();
        let mut y = self.output.take(x.device(), O::batched(batch));
        let mut winners = self.winners.take(batch * O::SIZE);
        max_pool2d::forward(&shape, slice(&x), slice_mut(&mut y), Arc::make_mut(&mut winners));
        self.output.put(&y);
        self.winners.put(&winners);
        let output = y.clone();
        tape.add_backward_op(move |gradients| {
            gradient::through(gradients, &output, |dy, gradients| {
                max_pool2d::backward(&shape, dy, &winners, gradient::overwrite(gradients, &x)?);
                Ok(())
            })
        });
        y.put_tape(tape)
    }
}

impl<I, O: Sample, K, S, P> Layer for MaxPool2d<I, O, K, S, P> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
