//! Convolution against its definition in f64, at every level and pool size.

mod common;

use common::{
    Random, close, conv_shape, conv_shapes, everywhere, grouped_conv_shapes, nans, reference, tiled_conv_shapes,
};
use kernels::conv2d::{self, Shape};
use proptest::prelude::*;

fn check(shape: &Shape, seed: u64, bias: bool, relu: bool) {
    let mut random = Random(seed);
    let x = random.reals(shape.batch * shape.in_len());
    let kernel = random.reals(shape.kernel_len());
    let bias = bias.then(|| random.reals(shape.out_channels));
    let dy = random.reals(shape.batch * shape.out_len());
    let results = everywhere(|| {
        // Outputs are overwritten, whatever they held.
        let mut y = vec![f32::NAN; dy.len()];
        let mut dx = vec![f32::NAN; x.len()];
        let mut dkernel = vec![f32::NAN; kernel.len()];
        let mut dbias = vec![f32::NAN; shape.out_channels];
        conv2d::forward(shape, &x, &kernel, bias.as_deref(), relu, &mut y);
        conv2d::backward_input(shape, &dy, &kernel, &mut dx);
        conv2d::backward_kernel(shape, &x, &dy, &mut dkernel, Some(&mut dbias));
        vec![y, dx, dkernel, dbias]
    });
    let mut y = reference::conv(shape, &x, &kernel, bias.as_deref());
    if relu {
        y.iter_mut().for_each(|y| *y = y.max(0.0));
    }
    let dy: Vec<f64> = dy.iter().map(|dy| f64::from(*dy)).collect();
    // Winograd's tiles round more often than the definition.
    close("y", &results[0], &y, 3e-5);
    close("dx", &results[1], &reference::conv_dx(shape, &dy, &kernel), 3e-5);
    close("dkernel", &results[2], &reference::conv_dkernel(shape, &x, &dy), 1e-4);
    close("dbias", &results[3], &reference::column_sums(&dy, shape.out_channels), 1e-4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_shape_agrees_with_the_definition(shape in conv_shapes(), seed: u64, bias: bool, relu: bool) {
        check(&shape, seed, bias, relu);
    }

    #[test]
    fn any_shape_of_winograds_tiles(shape in tiled_conv_shapes(), seed: u64, bias: bool, relu: bool) {
        check(&shape, seed, bias, relu);
    }

    #[test]
    fn any_grouped_shape_agrees_with_the_definition(shape in grouped_conv_shapes(), seed: u64, bias: bool, relu: bool) {
        check(&shape, seed, bias, relu);
    }
}

#[test]
fn grouped_layers() {
    let of = |groups, shape| Shape { groups, ..shape };
    check(&of(40, conv_shape(2, [23, 30, 40], 40, [3, 3], [1, 1], true)), 6, true, true);
    check(&of(24, conv_shape(2, [16, 19, 24], 48, [5, 5], [2, 2], true)), 7, true, false);
    check(&of(32, conv_shape(1, [14, 14, 128], 128, [3, 3], [2, 2], true)), 8, true, false);
    check(&of(2, conv_shape(2, [11, 9, 64], 96, [3, 3], [1, 1], false)), 9, false, false);
}

#[test]
fn groups_with_a_kernel_larger_than_the_image_or_smaller_than_its_strides() {
    let of = |groups, shape| Shape { groups, ..shape };
    check(&of(3, conv_shape(2, [2, 3, 3], 6, [5, 5], [1, 1], true)), 10, true, false);
    check(&of(8, conv_shape(2, [9, 10, 16], 16, [2, 2], [3, 3], false)), 11, true, false);
    // More padding than a kernel has cells: windows that see nothing of the image.
    let far = Shape {
        in_height: 3,
        in_width: 3,
        pad_top: 4,
        pad_left: 5,
        ..conv_shape(1, [9, 9, 4], 4, [2, 3], [1, 1], false)
    };
    check(&of(4, far), 12, true, false);
}

#[test]
fn wide_layers() {
    check(&conv_shape(2, [17, 17, 64], 128, [3, 3], [1, 1], false), 1, true, false);
    check(&conv_shape(1, [15, 16, 40], 70, [5, 5], [2, 2], true), 2, true, true);
}

#[test]
fn more_tiles_than_go_through_the_stages_together() {
    // Three dozens of tiles in a group forward and to the input, 14 of 128 channels to the kernel.
    check(&conv_shape(1, [26, 25, 16], 33, [3, 3], [1, 1], true), 13, true, true);
    check(&conv_shape(1, [19, 18, 128], 128, [3, 3], [1, 1], false), 14, true, false);
}

#[test]
fn more_images_than_chunks_of_a_batch() {
    check(&conv_shape(19, [6, 6, 17], 24, [3, 3], [1, 1], true), 15, true, true);
    check(&conv_shape(19, [6, 7, 3], 5, [5, 5], [2, 2], true), 16, true, true);
    check(&Shape { groups: 6, ..conv_shape(19, [6, 7, 6], 12, [3, 3], [1, 1], true) }, 17, true, true);
}

#[test]
fn a_kernel_larger_than_the_image_sees_padding_all_around() {
    check(&conv_shape(2, [2, 3, 3], 5, [5, 5], [1, 1], true), 3, true, false);
}

#[test]
fn strides_larger_than_the_kernel_leave_gaps() {
    check(&conv_shape(2, [9, 10, 16], 16, [2, 2], [3, 3], false), 4, true, false);
}

#[test]
fn an_empty_batch_has_zero_gradients() {
    let shape = conv_shape(0, [5, 5, 3], 4, [3, 3], [1, 1], false);
    let mut dkernel = vec![f32::NAN; shape.kernel_len()];
    let mut dbias = vec![f32::NAN; 4];
    conv2d::forward(&shape, &[], &vec![1.0; shape.kernel_len()], None, false, &mut []);
    conv2d::backward_kernel(&shape, &[], &[], &mut dkernel, Some(&mut dbias));
    assert!(dkernel.iter().chain(&dbias).all(|g| *g == 0.0));
    for (groups, channels) in [(4, 4), (2, 64)] {
        let shape = Shape { groups, ..conv_shape(0, [5, 5, channels], channels, [3, 3], [1, 1], false) };
        let mut dkernel = vec![f32::NAN; shape.kernel_len()];
        conv2d::forward(&shape, &[], &dkernel, None, false, &mut []);
        conv2d::backward_input(&shape, &[], &dkernel.clone(), &mut []);
        conv2d::backward_kernel(&shape, &[], &[], &mut dkernel, None);
        assert!(dkernel.iter().all(|g| *g == 0.0));
    }
}

#[test]
fn nan_is_passed_on_by_relu() {
    let shape = conv_shape(2, [9, 8, 3], 19, [3, 3], [1, 1], true);
    let mut random = Random(5);
    let (mut x, kernel) = (random.reals(shape.batch * shape.in_len()), random.reals(shape.kernel_len()));
    let mut bias = random.reals(shape.out_channels);
    // One value of the second image, and the bias of the last filter.
    x[shape.in_len() + 100] = f32::NAN;
    bias[18] = f32::NAN;
    let results = everywhere(|| {
        let mut y = vec![1.0; shape.batch * shape.out_len()];
        conv2d::forward(&shape, &x, &kernel, Some(&bias), true, &mut y);
        vec![nans(&y)]
    });
    let expected: Vec<f32> = reference::conv(&shape, &x, &kernel, Some(&bias)).iter().map(|y| *y as f32).collect();
    assert_eq!(results[0], nans(&expected));
    assert_eq!(results[0].iter().sum::<f32>(), (9 * 18 + 2 * 9 * 8) as f32);
}

#[test]
fn nan_is_passed_on_by_winograds_tiles() {
    let shape = conv_shape(2, [13, 10, 17], 24, [3, 3], [1, 1], true);
    let mut random = Random(5);
    let (mut x, kernel) = (random.reals(shape.batch * shape.in_len()), random.reals(shape.kernel_len()));
    // The last channel of a pixel at a seam of four tiles, in the second image.
    let pixel = 8 * shape.in_width + 4;
    x[shape.in_len() + pixel * shape.in_channels + 16] = f32::NAN;
    let results = everywhere(|| {
        let mut y = vec![1.0; shape.batch * shape.out_len()];
        conv2d::forward(&shape, &x, &kernel, None, true, &mut y);
        let mut dkernel = vec![1.0; kernel.len()];
        conv2d::backward_kernel(&shape, &x, &vec![1.0; y.len()], &mut dkernel, None);
        // The images of the way back are those of dy.
        let mut dx = vec![1.0; x.len()];
        conv2d::backward_input(&shape, &y, &kernel, &mut dx);
        vec![nans(&y), nans(&dkernel), nans(&dx)]
    });
    // Whoever sees it must show it. Others of its tiles may; other images, and channels for the kernel, may not.
    for (at, y) in reference::conv(&shape, &x, &kernel, None).iter().enumerate() {
        assert!(results[0][at] == 1.0 || !y.is_nan(), "y[{at}]");
    }
    assert!(results[0][..shape.out_len()].iter().all(|found| *found == 0.0), "the first image");
    for (at, found) in results[1].iter().enumerate() {
        assert_eq!(*found == 1.0, at / shape.out_channels % shape.in_channels == 16, "dkernel[{at}]");
    }
    for (at, (found, y)) in results[2].iter().zip(&results[0]).enumerate().take(shape.in_len()) {
        assert_eq!((*found, *y), (0.0, 0.0), "dx[{at}] of the first image");
    }
    assert!(results[2].contains(&1.0));
}

#[test]
fn nan_stays_in_its_group() {
    for channels in [3, 60] {
        let shape = Shape { groups: 3, ..conv_shape(1, [9, 8, channels], channels, [3, 3], [1, 1], true) };
        let mut random = Random(6);
        let (mut x, kernel) = (random.reals(shape.in_len()), random.reals(shape.kernel_len()));
        x[10 * channels] = f32::NAN;
        let results = everywhere(|| {
            let mut y = vec![1.0; shape.out_len()];
            conv2d::forward(&shape, &x, &kernel, None, true, &mut y);
            vec![nans(&y)]
        });
        // Whoever sees it must show it; within the group others may, in other groups none.
        for (at, (y, found)) in reference::conv(&shape, &x, &kernel, None).iter().zip(&results[0]).enumerate() {
            let in_group = at % channels < channels / 3;
            assert!(if *found == 1.0 { in_group } else { !y.is_nan() }, "y[{at}] of {channels} channels");
        }
    }
}
