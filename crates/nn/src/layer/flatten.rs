//! `flatten`: an image as a vector, in the order height, width, channels.

use super::Layer;
use crate::build::{Build, BuildError, differs};
use crate::parameter::Parameter;
use crate::sample::Sample;
use crate::tensor::{Batched, count};
use dfdx::prelude::{Cpu, ReshapeTo, Tape};
use std::marker::PhantomData;

/// An `I` as an `O`, a vector of as many values. Nothing is copied, neither forward nor backward: the tensor stays the
/// same to the tape.
#[derive(Clone, Debug)]
pub struct Flatten<I: Sample, O: Sample>(PhantomData<(I, O)>);

impl<I: Sample, O: Sample> Flatten<I, O> {
    /// Asserts that input and output have as many values.
    #[track_caller]
    pub const fn check() {
        assert!(I::SIZE == O::SIZE, "flatten: the output's length is not height x width x channels of the input");
    }

    /// Compares the layer with the plan's.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's layer is another.
    pub fn new(build: &Build<'_>, name: &'static str) -> Result<Self, BuildError> {
        let layer = build.layer::<I, O>(name)?;
        if layer.layer != plan::Layer::Flatten {
            return Err(differs(name, plan::Layer::Flatten, &layer.layer));
        }
        Ok(Flatten(PhantomData))
    }

    /// The same values in the other shape.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<I, T>) -> Batched<O, T> {
        const { Self::check() };
        let batch = count(&x);
        x.reshape_like(&O::batched(batch))
    }
}

impl<I: Sample, O: Sample> Layer for Flatten<I, O> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        Vec::new()
    }
}
