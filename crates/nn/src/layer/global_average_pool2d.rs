//! `global_average_pool2d`: the mean of each channel over all rows and columns.

use super::Layer;
use crate::build::{Build, BuildError, differs};
use crate::gradient;
use crate::parameter::Parameter;
use crate::sample::{ImageSample, VectorSample};
use crate::tensor::{Batched, count, slice};
use dfdx::prelude::{ConstDim, Cpu, PutTape, SplitTape, Tape, TensorFromVec};
use kernels::global_average_pool2d;
use std::marker::PhantomData;

/// The channels' means of an `I`, which make an `O`.
#[derive(Clone, Debug)]
pub struct GlobalAveragePool2d<I, O>(PhantomData<(I, O)>);

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
        Ok(GlobalAveragePool2d(PhantomData))
    }

    /// The means.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<I, T>) -> Batched<O, T> {
        const { Self::check() };
        let batch = count(&x);
        let shape = global_average_pool2d::Shape { batch, pixels: I::HEIGHT * I::WIDTH, channels: I::Channels::SIZE };
        let (x, mut tape) = x.split_tape();
        let mut y = vec![0.0; batch * O::SIZE];
        global_average_pool2d::forward(&shape, slice(&x), &mut y);
        let y = x.device().tensor_from_vec(y, O::batched(batch));
        let (x, output) = (x.ghost(), y.ghost());
        tape.add_backward_op(move |gradients| {
            let dy = gradient::take(gradients.get_or_alloc_mut(&output)?);
            let dx = gradient::fresh(gradients.get_or_alloc_mut(&x)?);
            global_average_pool2d::backward(&shape, &dy, dx);
            Ok(())
        });
        y.put_tape(tape)
    }
}

impl<I, O> Layer for GlobalAveragePool2d<I, O> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
