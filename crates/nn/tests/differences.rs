//! Gradients of every layer and loss against central differences, away from kinks.

mod common;

use common::{
    against_differences, assert_close, build, conv, dense, distinct, gradient, numbers, pool, randomise, tensor,
};
use dfdx::prelude::{Backward, Trace};
use nn::loss::{MeanLoss, Target};
use nn::{
    Activation, AveragePool2d, Bias, Conv2d, Dense, Dropout, Flatten, Function, GlobalAveragePool2d, GroupedKernel,
    Image, Kernel, LeakyRelu, Linear, MaxPool2d, NoBias, Pass, Pool, Relu, Same, Sigmoid, Strides, Tanh, Valid, Vector,
    conv_relu_pool, slice,
};
use plan::Padding;

const LEAKY: plan::Activation = plan::Activation::LeakyRelu { negative_slope: 0.3 };

/// How far from a kink a value must be: further than a step of the differences can move it.
const MARGIN: f32 = 0.04;

/// The first seed for which `clear` finds its numbers clear of all kinks.
fn first_clear(clear: impl Fn(u64) -> bool) -> u64 {
    (0..500).find(|seed| clear(*seed)).expect("a seed whose numbers are clear of kinks")
}

type Conv<K, S, P, F> = Conv2d<Image<5, 6, 2>, Image<3, 3, 3>, K, S, P, Bias, F>;

fn strided<F: Function>(activation: plan::Activation) {
    type Strided<F> = Conv<Kernel<3, 2>, Strides<2, 2>, Same, F>;
    let plan = |activation| plan::Layer::Conv2d(conv(3, [3, 2], [2, 2], Padding::Same, activation));
    let seed = first_clear(|seed| {
        let mut linear: Strided<Linear> = build::<Image<5, 6, 2>, _>(plan(plan::Activation::Linear), Conv2d::new);
        randomise(&mut linear, seed);
        let sums = linear.forward(tensor::<Image<5, 6, 2>>(numbers(seed, 60)));
        slice(&sums).iter().all(|sum| sum.abs() > MARGIN)
    });
    let mut layer: Strided<F> = build::<Image<5, 6, 2>, _>(plan(activation), Conv2d::new);
    randomise(&mut layer, seed);
    against_differences::<_, Image<5, 6, 2>, Image<3, 3, 3>>(&mut layer, numbers(seed, 60), |layer, x| {
        layer.forward(x)
    });
}

#[test]
fn conv2d_strided_same_with_every_function() {
    strided::<Linear>(plan::Activation::Linear);
    strided::<Relu>(plan::Activation::Relu);
    strided::<LeakyRelu>(LEAKY);
    strided::<Sigmoid>(plan::Activation::Sigmoid);
    strided::<Tanh>(plan::Activation::Tanh);
}

#[test]
fn conv2d_valid_without_bias() {
    let mut plan = conv(3, [3, 4], [1, 1], Padding::Valid, plan::Activation::Linear);
    plan.use_bias = false;
    let mut layer: Conv2d<Image<5, 6, 2>, Image<3, 3, 3>, Kernel<3, 4>, Strides<1, 1>, Valid, NoBias, Linear> =
        build::<Image<5, 6, 2>, _>(plan::Layer::Conv2d(plan), Conv2d::new);
    against_differences::<_, Image<5, 6, 2>, Image<3, 3, 3>>(&mut layer, numbers(1, 120), |layer, x| layer.forward(x));
}

#[test]
fn conv2d_in_groups() {
    type I = Image<5, 6, 4>;
    let grouped = |filters, groups, strides, padding| {
        let plan = conv(filters, [3, 2], strides, padding, plan::Activation::Tanh);
        plan::Layer::Conv2d(plan::layer::Conv2d { groups, ..plan })
    };
    let mut two: Conv2d<I, Image<3, 5, 6>, GroupedKernel<3, 2, 2>, Strides<1, 1>, Valid, Bias, Tanh> =
        build::<I, _>(grouped(6, 2, [1, 1], Padding::Valid), Conv2d::new);
    randomise(&mut two, 1);
    against_differences::<_, I, Image<3, 5, 6>>(&mut two, numbers(1, 240), |layer, x| layer.forward(x));
    let mut depthwise: Conv2d<I, Image<3, 3, 8>, GroupedKernel<3, 2, 1>, Strides<2, 2>, Same, Bias, Tanh> =
        build::<I, _>(grouped(8, 4, [2, 2], Padding::Same), Conv2d::new);
    randomise(&mut depthwise, 2);
    against_differences::<_, I, Image<3, 3, 8>>(&mut depthwise, numbers(2, 240), |layer, x| layer.forward(x));
}

