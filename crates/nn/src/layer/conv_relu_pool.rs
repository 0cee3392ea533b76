//! The block that `conv2d` 3x3 + relu and `max_pool2d` 2x2 fuse to: the same weights, the same bits, but the
//! convolution's full-size output never reaches memory, and backward walks only the cells that the maximum chose.

use super::{BiasMode, Conv2d, MaxPool2d};
use crate::function::Relu;
use crate::gradient;
use crate::sample::ImageSample;
use crate::tensor::{Batched, count, slice};
use crate::window::{Kernel, PaddingMode, Pool, Strides, Valid};
use dfdx::prelude::{Cpu, PutTape, SplitTape, Tape, TensorFromVec};
use kernels::conv_relu_pool as fused;

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
    _: &MaxPool<M, O>,
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
    let (kernel, bias) = (conv.kernel.clone(), conv.bias.clone());
    let mut y = vec![0.0; batch * O::SIZE];
    let mut winners = vec![0; y.len()];
    fused::forward(&shape, slice(&x), slice(&kernel), bias.as_ref().map(slice), &mut y, &mut winners);
    let y = x.device().tensor_from_vec(y, O::batched(batch));
    let output = y.ghost();
    tape.add_backward_op(move |gradients| {
        let dy = gradient::take(gradients.get_or_alloc_mut(&output)?);
        let mut dx = if backward_input { Some(gradient::take(gradients.get_or_alloc_mut(&x)?)) } else { None };
        gradient::weights(gradients, &kernel, bias.as_ref(), |dkernel, dbias| {
            let (x, dx) = (slice(&x), dx.as_deref_mut());
            fused::backward(&shape, x, &dy, &winners, slice(&kernel), dx, dkernel, dbias);
        })?;
        if let Some(dx) = dx {
            **gradients.get_or_alloc_mut(&x)? = dx;
        }
        Ok(())
    });
    y.put_tape(tape)
}
