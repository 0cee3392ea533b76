//! `global_average_pool2d`: the mean of each channel over all rows and columns.

use super::Layer;
use crate::build::{Build, BuildError, differs};
use crate::gradient;
use crate::kept::{Kept, Output};
use crate::parameter::Parameter;
use crate::sample::{ImageSample, Sample, VectorSample};
use crate::tensor::{Batched, count, slice, slice_mut};
use dfdx::prelude::{ConstDim, Cpu, PutTape, SplitTape, Tape};
use kernels::global_average_pool2d;
use std::marker::PhantomData;

/// The channels' means of an `I`, which make an `O`.
#[derive(Clone, Debug)]
pub struct GlobalAveragePool2d<I, O: Sample> {
    output: Output<O>,
    types: PhantomData<I>,
}

impl<I: ImageSample, O: VectorSample> GlobalAveragePool2d<I, O> {
    /// Asserts that there is an output for each channel.
    #[track_caller]
    pub const fn check() {
        assert!(
            I::Channels::SIZE == O::Units::SIZE,
            "global_average_pool2d: the output's length is not the number of channels of the input"
        );
    }

    /// Compares the layer with the plan's.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's layer is another.
    pub fn new(build: &Build<'_>, name: &'static str) -> Result<Self, BuildError> {
        let layer = build.layer::<I, O>(name)?;
        if layer.layer != plan::Layer::GlobalAveragePool2d {
            return Err(differs(name, plan::Layer::GlobalAveragePool2d, &layer.layer));
        }
        Ok(GlobalAveragePool2d { output: Kept::default(), types: PhantomData })
    }

    /// The means.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<I, T>) -> Batched<O, T> {
        const { Self::check() };
        let batch = count(&x);
        let shape = global_average_pool2d::Shape { batch, pixels: I::HEIGHT * I::WIDTH, channels: I::Channels::SIZE };
        let (x, mut tape) = x.split_tape();
        let mut y = self.output.take(x.device(), O::batched(batch));
        global_average_pool2d::forward(&shape, slice(&x), slice_mut(&mut y));
        self.output.put(&y);
        let output = y.clone();
        tape.add_backward_op(move |gradients| {
            gradient::through(gradients, &output, |dy, gradients| {
                global_average_pool2d::backward(&shape, dy, gradient::overwrite(gradients, &x)?);
                Ok(())
            })
        });
        y.put_tape(tape)
    }
}

impl<I, O: Sample> Layer for GlobalAveragePool2d<I, O> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