#[test]
fn conv_relu_pool_same() {
    type I = Image<5, 4, 2>;
    type M = Image<5, 4, 3>;
    type Block<F> = Conv2d<I, M, Kernel<3, 3>, Strides<1, 1>, Same, Bias, F>;
    let plan = |activation| plan::Layer::Conv2d(conv(3, [3, 3], [1, 1], Padding::Same, activation));
    // The highest cell of each window must be clear of the next, and of zero.
    let seed = first_clear(|seed| {
        let mut linear: Block<Linear> = build::<I, _>(plan(plan::Activation::Linear), Conv2d::new);
        randomise(&mut linear, seed);
        let sums = linear.forward(tensor::<I>(numbers(seed, 40)));
        let sum = |row: usize, column: usize, channel: usize| slice(&sums)[(row * 4 + column) * 3 + channel];
        (0..2 * 2 * 3).all(|at| {
            let (row, column, channel) = (at / 6 * 2, at / 3 % 2 * 2, at % 3);
            let mut cells = [0, 1, 2, 3].map(|cell| sum(row + cell / 2, column + cell % 2, channel));
            cells.sort_by(f32::total_cmp);
            cells[3] < -MARGIN || (cells[3] > MARGIN && cells[3] - cells[2] > 2.0 * MARGIN)
        })
    });
    let pool: MaxPool2d<M, Image<2, 2, 3>, Pool<2, 2>, Strides<2, 2>, Valid> =
        build::<M, _>(plan::Layer::MaxPool2d(pool([2, 2], [2, 2], Padding::Valid)), MaxPool2d::new);
    let mut layer: Block<Relu> = build::<I, _>(plan(plan::Activation::Relu), Conv2d::new);
    randomise(&mut layer, seed);
    against_differences::<_, I, Image<2, 2, 3>>(&mut layer, numbers(seed, 40), |layer, x| {
        conv_relu_pool(layer, &pool, x)
    });
    against_differences::<_, I, Image<2, 2, 3>>(&mut layer, numbers(seed, 40), |layer, x| {
        pool.forward(layer.forward(x))
    });
}

#[test]
fn dense_with_and_without_bias() {
    let mut layer: Dense<Vector<5>, Vector<4>, Bias, Tanh> =
        build::<Vector<5>, _>(dense(4, true, plan::Activation::Tanh), Dense::new);
    randomise(&mut layer, 3);
    against_differences::<_, Vector<5>, Vector<4>>(&mut layer, numbers(3, 15), |layer, x| layer.forward(x));
    let mut layer: Dense<Vector<5>, Vector<4>, NoBias, Linear> =
        build::<Vector<5>, _>(dense(4, false, plan::Activation::Linear), Dense::new);
    against_differences::<_, Vector<5>, Vector<4>>(&mut layer, numbers(4, 15), |layer, x| layer.forward(x));
}

#[test]
fn dense_relu() {
    let plan = |activation| dense(4, true, activation);
    let seed = first_clear(|seed| {
        let mut linear: Dense<Vector<5>, Vector<4>, Bias, Linear> =
            build::<Vector<5>, _>(plan(plan::Activation::Linear), Dense::new);
        randomise(&mut linear, seed);
        slice(&linear.forward(tensor::<Vector<5>>(numbers(seed, 15)))).iter().all(|sum| sum.abs() > MARGIN)
    });
    let mut layer: Dense<Vector<5>, Vector<4>, Bias, Relu> =
        build::<Vector<5>, _>(plan(plan::Activation::Relu), Dense::new);
    randomise(&mut layer, seed);
    against_differences::<_, Vector<5>, Vector<4>>(&mut layer, numbers(seed, 15), |layer, x| layer.forward(x));
}

#[test]
fn pooling() {
    type I = Image<5, 4, 1>;
    // Twenty distinct numbers are a tenth apart: no step changes which is largest.
    let mut max: MaxPool2d<I, Image<3, 4, 1>, Pool<3, 2>, Strides<2, 1>, Same> =
        build::<I, _>(plan::Layer::MaxPool2d(pool([3, 2], [2, 1], Padding::Same)), MaxPool2d::new);
    against_differences::<_, I, Image<3, 4, 1>>(&mut max, distinct(1, 20), |layer, x| layer.forward(x));
    let mut mean: AveragePool2d<I, Image<3, 4, 1>, Pool<3, 2>, Strides<2, 1>, Same> =
        build::<I, _>(plan::Layer::AveragePool2d(pool([3, 2], [2, 1], Padding::Same)), AveragePool2d::new);
    against_differences::<_, I, Image<3, 4, 1>>(&mut mean, numbers(2, 40), |layer, x| layer.forward(x));
    let mut global: GlobalAveragePool2d<Image<3, 2, 4>, Vector<4>> =
        build::<Image<3, 2, 4>, _>(plan::Layer::GlobalAveragePool2d, GlobalAveragePool2d::new);
    against_differences::<_, Image<3, 2, 4>, Vector<4>>(&mut global, numbers(3, 48), |layer, x| layer.forward(x));
}

