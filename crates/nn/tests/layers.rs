//! What layers promise beside their gradients.

mod common;

use common::{build, conv, gradient, gradients, network, numbers, parameter_gradients, pool, randomise, tensor};
use dfdx::prelude::{Backward, Cpu, Gradients, PutTape, SplitTape, Trace};
use nn::loss::MeanLoss;
use nn::{
    Activation, Bias, Build, BuildError, Conv2d, Dense, Dropout, Flatten, GlobalAveragePool2d, GroupedKernel, Image,
    Kernel, Linear, MaxPool2d, OwnedTape, Pass, Pool, Relu, Strides, Tanh, Valid, Vector, conv_relu_pool,
    conv_relu_pool_first, slice, slice_mut,
};
use plan::{Loss, Padding};

type I = Image<9, 8, 3>;
type M = Image<7, 6, 5>;
type Conv = Conv2d<I, M, Kernel<3, 3>, Strides<1, 1>, Valid, Bias, Relu>;
type Max = MaxPool2d<M, Image<3, 3, 5>, Pool<2, 2>, Strides<2, 2>, Valid>;

fn conv_and_pool() -> (Conv, Max) {
    let plan = plan::Layer::Conv2d(conv(5, [3, 3], [1, 1], Padding::Valid, plan::Activation::Relu));
    let mut conv: Conv = build::<I, _>(plan, Conv2d::new);
    randomise(&mut conv, 3);
    let pool = plan::Layer::MaxPool2d(pool([2, 2], [2, 2], Padding::Valid));
    (conv, build::<M, _>(pool, MaxPool2d::new))
}

#[test]
fn the_fused_block_is_its_two_layers() {
    let (mut conv, pool) = conv_and_pool();
    let (x, weights) = (tensor::<I>(numbers(1, 4 * 216)), numbers(2, 4 * 45));
    let apart = pool.forward(conv.forward(x.leaky_trace()));
    let fused = conv_relu_pool(&conv, &pool, x.leaky_trace());
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(slice(&fused)), bits(slice(&apart)));
    let (mut apart, mut fused) = (gradients(apart, &weights), gradients(fused, &weights));
    common::assert_close("input", &gradient(&mut fused, &x), &gradient(&mut apart, &x), 1e-5);
    let (apart, fused) = (parameter_gradients(&mut conv, &mut apart), parameter_gradients(&mut conv, &mut fused));
    common::assert_close("kernel", &fused[0], &apart[0], 1e-5);
    common::assert_close("bias", &fused[1], &apart[1], 1e-5);
}

#[test]
fn a_first_layer_gives_its_input_no_gradient_and_its_weights_the_same() {
    let (mut conv, pool) = conv_and_pool();
    let x = tensor::<I>(numbers(1, 2 * 216));
    let tape = OwnedTape::default;
    let (large, small) = (numbers(2, 2 * 210), numbers(2, 2 * 45));
    let pairs = [
        (gradients(conv.forward(x.leaky_trace()), &large), gradients(conv.forward_first(x.clone(), tape()), &large)),
        (
            gradients(conv_relu_pool(&conv, &pool, x.leaky_trace()), &small),
            gradients(conv_relu_pool_first(&conv, &pool, x.clone(), tape()), &small),
        ),
    ];
    for (mut all, mut first) in pairs {
        assert!(gradient(&mut all, &x).iter().any(|value| *value != 0.0));
        assert!(gradient(&mut first, &x).iter().all(|value| *value == 0.0));
        assert_eq!(parameter_gradients(&mut conv, &mut all), parameter_gradients(&mut conv, &mut first));
    }
}

/// A network that has all that is kept: outputs, winners, factors, gradients.
struct Net {
    conv: Conv,
    pool: Max,
    flatten: Flatten<Image<3, 3, 5>, Vector<45>>,
    dropout: Dropout<Vector<45>>,
    hidden: Dense<Vector<45>, Vector<7>, Bias, Tanh>,
    activation: Activation<Vector<7>, Relu>,
    output: Dense<Vector<7>, Vector<1>, Bias, Linear>,
    loss: MeanLoss,
}

