//! The fused block against convolution, ReLU and pooling one after the other, and against f64.

mod common;

use common::{Random, batches, channels, close, conv_shape, everywhere, nans, reference, tiled_conv_shapes};
use kernels::conv2d::{self, Shape};
use kernels::{conv_relu_pool as block, max_pool2d};
use proptest::prelude::*;

fn pool_shape(shape: &Shape) -> max_pool2d::Shape {
    let [out_height, out_width] = block::pooled_size(shape);
    max_pool2d::Shape {
        batch: shape.batch,
        in_height: shape.out_height,
        in_width: shape.out_width,
        channels: shape.out_channels,
        out_height,
        out_width,
        pool: [2, 2],
        strides: [2, 2],
        pad_top: 0,
        pad_left: 0,
    }
}

/// Forward and backward of the block on these numbers, with everything that can be compared compared.
fn check(shape: &Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>, dy: &[f32]) -> Vec<u8> {
    let results = everywhere(|| {
        let mut y = vec![f32::NAN; dy.len()];
        let mut winners = vec![9; dy.len()];
        let mut dx = vec![f32::NAN; x.len()];
        let mut dkernel = vec![f32::NAN; kernel.len()];
        let mut dbias = vec![f32::NAN; shape.out_channels];
        block::forward(shape, x, kernel, bias, &mut y, &mut winners);
        block::backward(shape, x, dy, &winners, kernel, Some(&mut dx), &mut dkernel, Some(&mut dbias));
        vec![y, winners.into_iter().map(f32::from).collect(), dx, dkernel, dbias]
    });
    let (y, winners) = (&results[0], &results[1]);
    // Forward: bit for bit the three layers.
    let mut full = vec![0.0; shape.batch * shape.out_len()];
    conv2d::forward(shape, x, kernel, bias, true, &mut full);
    let pool = pool_shape(shape);
    let mut pooled = vec![0.0; y.len()];
    let mut pixels = vec![0; y.len()];
    max_pool2d::forward(&pool, &full, &mut pooled, &mut pixels);
    assert_eq!(y, &pooled);
    // The convolution itself, which the two share.
    let exact = reference::conv(shape, x, kernel, bias);
    close("conv", &full, &exact.iter().map(|y| y.max(0.0)).collect::<Vec<_>>(), 1e-5);
    // Winners: the first maximum in row order, or dead.
    let mut gradient = vec![0.0; full.len()];
    reference::windows(&pool, |at, covered| {
        let best = covered.iter().fold(0.0, |best: f32, cell| best.max(full[*cell]));
        let first = covered.iter().position(|cell| best > 0.0 && full[*cell] == best);
        assert_eq!(winners[at], first.map_or(f32::from(block::DEAD), |cell| cell as f32));
        if let Some(cell) = first {
            gradient[covered[cell]] = f64::from(dy[at]);
        }
    });
    close("dx", &results[2], &reference::conv_dx(shape, &gradient, kernel), 1e-5);
    close("dkernel", &results[3], &reference::conv_dkernel(shape, x, &gradient), 1e-4);
    close("dbias", &results[4], &reference::column_sums(&gradient, shape.out_channels), 1e-4);
    winners.iter().map(|winner| *winner as u8).collect()
}

fn check_random(shape: &Shape, seed: u64, bias: bool) {
    let mut random = Random(seed);
    let x = random.reals(shape.batch * shape.in_len());
    let kernel = random.reals(shape.kernel_len());
    // Of four filters one is dead everywhere, and one nowhere.
    let shift = |filter: usize| [0.0, -1e3, 0.0, 1e3][filter % 4];
    let shifted = |bias: Vec<f32>| bias.iter().enumerate().map(|(filter, bias)| bias + shift(filter)).collect();
    let bias: Option<Vec<f32>> = bias.then(|| shifted(random.reals(shape.out_channels)));
    let dy = random.reals(shape.batch * block::pooled_len(shape));
    check(shape, &x, &kernel, bias.as_deref(), &dy);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_shape(
        batch in batches(), height in 4usize..16, width in 4usize..16, inputs in channels(), outputs in channels(),
        same: bool, bias: bool, seed: u64,
    ) {
        check_random(&conv_shape(batch, [height, width, inputs], outputs, [3, 3], [1, 1], same), seed, bias);
    }

    #[test]
    fn any_first_layer(
        batch in 1usize..4, height in 4usize..20, width in 4usize..34, inputs in 1usize..6, outputs in channels(),
        same: bool, bias: bool, seed: u64,
    ) {
        check_random(&conv_shape(batch, [height, width, inputs], outputs, [3, 3], [1, 1], same), seed, bias);
    }

    #[test]
    fn any_shape_of_winograds_tiles(shape in tiled_conv_shapes(), bias: bool, seed: u64) {
        check_random(&shape, seed, bias);
    }

    #[test]
    fn ties_go_to_the_first(
        height in 4usize..9, width in 4usize..9, inputs in channels(), outputs in channels(), same: bool, seed: u64,
    ) {
        let shape = conv_shape(2, [height, width, inputs], outputs, [3, 3], [1, 1], same);
        let mut random = Random(seed);
        let x = random.integers(shape.batch * shape.in_len());
        let kernel = random.integers(shape.kernel_len());
        let dy = random.integers(shape.batch * block::pooled_len(&shape));
        check(&shape, &x, &kernel, None, &dy);
    }
}