#[test]
fn flatten() {
    let mut layer: Flatten<Image<3, 2, 4>, Vector<24>> = build::<Image<3, 2, 4>, _>(plan::Layer::Flatten, Flatten::new);
    against_differences::<_, Image<3, 2, 4>, Vector<24>>(&mut layer, numbers(3, 48), |layer, x| layer.forward(x));
}

#[test]
fn activations() {
    fn check<F: Function>(function: plan::Activation) {
        let mut layer: Activation<Vector<12>, F> =
            build::<Vector<12>, _>(plan::Layer::Activation { function }, Activation::new);
        against_differences::<_, Vector<12>, Vector<12>>(&mut layer, distinct(4, 24), |layer, x| layer.forward(x));
    }
    check::<Linear>(plan::Activation::Linear);
    check::<Relu>(plan::Activation::Relu);
    check::<LeakyRelu>(LEAKY);
    check::<Sigmoid>(plan::Activation::Sigmoid);
    check::<Tanh>(plan::Activation::Tanh);
}

#[test]
fn dropout() {
    // The key fixes the mask, so the layer is linear.
    let pass = Pass::Training { seed: 1, epoch: 2, positions: &[7, 0, 9] };
    let plan = plan::Layer::Dropout(plan::layer::Dropout { rate: 0.4 });
    let mut layer: Dropout<Image<3, 2, 4>> = build::<Image<3, 2, 4>, _>(plan, Dropout::new);
    let ones = layer.forward(tensor::<Image<3, 2, 4>>(vec![1.0; 72]), &pass);
    let dropped = slice(&ones).iter().filter(|value| **value == 0.0).count();
    assert!((1..72).contains(&dropped), "{dropped} of 72 dropped");
    against_differences::<_, Image<3, 2, 4>, Image<3, 2, 4>>(&mut layer, numbers(5, 72), |layer, x| {
        layer.forward(x, &pass)
    });
}

/// Compares the gradient of the mean loss with central differences.
fn mean_loss<const UNITS: usize>(kind: plan::Loss, targets: &[impl Copy + Into<Target>]) {
    const STEP: f32 = 1.0 / 64.0;
    let logits: Vec<f32> = numbers(6, targets.len() * UNITS).into_iter().map(|z| 3.0 * z).collect();
    let value =
        |logits: &[f32]| slice(&MeanLoss::new(kind).forward(tensor::<Vector<UNITS>>(logits.to_vec()), targets).1)[0];
    let mut moved = logits.clone();
    let expected: Vec<f32> = (0..logits.len())
        .map(|index| {
            moved[index] = logits[index] + STEP;
            let above = value(&moved);
            moved[index] = logits[index] - STEP;
            let below = value(&moved);
            moved[index] = logits[index];
            (above - below) / (2.0 * STEP)
        })
        .collect();
    let logits = tensor::<Vector<UNITS>>(logits);
    let mut found = MeanLoss::new(kind).forward(logits.leaky_trace(), targets).1.backward();
    assert_close(kind.name(), &gradient(&mut found, &logits), &expected, 1e-3);
}

#[test]
fn losses() {
    // The last batch of an epoch may have any size; the mean is over the images there are.
    mean_loss::<1>(plan::Loss::BinaryCrossentropy, &[1_u32, 0, 1]);
    mean_loss::<4>(plan::Loss::CategoricalCrossentropy, &[3_u32, 0, 2]);
}

#[test]
fn losses_of_mixed_and_weighted_images() {
    let target = |label, other, share, weight| Target { label, other, share, weight };
    let binary = [target(1, 0, 0.25, 1.0), target(0, 1, 0.5, 2.5), target(1, 1, 0.125, 0.5), 0.into()];
    mean_loss::<1>(plan::Loss::BinaryCrossentropy, &binary);
    let categorical = [target(3, 1, 0.3, 1.0), target(0, 2, 0.5, 0.25), target(2, 2, 0.125, 4.0), 1.into()];
    mean_loss::<4>(plan::Loss::CategoricalCrossentropy, &categorical);
}