impl Net {
    fn new() -> Net {
        let (conv, pool) = conv_and_pool();
        let dropout = plan::Layer::Dropout(plan::layer::Dropout { rate: 0.3 });
        let relu = plan::Layer::Activation { function: plan::Activation::Relu };
        let dense = common::dense;
        let mut net = Net {
            conv,
            pool,
            flatten: build::<Image<3, 3, 5>, _>(plan::Layer::Flatten, Flatten::new),
            dropout: build::<Vector<45>, _>(dropout, Dropout::new),
            hidden: build::<Vector<45>, _>(dense(7, true, plan::Activation::Tanh), Dense::new),
            activation: build::<Vector<7>, _>(relu, Activation::new),
            output: build::<Vector<7>, _>(dense(1, true, plan::Activation::Linear), Dense::new),
            loss: MeanLoss::new(Loss::BinaryCrossentropy),
        };
        randomise(&mut net.hidden, 4);
        randomise(&mut net.output, 6);
        net
    }

    fn forward<T: nn::Tape<f32, Cpu>>(&self, x: nn::Images<9, 8, 3>, tape: T, fused: bool) -> nn::Vectors<1, T> {
        let positions: Vec<u64> = (0..slice(&x).len() as u64 / 216).collect();
        let x = if fused {
            conv_relu_pool_first(&self.conv, &self.pool, x, tape)
        } else {
            self.pool.forward(self.conv.forward_first(x, tape))
        };
        let x = self.dropout.forward(self.flatten.forward(x), &training(&positions));
        self.output.forward(self.activation.forward(self.hidden.forward(x)))
    }

    /// Loss and gradients of all weights.
    fn backward(&mut self, logits: nn::Vectors<1, common::Tape>) -> (f32, Vec<Vec<f32>>, Gradients<f32, Cpu>) {
        let labels: Vec<u32> = (0..slice(&logits).len() as u32).map(|image| image % 2).collect();
        let loss = self.loss.forward(logits, &labels).1;
        let value = slice(&loss)[0];
        let mut gradients = loss.backward();
        let layers: [&mut dyn nn::Layer; 3] = [&mut self.conv, &mut self.hidden, &mut self.output];
        let found = layers.into_iter().flat_map(|layer| parameter_gradients(layer, &mut gradients)).collect();
        (value, found, gradients)
    }
}

fn images(seed: u64, count: usize) -> nn::Images<9, 8, 3> {
    tensor::<I>(numbers(seed, count * 216))
}

#[test]
fn a_pass_over_what_earlier_passes_left_is_a_first_pass() {
    let mut used = Net::new();
    let mut kept = Gradients::leaky();
    for (seed, count) in [(1, 4), (2, 4), (3, 2), (4, 4), (4, 4)] {
        for fused in [true, false] {
            let logits = used.forward(images(seed, count), nn::tape(kept), fused);
            let found = used.backward(logits);
            let mut new = Net::new();
            let logits = new.forward(images(seed, count), OwnedTape::default(), fused);
            let expected = new.backward(logits);
            assert_eq!((found.0, &found.1), (expected.0, &expected.1), "{seed} {count} {fused}");
            kept = found.2;
        }
    }
}

#[test]
fn passes_may_overlap() {
    let (mut net, mut alone) = (Net::new(), Net::new());
    let mut expected = |seed| {
        let logits = alone.forward(images(seed, 3), OwnedTape::default(), true);
        (slice(&logits).to_vec(), alone.backward(logits).1)
    };
    let (first, second) = (expected(1), expected(2));
    let one = net.forward(images(1, 3), OwnedTape::default(), true);
    let look = net.forward(images(5, 3), nn::NoneTape, true);
    let two = net.forward(images(2, 3), OwnedTape::default(), true);
    assert_ne!(slice(&look), slice(&one));
    assert_eq!((slice(&one), slice(&two)), (&first.0[..], &second.0[..]));
    assert_eq!(net.backward(one).1, first.1);
    assert_eq!(net.backward(two).1, second.1);
}

