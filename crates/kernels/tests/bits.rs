//! The bits of each way to convolve: whoever changes them changes results.

mod common;

use common::{Random, conv_shape, everywhere};
use kernels::conv_relu_pool as block;
use kernels::conv2d::{self, Shape};

/// FNV-1a over the bits of all numbers.
fn digest(numbers: &[Vec<f32>]) -> u64 {
    let bytes = numbers.iter().flatten().flat_map(|number| number.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn layer(shape: &Shape) -> u64 {
    let mut random = Random(7);
    let x = random.reals(shape.batch * shape.in_len());
    let kernel = random.reals(shape.kernel_len());
    let bias = random.reals(shape.out_channels);
    let dy = random.reals(shape.batch * shape.out_len());
    digest(&everywhere(|| {
        let (mut y, mut dx, mut dkernel) = (vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; kernel.len()]);
        conv2d::forward(shape, &x, &kernel, Some(&bias), true, &mut y);
        conv2d::backward_input(shape, &dy, &kernel, &mut dx);
        conv2d::backward_kernel(shape, &x, &dy, &mut dkernel, None);
        vec![y, dx, dkernel]
    }))
}

fn fused(shape: &Shape) -> u64 {
    let mut random = Random(8);
    let x = random.reals(shape.batch * shape.in_len());
    let kernel = random.reals(shape.kernel_len());
    let bias = random.reals(shape.out_channels);
    let dy = random.reals(shape.batch * block::pooled_len(shape));
    digest(&everywhere(|| {
        let (mut y, mut dx, mut dkernel) = (vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; kernel.len()]);
        let mut winners = vec![0; dy.len()];
        block::forward(shape, &x, &kernel, Some(&bias), &mut y, &mut winners);
        block::backward(shape, &x, &dy, &winners, &kernel, Some(&mut dx), &mut dkernel, None);
        vec![y, dx, dkernel]
    }))
}

#[test]
fn convolutions_give_these_bits() {
    // Changing these changes results: bump plan::ENGINE_VERSION with them.
    let found = [
        ("direct", layer(&conv_shape(3, [11, 9, 10], 24, [5, 5], [1, 1], true))),
        ("direct, strided", layer(&conv_shape(3, [13, 12, 16], 40, [3, 3], [2, 2], true))),
        ("direct, few filters", layer(&conv_shape(3, [11, 9, 5], 6, [5, 5], [1, 1], true))),
        ("direct, few filters, strided", layer(&conv_shape(3, [19, 23, 3], 8, [3, 3], [2, 2], true))),
        ("direct, few channels", layer(&conv_shape(3, [14, 14, 6], 16, [5, 5], [1, 1], false))),
        ("by tiles", layer(&conv_shape(3, [14, 13, 24], 40, [3, 3], [1, 1], true))),
        ("fused, narrow", fused(&conv_shape(3, [15, 17, 3], 24, [3, 3], [1, 1], false))),
        ("fused, direct", fused(&conv_shape(3, [11, 12, 10], 24, [3, 3], [1, 1], true))),
        ("fused, by tiles", fused(&conv_shape(3, [14, 13, 32], 40, [3, 3], [1, 1], false))),
    ];
    let pinned = [
        ("direct", 0x01de_c6ff_e4ed_436b),
        ("direct, strided", 0xabb6_686b_e832_ab66),
        ("direct, few filters", 0x440a_5fc0_c4cb_91a5),
        ("direct, few filters, strided", 0x336f_dd0d_2f26_e3cf),
        ("direct, few channels", 0x9172_17b0_049a_8655),
        ("by tiles", 0x2bcf_2d31_b84c_c6e5),
        ("fused, narrow", 0x2136_5d2e_894b_0835),
        ("fused, direct", 0xe207_eebd_4efe_e0dc),
        ("fused, by tiles", 0x442d_8f43_e347_029f),
    ];
    assert_eq!(found, pinned, "{found:#018x?}");
}
