//! Layers and losses against dfdx's own operators, where it has them.

mod common;

use common::{Tape, assert_close, build, conv, dense, gradient, gradients, numbers, randomise, tensor};
use dfdx::losses::{binary_cross_entropy_with_logits_loss, cross_entropy_with_logits_loss};
use dfdx::prelude::{
    Axes2, Axis, Backward, BroadcastTo, Const, Cpu, HasShape, MeanTo, ReshapeTo, SumTo, Tensor, TensorFromVec, Trace,
};
use nn::loss::MeanLoss;
use nn::{
    Activation, Batched, Bias, Conv2d, Dense, Function, GlobalAveragePool2d, Image, Kernel, Layer, Linear, Parameter,
    Relu, Same, Sigmoid, Strides, Tanh, Vector, Vectors, loss, slice,
};
use plan::{Loss, Padding};

/// A parameter as a tensor of dfdx's.
fn copy<S: dfdx::shapes::ConstShape>(layer: &mut dyn Layer, index: usize) -> Tensor<S, f32, Cpu> {
    let parameter: &mut dyn Parameter = layer.parameters().swap_remove(index).1;
    Cpu::default().tensor_from_vec(parameter.values().to_vec(), S::default())
}

/// The matrix product, from multiplication and a sum: dfdx's own needs its feature `cpu`, and is wrong without it.
fn product<const I: usize, const O: usize>(
    x: Vectors<I, Tape>,
    kernel: Tensor<(Const<I>, Const<O>), f32, Cpu, Tape>,
) -> Vectors<O, Tape> {
    let all = (x.shape().0, Const::<I>, Const::<O>);
    let x: Tensor<(usize, Const<I>, Const<O>), f32, Cpu, Tape> = x.broadcast_like(&all);
    (x * kernel.broadcast_like(&all)).sum::<_, Axis<1>>()
}

#[test]
fn dense_is_a_matrix_product() {
    let mut layer: Dense<Vector<7>, Vector<5>, Bias, Relu> =
        build::<Vector<7>, _>(dense(5, true, plan::Activation::Relu), Dense::new);
    randomise(&mut layer, 1);
    let kernel: Tensor<(Const<7>, Const<5>), f32, Cpu> = copy(&mut layer, 0);
    let bias: Tensor<(Const<5>,), f32, Cpu> = copy(&mut layer, 1);
    let (x, weights) = (tensor::<Vector<7>>(numbers(2, 21)), numbers(3, 15));

    let ours = layer.forward(x.leaky_trace());
    let y = slice(&ours).to_vec();
    let mut ours = gradients(ours, &weights);
    let theirs = product(x.leaky_trace(), kernel.leaky_trace());
    let theirs = (theirs + bias.leaky_trace().broadcast_like(&(3, Const::<5>))).relu();
    assert_close("output", &y, &theirs.as_vec(), 1e-6);
    let mut theirs = gradients(theirs, &weights);

    assert_close("input", &gradient(&mut ours, &x), &gradient(&mut theirs, &x), 1e-6);
    let parameters = common::parameter_gradients(&mut layer, &mut ours);
    assert_close("kernel", &parameters[0], &gradient(&mut theirs, &kernel), 1e-6);
    assert_close("bias", &parameters[1], &gradient(&mut theirs, &bias), 1e-6);
}

#[test]
fn conv2d_with_one_cell_is_a_matrix_product_over_pixels() {
    type I = Image<3, 4, 5>;
    let plan = plan::Layer::Conv2d(conv(6, [1, 1], [1, 1], Padding::Same, plan::Activation::Linear));
    let mut layer: Conv2d<I, Image<3, 4, 6>, Kernel<1, 1>, Strides<1, 1>, Same, Bias, Linear> =
        build::<I, _>(plan, Conv2d::new);
    let kernel: Tensor<(Const<1>, Const<1>, Const<5>, Const<6>), f32, Cpu> = copy(&mut layer, 0);
    let (x, weights) = (tensor::<I>(numbers(2, 120)), numbers(3, 144));

    let ours = layer.forward(x.leaky_trace());
    let y = slice(&ours).to_vec();
    let mut ours = gradients(ours, &weights);
    let pixels: Tensor<(usize, Const<5>), f32, Cpu, Tape> = x.leaky_trace().reshape_like(&(24, Const));
    let taps: Tensor<(Const<5>, Const<6>), f32, Cpu, Tape> = kernel.leaky_trace().reshape();
    let theirs = product(pixels, taps);
    assert_close("output", &y, &theirs.as_vec(), 1e-6);
    let mut theirs = gradients(theirs, &weights);

    assert_close("input", &gradient(&mut ours, &x), &gradient(&mut theirs, &x), 1e-6);
    let parameters = common::parameter_gradients(&mut layer, &mut ours);
    assert_close("kernel", &parameters[0], &gradient(&mut theirs, &kernel), 1e-6);
}