#[test]
fn a_pass_writes_where_the_last_one_wrote() {
    let mut net = Net::new();
    let mut addresses = |kept| {
        let middle = net.pool.forward(net.conv.forward(images(1, 2).put_tape(nn::tape(kept))));
        let (middle, tape) = middle.split_tape();
        let address = slice(&middle).as_ptr();
        let logits = net.hidden.forward(net.flatten.forward(middle.clone().put_tape(tape)));
        let logits = net.output.forward(logits);
        let mut gradients = net.loss.forward(logits, &[0, 1]).1.backward();
        let of_middle = gradients.get_or_alloc_mut(&middle).unwrap().as_ptr();
        let kernel = nn::Layer::parameters(&mut net.hidden).swap_remove(0).1;
        let nn::Gradient::Stored(of_kernel) = kernel.gradient(&mut gradients).unwrap() else {
            panic!("a small kernel")
        };
        (address, of_middle, of_kernel.as_ptr(), gradients)
    };
    let first = addresses(Gradients::leaky());
    let (output, of_output, of_kernel) = (first.0, first.1, first.2);
    let second = addresses(first.3);
    assert_eq!((second.0, second.1, second.2), (output, of_output, of_kernel));
}

#[test]
fn the_gradient_of_a_large_matrix_is_its_factors_product() {
    const INPUTS: usize = 301;
    const OUTPUTS: usize = 257;
    let mut layer: Dense<Vector<INPUTS>, Vector<OUTPUTS>, Bias, Linear> =
        build::<Vector<INPUTS>, _>(common::dense(OUTPUTS, true, plan::Activation::Linear), Dense::new);
    let mut none = Gradients::leaky();
    assert!(parameter_gradients(&mut layer, &mut none)[0].iter().all(|value| *value == 0.0));
    for count in [3, 2] {
        let (x, dy) = (numbers(1, count * INPUTS), numbers(2, count * OUTPUTS));
        let mut found = gradients(layer.forward(tensor::<Vector<INPUTS>>(x.clone()).leaky_traced()), &dy);
        let kernel = nn::Layer::parameters(&mut layer).swap_remove(0).1;
        let gradient = kernel.gradient(&mut found).unwrap();
        assert!(matches!(gradient, nn::Gradient::Product(_)));
        let all = gradient.to_vec();
        let expected = (0..INPUTS * OUTPUTS).map(|at| {
            let (row, column) = (at / OUTPUTS, at % OUTPUTS);
            (0..count).map(|image| x[image * INPUTS + row] * dy[image * OUTPUTS + column]).sum()
        });
        common::assert_close("kernel", &all, &expected.collect::<Vec<f32>>(), 1e-6);
        for (index, expected) in all.chunks(gradient.piece()).enumerate() {
            let mut piece = vec![f32::NAN; expected.len()];
            gradient.read(index * gradient.piece(), &mut piece);
            assert_eq!(piece, expected);
        }
        let sums: Vec<f32> = (0..OUTPUTS).map(|column| dy.iter().skip(column).step_by(OUTPUTS).sum()).collect();
        common::assert_close("bias", &parameter_gradients(&mut layer, &mut found)[1], &sums, 1e-6);
    }
}

#[test]
fn a_network_without_weights_is_walked_back_as_often_as_one_likes() {
    let layer: GlobalAveragePool2d<I, Vector<3>> =
        build::<I, _>(plan::Layer::GlobalAveragePool2d, GlobalAveragePool2d::new);
    let loss = MeanLoss::new(Loss::CategoricalCrossentropy);
    let pass = |seed, kept| {
        let logits = layer.forward(images(seed, 2));
        let mut gradients = loss.forward(logits.clone().put_tape(nn::tape(kept)), &[0_u32, 2]).1.backward();
        (gradient(&mut gradients, &logits), gradients)
    };
    let mut kept = Gradients::leaky();
    for seed in [1, 2, 2] {
        let (expected, _) = pass(seed, Gradients::leaky());
        let (found, gradients) = pass(seed, kept);
        assert_eq!(found, expected);
        kept = gradients;
    }
}