#[test]
fn layers_of_the_reference_network() {
    check_random(&conv_shape(2, [50, 38, 3], 32, [3, 3], [1, 1], false), 1, true);
    check_random(&conv_shape(2, [36, 36, 32], 64, [3, 3], [1, 1], false), 2, true);
    check_random(&conv_shape(1, [17, 17, 128], 128, [3, 3], [1, 1], false), 3, true);
    check_random(&conv_shape(1, [20, 20, 64], 96, [3, 3], [1, 1], true), 4, true);
}

#[test]
fn dead_units_pass_nothing() {
    for inputs in [3, 32] {
        let shape = conv_shape(2, [10, 10, inputs], 32, [3, 3], [1, 1], false);
        let x = vec![1.0; shape.batch * shape.in_len()];
        let kernel = vec![-1.0; shape.kernel_len()];
        let dy = vec![1.0; shape.batch * block::pooled_len(&shape)];
        let winners = check(&shape, &x, &kernel, None, &dy);
        assert!(winners.iter().all(|winner| *winner == block::DEAD));
    }
}

#[test]
fn equal_cells_give_the_first() {
    let shape = conv_shape(1, [6, 6, 16], 32, [3, 3], [1, 1], false);
    let x = vec![1.0; shape.in_len()];
    let kernel = vec![1.0; shape.kernel_len()];
    let dy = vec![1.0; block::pooled_len(&shape)];
    assert!(check(&shape, &x, &kernel, None, &dy).iter().all(|winner| *winner == 0));
}

#[test]
fn an_image_too_small_to_pool_has_zero_gradients() {
    let shape = conv_shape(2, [3, 7, 3], 8, [3, 3], [1, 1], false);
    assert_eq!(block::pooled_len(&shape), 0);
    let x = vec![1.0; shape.batch * shape.in_len()];
    let kernel = vec![1.0; shape.kernel_len()];
    check(&shape, &x, &kernel, None, &[]);
}

#[test]
fn an_empty_batch_has_zero_gradients() {
    let shape = conv_shape(0, [8, 8, 32], 8, [3, 3], [1, 1], false);
    check(&shape, &[], &vec![1.0; shape.kernel_len()], None, &[]);
}

#[test]
fn nan_is_passed_on() {
    // A first layer, windows of a few channels, and Winograd's tiles.
    for (inputs, outputs) in [(1, 8), (3, 19), (8, 8), (17, 24)] {
        let shape = conv_shape(2, [9, 10, inputs], outputs, [3, 3], [1, 1], true);
        let mut random = Random(5);
        let (mut x, kernel) = (random.reals(shape.batch * shape.in_len()), random.reals(shape.kernel_len()));
        // One value of the second image.
        x[shape.in_len() + (4 * shape.in_width + 4) * inputs] = f32::NAN;
        let count = shape.batch * block::pooled_len(&shape);
        let results = everywhere(|| {
            let (mut y, mut winners) = (vec![1.0; count], vec![9; count]);
            block::forward(&shape, &x, &kernel, None, &mut y, &mut winners);
            // The gradient goes through what is NaN.
            assert!(y.iter().zip(&winners).all(|(y, winner)| !y.is_nan() || *winner < block::DEAD));
            vec![nans(&y)]
        });
        let full = reference::conv(&shape, &x, &kernel, None);
        reference::windows(&pool_shape(&shape), |at, covered| {
            let seen = covered.iter().any(|cell| full[*cell].is_nan());
            assert!(results[0][at] == 1.0 || !seen, "y[{at}] of {inputs} channels");
        });
        assert!(results[0][..count / 2].iter().all(|found| *found == 0.0), "the first image of {inputs} channels");
    }
}

#[test]
fn a_gradient_that_is_nan_reaches_every_gradient() {
    for (inputs, outputs) in [(3, 19), (8, 8), (17, 24)] {
        let shape = conv_shape(2, [9, 10, inputs], outputs, [3, 3], [1, 1], true);
        let mut random = Random(6);
        let (x, kernel) = (random.reals(shape.batch * shape.in_len()), random.reals(shape.kernel_len()));
        let bias = vec![1e3; outputs];
        let count = shape.batch * block::pooled_len(&shape);
        let mut dy = random.reals(count);
        dy[count - 1] = f32::NAN;
        let results = everywhere(|| {
            let (mut y, mut winners) = (vec![1.0; count], vec![9; count]);
            let (mut dx, mut dkernel, mut dbias) = (vec![1.0; x.len()], vec![1.0; kernel.len()], vec![1.0; outputs]);
            block::forward(&shape, &x, &kernel, Some(&bias), &mut y, &mut winners);
            block::backward(&shape, &x, &dy, &winners, &kernel, Some(&mut dx), &mut dkernel, Some(&mut dbias));
            vec![nans(&dx), nans(&dkernel), nans(&dbias)]
        });
        // The last filter's, and the second image's.
        let of_last = |at: usize| at % outputs == outputs - 1;
        assert!(results[1].iter().enumerate().all(|(at, found)| (*found == 1.0) == of_last(at)), "{inputs} channels");
        assert!(results[2].iter().enumerate().all(|(at, found)| (*found == 1.0) == of_last(at)), "{inputs} channels");
        let found = |dx: &[f32]| dx.contains(&1.0);
        let (first, second) = results[0].split_at(shape.in_len());
        assert!(!found(first) && found(second), "{inputs} channels");
    }
}
