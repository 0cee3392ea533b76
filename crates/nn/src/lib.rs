//! Typed layers and losses on dfdx tensors and its tape, for the CPU.
//!
//! Every size of a layer is a type: [`Image`] and [`Vector`] say what flows in and out, [`Kernel`], [`GroupedKernel`],
//! [`Pool`] and [`Strides`] how a window moves, [`Valid`] and [`Same`] what happens at the edges. Layers that do not fit together
//! are type errors. What types cannot say on stable Rust (that an output size follows from the input's, the window's and
//! the strides') is asserted by each layer's `check()`, a `const fn` that a generated model evaluates beside the
//! layer's type; a model that skips it is stopped all the same, when its `forward` is compiled.
//!
//! Numbers that change no size (a dropout rate, a slope, an initializer) are not in the types. They come from the plan, through
//! [`Build`], so that networks which differ in them alone are one program.
//!
//! The arithmetic is in `kernels`; here it is put on the tape. Activations are NHWC, convolution kernels height, width, in, out,
//! dense kernels in, out. A tensor feeds one layer: its gradient is written by the operator that consumed it, not added to.
//! A layer writes its output where the last one of the same size was, unless somebody holds that still.

mod batch;
mod build;
mod function;
mod gradient;
mod kept;
pub mod layer;
pub mod loss;
mod model;
mod parameter;
mod pass;
mod sample;
mod tensor;
mod weights;
mod window;

pub use batch::Batch;
pub use build::{Build, BuildError};
pub use function::{Function, LeakyRelu, Linear, Relu, Sigmoid, Tanh};
pub use gradient::tape;
pub use layer::{
    Activation, AveragePool2d, Bias, BiasMode, Conv2d, Dense, Dropout, Flatten, GlobalAveragePool2d, Layer, MaxPool2d,
    NoBias, conv_relu_pool, conv_relu_pool_first,
};
pub use model::{Model, Probe, observe};
pub use parameter::{Gradient, Parameter};
pub use pass::Pass;
pub use sample::{Image, ImageSample, Sample, Vector, VectorSample};
pub use tensor::{Batched, Images, Vectors, slice, slice_mut};
pub use window::{GroupedKernel, Kernel, KernelSize, PaddingMode, Pair, Pool, Same, Strides, Valid};

pub use dfdx::prelude::{Backward, Cpu, CpuError, Gradients, NoneTape, OwnedTape, PutTape, Tape};
pub use dfdx::shapes::Const;
/// Says whether the kernels can run on this processor at a useful speed: a program asks before any work.
pub use kernels::cpu::check as check_processor;
