//! What the tests share: random numbers, shapes, comparison with f64, and running at every level and pool size.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod reference;

use kernels::conv2d;
use kernels::cpu::{self, Level};
use proptest::prelude::*;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Numbers from a seed (SplitMix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [-1, 1).
    pub fn reals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0).collect()
    }

    /// -2, -1, 0, 1 or 2: sums of their products are exact, and often equal.
    pub fn integers(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| (self.next() % 5) as f32 - 2.0).collect()
    }
}

/// Runs `kernel` at every level this processor has, in pools of 1, 2 and 3 threads; panics unless all give the same
/// bits, and returns them.
pub fn everywhere(kernel: impl Fn() -> Vec<Vec<f32>> + Sync) -> Vec<Vec<f32>> {
    static POOLS: OnceLock<Vec<rayon::ThreadPool>> = OnceLock::new();
    let build = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let pools = POOLS.get_or_init(|| (1..=3).map(build).collect());
    // The level is the process's: one test at a time, so that each runs at the level it says.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let levels = Level::ALL.into_iter().filter(|level| *level <= cpu::best());
    let mut first: Option<Vec<Vec<f32>>> = None;
    for level in levels {
        for pool in pools {
            cpu::limit(level).unwrap();
            let result = pool.install(&kernel);
            match &first {
                None => first = Some(result),
                Some(first) => {
                    let bits = |vs: &[Vec<f32>]| vs.iter().flatten().map(|v| v.to_bits()).collect::<Vec<_>>();
                    let threads = pool.current_num_threads();
                    assert!(bits(first) == bits(&result), "{} with {threads} threads differs", level.name());
                }
            }
        }
    }
    first.unwrap()
}

/// Panics unless `actual` is within `tolerance` of `expected`, relative to the largest expected value.
pub fn close(what: &str, actual: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1e-6, |max: f64, v| max.max(v.abs()));
    for (i, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert!((f64::from(*a) - e).abs() <= tolerance * scale, "{what}[{i}] is {a}, should be {e} (of {scale})");
    }
}

/// 1 where a value is NaN, 0 elsewhere. Which NaN an operation gives is no result: processors differ there.
pub fn nans(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| if value.is_nan() { 1.0 } else { 0.0 }).collect()
}

/// Output size and padding before, along one axis, as Keras counts them.
pub fn axis(input: usize, window: usize, stride: usize, same: bool) -> (usize, usize) {
    if same {
        let output = input.div_ceil(stride);
        (output, ((output - 1) * stride + window).saturating_sub(input) / 2)
    } else {
        ((input - window) / stride + 1, 0)
    }
}

/// A convolution's sizes from what a layer says.
pub fn conv_shape(
    batch: usize,
    image: [usize; 3],
    filters: usize,
    kernel: [usize; 2],
    strides: [usize; 2],
    same: bool,
) -> conv2d::Shape {
    let (out_height, pad_top) = axis(image[0], kernel[0], strides[0], same);
    let (out_width, pad_left) = axis(image[1], kernel[1], strides[1], same);
    conv2d::Shape {
        batch,
        in_height: image[0],
        in_width: image[1],
        in_channels: image[2],
        out_height,
        out_width,
        out_channels: filters,
        groups: 1,
        kernel,
        strides,
        pad_top,
        pad_left,
    }
}

/// Channel counts that fill blocks, and ones that do not. Up to 5 a row of a 3x3 window is a vector; from 16 on Winograd's
/// tiles are the quicker way; 17, 24 and 40 leave part of a vector over.
pub fn channels() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![1usize, 2, 3, 5, 6, 8, 10, 16, 17, 24, 32, 40, 48])
}

/// Batches of few images, and now and then one of more images than there are chunks of a batch.
pub fn batches() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(1usize), 5 => 2usize..4, 1 => 17usize..20]
}

/// Convolutions of small images in groups, from depthwise ones to ones as wide as a register tile.
pub fn grouped_conv_shapes() -> impl Strategy<Value = conv2d::Shape> {
    let size = (5usize..14, 5usize..14);
    let window = ([1usize..6, 1usize..6], [1usize..4, 1usize..4]);
    let count = prop::sample::select(vec![1usize, 2, 3, 4, 7, 17, 32]);
    // Input channels of a group, and filters for each of them; or both of wide groups.
    let narrow = (prop::sample::select(vec![1usize, 1, 2, 3, 4]), 1usize..4).prop_map(|(c, m)| [c, c * m]);
    let wide = prop::sample::select(vec![[16usize, 16], [8, 20], [20, 8], [17, 1], [1, 17]]);
    let group = prop_oneof![2 => narrow, 1 => wide];
    (1usize..4, size, count, group, window, any::<bool>()).prop_map(|(batch, size, groups, group, window, same)| {
        let image = [size.0, size.1, groups * group[0]];
        let shape = conv_shape(batch, image, groups * group[1], window.0, window.1, same);
        conv2d::Shape { groups, ..shape }
    })
}

/// Convolutions of small images, of all kinds.
pub fn conv_shapes() -> impl Strategy<Value = conv2d::Shape> {
    let image = (7usize..14, 7usize..14, channels());
    let side = || prop::sample::select(vec![1usize, 2, 3, 3, 4, 5, 7]);
    // Square windows more often than not: the others are seldom met.
    let size = prop_oneof![2 => side().prop_map(|side| [side; 2]), 1 => [side(), side()]];
    let strides = prop_oneof![1 => Just([1usize; 2]), 1 => [1usize..4, 1usize..4]];
    (batches(), image, channels(), size, strides, any::<bool>()).prop_map(
        |(batch, image, filters, size, strides, same)| conv_shape(batch, image.into(), filters, size, strides, same),
    )
}

/// Convolutions that Winograd's tiles compute, or just do not: 3x3 with stride 1 of 16 channels or more, with every
/// remainder of the tile's side, and padding as in `same`, as in `valid`, and on one side alone.
pub fn tiled_conv_shapes() -> impl Strategy<Value = conv2d::Shape> {
    let channels = || prop::sample::select(vec![16usize, 17, 24, 40, 48]);
    let output = [4usize..15, 4usize..15];
    // Rows and columns of zeros before and after the image.
    let padding = [[0usize..2, 0usize..2], [0usize..2, 0usize..2]];
    (1usize..4, output, channels(), channels(), padding).prop_map(
        |(batch, [out_height, out_width], in_channels, out_channels, [before, after])| conv2d::Shape {
            batch,
            in_height: out_height + 2 - before[0] - after[0],
            in_width: out_width + 2 - before[1] - after[1],
            in_channels,
            out_height,
            out_width,
            out_channels,
            groups: 1,
            kernel: [3, 3],
            strides: [1, 1],
            pad_top: before[0],
            pad_left: before[1],
        },
    )
}
