//! `conv2d`: convolution over rows and columns, `y = f(x * W + b)`.

use super::{BiasMode, Layer, elementwise};
use crate::build::{Build, BuildError, differs};
use crate::function::Function;
use crate::gradient;
use crate::kept::{Kept, Output};
use crate::parameter::Parameter;
use crate::sample::ImageSample;
use crate::tensor::{Batched, count, slice, slice_mut};
use crate::weights::Weights;
use crate::window::{KernelSize, PaddingMode, Pair, window};
use dfdx::prelude::{ConstDim, Cpu, PutTape, SplitTape, Tape};
use kernels::activation::Activation;
use kernels::conv2d;
use std::marker::PhantomData;

/// How many channels of an `I` a filter of a kernel `K` sees.
type Seen<I, K> = <K as KernelSize>::Seen<<I as ImageSample>::Channels>;

/// The shape of a kernel: height, width, in (of a group), out.
type KernelShape<I, O, K> = (<K as Pair>::Rows, <K as Pair>::Columns, Seen<I, K>, <O as ImageSample>::Channels);

/// An `O` from an `I` by kernels of size `K` (in groups, if that says so), a step of `S` apart, with padding `P`, with or without bias (`B`), through the
/// function `F`.
#[derive(Clone, Debug)]
pub struct Conv2d<I: ImageSample, O: ImageSample, K: KernelSize, S, P, B, F> {
    pub(super) weights: Weights<KernelShape<I, O, K>, (O::Channels,)>,
    function: Option<Activation>,
    output: Output<O>,
    types: PhantomData<(S, P, B, F)>,
}

impl<I, O, K, S, P, B, F> Conv2d<I, O, K, S, P, B, F>
where
    I: ImageSample,
    O: ImageSample,
    K: KernelSize,
    S: Pair,
    P: PaddingMode,
    B: BiasMode,
    F: Function,
{
    /// Runs of channels that are convolved on their own.
    const GROUPS: usize = I::Channels::SIZE / Seen::<I, K>::SIZE;

    /// Asserts that the channels can be cut into groups and that the output's size follows from the input's.
    #[track_caller]
    pub const fn check() {
        let ([rows, columns], [down, right]) = (K::SIZES, S::SIZES);
        assert!(rows > 0 && columns > 0, "conv2d: the kernel has no cells");
        assert!(down > 0 && right > 0, "conv2d: strides are at least 1");
        assert!(I::Channels::SIZE > 0 && O::Channels::SIZE > 0, "conv2d: there are no channels");
        let seen = Seen::<I, K>::SIZE;
        assert!(
            seen > 0 && I::Channels::SIZE.is_multiple_of(seen),
            "conv2d: the input's channels cannot be cut into groups of as many as a filter sees"
        );
        assert!(
            O::Channels::SIZE.is_multiple_of(I::Channels::SIZE / seen),
            "conv2d: the filters cannot be cut into as many groups as the input's channels"
        );
        assert!(O::HEIGHT > 0 && O::WIDTH > 0, "conv2d: nothing would be left of the input");
        assert!(
            O::HEIGHT == window::<K, S, P>().side(0, I::HEIGHT),
            "conv2d: the output's height does not follow from the input's height, kernel size, strides and padding"
        );
        assert!(
            O::WIDTH == window::<K, S, P>().side(1, I::WIDTH),
            "conv2d: the output's width does not follow from the input's width, kernel size, strides and padding"
        );
    }

    /// Draws the kernel as the plan says and takes the function's number from it.
    ///
    /// # Errors
    /// [`BuildError`] where the plan's layer is another.
    pub fn new(build: &Build<'_>, name: &'static str) -> Result<Self, BuildError> {
        let layer = build.layer::<I, O>(name)?;
        let number = match &layer.layer {
            plan::Layer::Conv2d(conv) if (conv.window, conv.groups) == (window::<K, S, P>(), Self::GROUPS) => {
                F::number(conv.activation)
            }
            plan::Layer::Conv2d(_)
            | plan::Layer::MaxPool2d(_)
            | plan::Layer::AveragePool2d(_)
            | plan::Layer::GlobalAveragePool2d
            | plan::Layer::Flatten
            | plan::Layer::Dense(_)
            | plan::Layer::Dropout(_)
            | plan::Layer::Activation { .. } => None,
        };
        let number = number.ok_or_else(|| differs(name, std::any::type_name::<Self>(), &layer.layer))?;
        let weights = build.weights(name, layer, B::USED)?;
        Ok(Conv2d { weights, function: F::kernel(number), output: Kept::default(), types: PhantomData })
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

    /// The kernel's sizes for a batch of `batch` images.
    pub(super) fn shape(batch: usize) -> conv2d::Shape {
        let (pad_top, pad_left) = window::<K, S, P>().padding_before(I::HEIGHT, I::WIDTH);
        conv2d::Shape {
            batch,
            in_height: I::HEIGHT,
            in_width: I::WIDTH,
            in_channels: I::Channels::SIZE,
            out_height: O::HEIGHT,
            out_width: O::WIDTH,
            out_channels: O::Channels::SIZE,
            groups: Self::GROUPS,
            kernel: K::SIZES,
            strides: S::SIZES,
            pad_top,
            pad_left,
        }
    }

    fn apply<T: Tape<f32, Cpu>>(&self, x: Batched<I>, mut tape: T, backward_input: bool) -> Batched<O, T> {
        const { Self::check() };
        let batch = count(&x);
        let shape = Self::shape(batch);
        let (weights, function) = (self.weights.for_pass(), self.function);
        let mut output = self.output.take(x.device(), O::batched(batch));
        let y = slice_mut(&mut output);
        let relu = function == Some(Activation::Relu);
        conv2d::forward(&shape, slice(&x), weights.kernel(), weights.bias(), relu, y);
        elementwise::finish(function.filter(|_| !relu), y);
        self.output.put(&output);
        let y = output.clone();
        tape.add_backward_op(move |gradients| {
            gradient::through(gradients, &output, |dy, gradients| {
                elementwise::backward(function, slice(&output), dy);
                if backward_input {
                    let dx = gradient::overwrite(gradients, &x)?;
                    conv2d::backward_input(&shape, dy, weights.kernel(), dx);
                }
                weights.backward(gradients, |dkernel, dbias| {
                    conv2d::backward_kernel(&shape, slice(&x), dy, dkernel, dbias);
                })
            })
        });
        y.put_tape(tape)
    }
}

impl<I: ImageSample, O: ImageSample, K: KernelSize, S, P, B, F> Layer for Conv2d<I, O, K, S, P, B, F> {
    fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        self.weights.parameters()
    }
}
