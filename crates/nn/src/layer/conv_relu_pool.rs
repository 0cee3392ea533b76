//! The block that `conv2d` 3x3 + relu and `max_pool2d` 2x2 fuse to: the same weights, the same bits, but the
//! convolution's full-size output never reaches memory, and backward walks only the cells that the maximum chose.

use super::{BiasMode, Conv2d, MaxPool2d};
use crate::function::Relu;
use crate::gradient;
use crate::sample::ImageSample;
use crate::tensor::{Batched, count, slice, slice_mut};
use crate::window::{Kernel, PaddingMode, Pool, Strides, Valid};
use dfdx::prelude::{Cpu, PutTape, SplitTape, Tape};
use kernels::conv_relu_pool as fused;
use std::sync::Arc;

/// The convolutions that the block is for.
type Conv<I, M, P, B> = Conv2d<I, M, Kernel<3, 3>, Strides<1, 1>, P, B, Relu>;

/// The pooling that the block is for.
type MaxPool<M, O> = MaxPool2d<M, O, Pool<2, 2>, Strides<2, 2>, Valid>;

/// What `pool` makes of what `conv` makes of `x`.
pub fn conv_relu_pool<I, M, O, P, B, T>(
    conv: &Conv<I, M, P, B>,
    pool: &MaxPool<M, O>,
    x: Batched<I, T>,
) -> Batched<O, T>
where
    I: ImageSample,
    M: ImageSample,
    O: ImageSample,
    P: PaddingMode,
    B: BiasMode,
    T: Tape<f32, Cpu>,
{
    let (x, tape) = x.split_tape();
    apply(conv, pool, x, tape, true)
}

/// The same where nothing before `conv` is trained: the gradient of `x` is not computed.
pub fn conv_relu_pool_first<I, M, O, P, B, T>(
    conv: &Conv<I, M, P, B>,
    pool: &MaxPool<M, O>,
    x: Batched<I>,
    tape: T,
) -> Batched<O, T>
where
    I: ImageSample,
    M: ImageSample,
    O: ImageSample,
    P: PaddingMode,
    B: BiasMode,
    T: Tape<f32, Cpu>,
{
    apply(conv, pool, x, tape, false)
}

fn apply<I, M, O, P, B, T>(
    conv: &Conv<I, M, P, B>,
    pool: &MaxPool<M, O>,
    x: Batched<I>,
    mut tape: T,
    backward_input: bool,
) -> Batched<O, T>
where
    I: ImageSample,
    M: ImageSample,
    O: ImageSample,
    P: PaddingMode,
    B: BiasMode,
    T: Tape<f32, Cpu>,
{
    const {
        Conv::<I, M, P, B>::check();
        MaxPool::<M, O>::check();
    }
    let batch = count(&x);
    let shape = Conv::<I, M, P, B>::shape(batch);
    let weights = conv.weights.for_pass();
    let mut y = pool.output.take(x.device(), O::batched(batch));
    let mut cells = pool.cells.take(batch * O::SIZE);
    let (values, winners) = (slice_mut(&mut y), Arc::make_mut(&mut cells));
    fused::forward(&shape, slice(&x), weights.kernel(), weights.bias(), values, winners);
    pool.output.put(&y);
    pool.cells.put(&cells);
    let output = y.clone();
    tape.add_backward_op(move |gradients| {
        gradient::through(gradients, &output, |dy, gradients| {
            gradient::overwriting(gradients, backward_input.then_some(&x), |dx, gradients| {
                weights.backward(gradients, |dkernel, dbias| {
                    fused::backward(&shape, slice(&x), dy, &cells, weights.kernel(), dx, dkernel, dbias);
                })
            })
        })
    });
    y.put_tape(tape)
}
