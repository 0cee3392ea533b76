//! `max_pool2d`: the maximum of each window of each channel.

use super::{Layer, pool2d};
use crate::build::{Build, BuildError};
use crate::gradient;
use crate::parameter::Parameter;
use crate::sample::ImageSample;
use crate::tensor::{Batched, count, slice};
use crate::window::{PaddingMode, Pair, window};
use dfdx::prelude::{Cpu, PutTape, SplitTape, Tape, TensorFromVec};
use kernels::max_pool2d;
use std::marker::PhantomData;

/// Maxima of windows `K` of an `I`, a step of `S` apart, which make an `O`.
#[derive(Clone, Debug)]
pub struct MaxPool2d<I, O, K, S, P>(PhantomData<(I, O, K, S, P)>);

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
        Ok(MaxPool2d(PhantomData))
    }

    /// The maxima; the gradient goes to the first of equals.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<I, T>) -> Batched<O, T> {
        const { Self::check() };
        let batch = count(&x);
        let shape = pool2d::shape::<I, O, K, S, P>(batch);
        let (x, mut tape) = x.split_tape();
        let mut y = vec![0.0; batch * O::SIZE];
        let mut winners = vec![0; y.len()];
        max_pool2d::forward(&shape, slice(&x), &mut y, &mut winners);
        let y = x.device().tensor_from_vec(y, O::batched(batch));
        let (x, output) = (x.ghost(), y.ghost());
        tape.add_backward_op(move |gradients| {
            let dy = gradient::take(gradients.get_or_alloc_mut(&output)?);
            let dx = gradient::fresh(gradients.get_or_alloc_mut(&x)?);
            max_pool2d::backward(&shape, &dy, &winners, dx);
            Ok(())
        });
        y.put_tape(tape)
    }
}

impl<I, O, K, S, P> Layer for MaxPool2d<I, O, K, S, P> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