#[test]
fn an_output_that_is_held_is_not_written_over() {
    let (_, pool) = conv_and_pool();
    let (mut held, other) = (pool.forward(tensor::<M>(numbers(1, 210))), tensor::<M>(numbers(2, 210)));
    let values = slice(&held).to_vec();
    let next = pool.forward(other);
    assert_eq!(slice(&held), values);
    assert_ne!(slice(&next), values);
    let values = slice(&next).to_vec();
    slice_mut(&mut held).fill(9.0);
    assert_eq!(slice(&next), values);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic = "a tensor fed two layers"]
fn feeding_two_layers_with_one_tensor_is_noticed() {
    let ((conv, pool), (other, its_pool)) = (conv_and_pool(), conv_and_pool());
    let x = tensor::<I>(numbers(1, 216));
    let first = conv_relu_pool(&conv, &pool, x.leaky_trace());
    let second = conv_relu_pool(&other, &its_pool, x.leaky_trace());
    gradients(first + second, &numbers(2, 45));
}

#[test]
#[cfg(debug_assertions)]
#[should_panic = "a pass went through a layer twice"]
fn going_through_a_layer_twice_is_noticed() {
    let layer: Dense<Vector<7>, Vector<7>, Bias, Tanh> =
        build::<Vector<7>, _>(common::dense(7, true, plan::Activation::Tanh), Dense::new);
    let between: Activation<Vector<7>, Tanh> =
        build::<Vector<7>, _>(plan::Layer::Activation { function: plan::Activation::Tanh }, Activation::new);
    let x = tensor::<Vector<7>>(numbers(1, 14));
    gradients(layer.forward(between.forward(layer.forward(x.leaky_trace()))), &numbers(2, 14));
}

type Drop = Dropout<Vector<1000>>;

fn dropout(rate: f32) -> Drop {
    build::<Vector<1000>, _>(plan::Layer::Dropout(plan::layer::Dropout { rate }), Dropout::new)
}

fn training(positions: &[u64]) -> Pass<'_> {
    Pass::Training { seed: 1, epoch: 2, positions }
}

#[test]
fn dropout_zeroes_its_share_scales_the_rest_and_its_gradient_does_the_same() {
    let x = tensor::<Vector<1000>>(vec![2.0; 3000]);
    let y = dropout(0.25).forward(x.leaky_trace(), &training(&[0, 1, 2]));
    let values = slice(&y).to_vec();
    assert!(values.iter().all(|value| *value == 0.0 || *value == 2.0 / 0.75));
    let dropped = values.iter().filter(|value| **value == 0.0).count();
    assert!((690..810).contains(&dropped), "{dropped} of 3000 dropped at a rate of 0.25");
    let found = gradient(&mut gradients(y, &vec![2.0; 3000]), &x);
    assert_eq!(found, values);
}