#[test]
fn activations_are_dfdx_s() {
    fn check<F: Function>(
        function: plan::Activation,
        theirs: impl Fn(Batched<Vector<10>, Tape>) -> Batched<Vector<10>, Tape>,
    ) {
        let layer: Activation<Vector<10>, F> =
            build::<Vector<10>, _>(plan::Layer::Activation { function }, Activation::new);
        let x = tensor::<Vector<10>>(numbers(2, 30).into_iter().map(|x| 5.0 * x).collect());
        let (ours, theirs) = (layer.forward(x.leaky_trace()), theirs(x.leaky_trace()));
        assert_close("output", slice(&ours), &theirs.as_vec(), 1e-6);
        let weights = numbers(3, 30);
        let (mut ours, mut theirs) = (gradients(ours, &weights), gradients(theirs, &weights));
        assert_close("input", &gradient(&mut ours, &x), &gradient(&mut theirs, &x), 1e-6);
    }
    check::<Relu>(plan::Activation::Relu, |x| x.relu());
    check::<Sigmoid>(plan::Activation::Sigmoid, |x| x.sigmoid());
    check::<Tanh>(plan::Activation::Tanh, |x| x.tanh());
}

#[test]
fn global_average_pool2d_is_the_mean_over_two_axes() {
    let layer: GlobalAveragePool2d<Image<3, 4, 5>, Vector<5>> =
        build::<Image<3, 4, 5>, _>(plan::Layer::GlobalAveragePool2d, GlobalAveragePool2d::new);
    let x = tensor::<Image<3, 4, 5>>(numbers(2, 120));
    let ours = layer.forward(x.leaky_trace());
    let theirs: Vectors<5, Tape> = x.leaky_trace().mean::<_, Axes2<1, 2>>();
    assert_close("output", slice(&ours), &theirs.as_vec(), 1e-6);
    let weights = numbers(3, 10);
    let (mut ours, mut theirs) = (gradients(ours, &weights), gradients(theirs, &weights));
    assert_close("input", &gradient(&mut ours, &x), &gradient(&mut theirs, &x), 1e-6);
}

#[test]
fn binary_crossentropy_is_dfdx_s() {
    let logits = tensor::<Vector<1>>(numbers(2, 6).into_iter().map(|z| 8.0 * z).collect());
    let labels = [0_u32, 1, 1, 0, 1, 0];
    let targets = tensor::<Vector<1>>(labels.iter().map(|label| *label as f32).collect());
    let ours = MeanLoss::new(Loss::BinaryCrossentropy).forward(logits.leaky_trace(), &labels).1;
    let theirs = binary_cross_entropy_with_logits_loss(logits.leaky_trace(), targets);
    assert_close("loss", &ours.as_vec(), &theirs.as_vec(), 1e-6);
    let (mut ours, mut theirs) = (ours.backward(), theirs.backward());
    assert_close("logits", &gradient(&mut ours, &logits), &gradient(&mut theirs, &logits), 1e-6);
}

#[test]
fn categorical_crossentropy_is_dfdx_s() {
    let logits = tensor::<Vector<4>>(numbers(2, 12).into_iter().map(|z| 8.0 * z).collect());
    let labels = [3_u32, 0, 2];
    let mut hot = vec![0.0; 12];
    for (row, label) in labels.iter().enumerate() {
        hot[row * 4 + *label as usize] = 1.0;
    }
    // Scaled losses have scaled gradients.
    let ours = MeanLoss::new(Loss::CategoricalCrossentropy).forward(logits.leaky_trace(), &labels).1 * 3.0;
    let theirs = cross_entropy_with_logits_loss(logits.leaky_trace(), tensor::<Vector<4>>(hot)) * 3.0;
    assert_close("loss", &ours.as_vec(), &theirs.as_vec(), 1e-6);
    let (mut ours, mut theirs) = (ours.backward(), theirs.backward());
    assert_close("logits", &gradient(&mut ours, &logits), &gradient(&mut theirs, &logits), 1e-6);
    let probabilities = loss::probabilities(Loss::CategoricalCrossentropy, slice(&logits), 4);
    assert_close("softmax", &probabilities, &logits.softmax::<Axis<1>>().as_vec(), 1e-6);
}
