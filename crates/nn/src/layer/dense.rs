//! `dense`: every output from every input, `y = f(x W + b)`.

use super::{BiasMode, Layer, elementwise};
use crate::build::{Build, BuildError, differs};
use crate::function::Function;
use crate::gradient;
use crate::kept::{Kept, Output};
use crate::parameter::Parameter;
use crate::sample::VectorSample;
use crate::tensor::{Batched, count, slice, slice_mut};
use crate::weights::Weights;
use dfdx::prelude::{Cpu, PutTape, SplitTape, Tape};
use kernels::activation::Activation;
use kernels::dense;
use std::marker::PhantomData;

/// The shape of a kernel: in, out.
type KernelShape<I, O> = (<I as VectorSample>::Units, <O as VectorSample>::Units);

/// An `O` from an `I`, with or without bias (`B`), through the function `F`.
#[derive(Clone, Debug)]
pub struct Dense<I: VectorSample, O: VectorSample, B, F> {
    weights: Weights<KernelShape<I, O>, (O::Units,)>,
    function: Option<Activation>,
    output: Output<O>,
    types: PhantomData<(B, F)>,
}

impl<I: VectorSample, O: VectorSample, B: BiasMode, F: Function> Dense<I, O, B, F> {
    /// Asserts that there is something to connect.
    #[track_caller]
    pub const fn check() {
        assert!(I::SIZE > 0, "dense: the input is empty");
        assert!(O::SIZE > 0, "dense: the output is empty");
    }

    /// Draws the kernel as the plan says and takes the function's number from it.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's layer is another.
    pub fn new(build: &Build<'_>, name: &'static str) -> Result<Self, BuildError> {
        let layer = build.layer::<I, O>(name)?;
        let number = match &layer.layer {
            plan::Layer::Dense(dense) => F::number(dense.activation),
            plan::Layer::Conv2d(_)
            | plan::Layer::MaxPool2d(_)
            | plan::Layer::AveragePool2d(_)
            | plan::Layer::GlobalAveragePool2d
            | plan::Layer::Flatten
            | plan::Layer::Dropout(_)
            | plan::Layer::Activation { .. } => None,
        };
        let number = number.ok_or_else(|| differs(name, std::any::type_name::<Self>(), &layer.layer))?;
        let weights = build.weights(name, layer, B::USED)?.of_matrix();
        Ok(Dense { weights, function: F::kernel(number), output: Kept::default(), types: PhantomData })
    }

    /// The layer's output.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Batched<I, T>) -> Batched<O, T> {
        let (x, tape) = x.split_tape();
        self.apply(x, tape, true)
    }

    /// The layer's output, where nothing before it is trained: the gradient of `x` is not computed.
    pub fn forward_first<T: Tape<f32, Cpu>>(&self, x: Batched<I>, tape: T) -> Batched<O, T> {
        self.apply(x, tape, false)
    }

    fn apply<T: Tape<f32, Cpu>>(&self, x: Batched<I>, mut tape: T, backward_input: bool) -> Batched<O, T> {
        const { Self::check() };
        let batch = count(&x);
        let shape = dense::Shape { batch, inputs: I::SIZE, outputs: O::SIZE };
        let (weights, function) = (self.weights.for_pass(), self.function);
        let mut output = self.output.take(x.device(), O::batched(batch));
        let y = slice_mut(&mut output);
        let relu = function == Some(Activation::Relu);
        dense::forward(&shape, slice(&x), weights.kernel(), weights.bias(), relu, y);
        elementwise::finish(function.filter(|_| !relu), y);
        self.output.put(&output);
        let y = output.clone();
        tape.add_backward_op(move |gradients| {
            gradient::through(gradients, &output, |dy, gradients| {
                elementwise::backward(function, slice(&output), dy);
                if backward_input {
                    let dx = gradient::overwrite(gradients, &x)?;
                    dense::backward_input(&shape, dy, weights.kernel(), dx);
                }
                weights.backward_matrix(gradients, &shape, slice(&x), dy)
            })
        });
        y.put_tape(tape)
    }
}

impl<I: VectorSample, O: VectorSample, B, F> Layer for Dense<I, O, B, F> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        self.weights.parameters()
    }
}