#[test]
fn a_sample_s_mask_is_its_own_whatever_the_batch() {
    let ones = |count: usize| tensor::<Vector<1000>>(vec![1.0; count * 1000]);
    let layer = dropout(0.5);
    let both = layer.forward(ones(2), &training(&[7, 9]));
    let one = layer.forward(ones(1), &training(&[9]));
    assert_eq!(slice(&both)[1000..], *slice(&one));
    assert_ne!(slice(&both)[..1000], *slice(&one));
    let later = layer.forward(ones(1), &Pass::Training { seed: 1, epoch: 3, positions: &[9] });
    assert_ne!(slice(&later), slice(&one));
    // Changing these changes results: bump plan::ENGINE_VERSION with them.
    let kept: Vec<u32> = slice(&one)[..16].iter().map(|value| *value as u32 / 2).collect();
    assert_eq!(kept, [1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn dropout_costs_nothing_where_it_drops_nothing() {
    let x = tensor::<Vector<1000>>(numbers(1, 2000));
    let address = slice(&x).as_ptr();
    assert_eq!(slice(&dropout(0.0).forward(x.clone(), &training(&[0, 1]))).as_ptr(), address);
    assert_eq!(slice(&dropout(0.5).forward(x.clone(), &Pass::Inference)).as_ptr(), address);
}

#[test]
fn flatten_copies_nothing() {
    let layer: Flatten<I, Vector<216>> = build::<I, _>(plan::Layer::Flatten, Flatten::new);
    let x = tensor::<I>(numbers(1, 432));
    assert_eq!(slice(&layer.forward(x.clone())).as_ptr(), slice(&x).as_ptr());
}

#[test]
fn an_empty_batch_is_a_batch() {
    let (conv, pool) = conv_and_pool();
    assert!(slice(&conv_relu_pool(&conv, &pool, tensor::<I>(Vec::new()))).is_empty());
    assert!(slice(&pool.forward(conv.forward(tensor::<I>(Vec::new())))).is_empty());
}

#[test]
fn weights_start_as_the_plan_says_and_the_bias_at_zero() {
    let plan = common::dense(4, true, plan::Activation::Linear);
    let mut layer: Dense<Vector<6>, Vector<4>, Bias, Linear> = build::<Vector<6>, _>(plan, Dense::new);
    let drawn = plan::Initializer::HeNormal.draw(5, "layer", 0, 24, 6, 4);
    let parameters = nn::Layer::parameters(&mut layer);
    let [(kernel_name, kernel), (bias_name, bias)] = <[_; 2]>::try_from(parameters).ok().unwrap();
    assert_eq!((kernel_name, kernel.shape(), kernel.values()), ("kernel", vec![6, 4], &drawn[..]));
    assert_eq!((bias_name, bias.shape(), bias.values()), ("bias", vec![4], &[0.0; 4][..]));
}

#[test]
fn a_plan_of_other_groups_is_refused() {
    type Two = Conv2d<Image<4, 4, 4>, Image<2, 2, 4>, GroupedKernel<3, 3, 2>, Strides<1, 1>, Valid, Bias, Linear>;
    let grouped = |groups| {
        let plan = conv(4, [3, 3], [1, 1], Padding::Valid, plan::Activation::Linear);
        network::<Image<4, 4, 4>>(plan::Layer::Conv2d(plan::layer::Conv2d { groups, ..plan }))
    };
    assert!(Two::new(&Build::new(&grouped(2), 0), "layer").is_ok());
    for groups in [1, 4] {
        let refused = Two::new(&Build::new(&grouped(groups), 0), "layer").err();
        assert!(matches!(refused, Some(BuildError::Differs { layer: "layer", .. })), "{groups}: {refused:?}");
    }
}

#[test]
fn a_plan_of_another_network_is_refused() {
    let plan = network::<Vector<6>>(common::dense(4, true, plan::Activation::Linear));
    let build = Build::new(&plan, 0);
    let missing = Dense::<Vector<6>, Vector<4>, Bias, Linear>::new(&build, "other").unwrap_err();
    assert_eq!(missing, BuildError::Missing { layer: "other" });
    let refused = [
        Dense::<Vector<6>, Vector<5>, Bias, Linear>::new(&build, "layer").err(),
        Dense::<Vector<6>, Vector<4>, Bias, Relu>::new(&build, "layer").err(),
        Dense::<Vector<6>, Vector<4>, nn::NoBias, Linear>::new(&build, "layer").err(),
        Flatten::<Vector<6>, Vector<4>>::new(&build, "layer").err(),
    ];
    for refused in refused {
        assert!(matches!(refused, Some(BuildError::Differs { layer: "layer", .. })), "{refused:?}");
    }
    let message = Dense::<Vector<6>, Vector<5>, Bias, Linear>::new(&build, "layer").unwrap_err().to_string();
    assert_eq!(message, "layer `layer`: the model was generated for (6) -> (5), the plan says (6) -> (4)");
}
