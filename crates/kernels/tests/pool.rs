//! Pooling against its definition, at every level and pool size.

mod common;

use common::{Random, axis, batches, channels, close, everywhere, nans, reference};
use kernels::pool::Shape;
use kernels::{average_pool2d, global_average_pool2d, max_pool2d};
use proptest::prelude::*;

fn shapes() -> impl Strategy<Value = Shape> {
    let image = (4usize..12, 4usize..12, channels());
    (batches(), image, [1usize..5, 1usize..5], [1usize..4, 1usize..4], any::<bool>()).prop_map(
        |(batch, (in_height, in_width, channels), pool, strides, same)| {
            let (out_height, pad_top) = axis(in_height, pool[0], strides[0], same);
            let (out_width, pad_left) = axis(in_width, pool[1], strides[1], same);
            Shape { batch, in_height, in_width, channels, out_height, out_width, pool, strides, pad_top, pad_left }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn maximum(shape in shapes(), seed: u64, ties: bool) {
        let mut random = Random(seed);
        let count = shape.batch * shape.in_len();
        let x = if ties { random.integers(count) } else { random.reals(count) };
        let dy = random.reals(shape.batch * shape.out_len());
        let results = everywhere(|| {
            let mut y = vec![f32::NAN; dy.len()];
            let mut winners = vec![u32::MAX; dy.len()];
            let mut dx = vec![f32::NAN; x.len()];
            max_pool2d::forward(&shape, &x, &mut y, &mut winners);
            max_pool2d::backward(&shape, &dy, &winners, &mut dx);
            vec![y, winners.iter().map(|winner| *winner as f32).collect(), dx]
        });
        let mut dx = vec![0.0; x.len()];
        reference::windows(&shape, |at, covered| {
            let best = covered.iter().fold(f32::NEG_INFINITY, |best, cell| best.max(x[*cell]));
            let first = covered.iter().find(|cell| x[**cell] == best).unwrap();
            assert_eq!(results[0][at], best);
            assert_eq!(results[1][at], (first / shape.channels % (shape.in_height * shape.in_width)) as f32);
            dx[*first] += f64::from(dy[at]);
        });
        close("dx", &results[2], &dx, 1e-5);
    }

    #[test]
    fn average(shape in shapes(), seed: u64) {
        let mut random = Random(seed);
        let x = random.reals(shape.batch * shape.in_len());
        let dy = random.reals(shape.batch * shape.out_len());
        let results = everywhere(|| {
            let mut y = vec![f32::NAN; dy.len()];
            let mut dx = vec![f32::NAN; x.len()];
            average_pool2d::forward(&shape, &x, &mut y);
            average_pool2d::backward(&shape, &dy, &mut dx);
            vec![y, dx]
        });
        let (mut y, mut dx) = (vec![0.0; dy.len()], vec![0.0; x.len()]);
        reference::windows(&shape, |at, covered| {
            y[at] = covered.iter().map(|cell| f64::from(x[*cell])).sum::<f64>() / covered.len() as f64;
            for cell in covered {
                dx[*cell] += f64::from(dy[at]) / covered.len() as f64;
            }
        });
        close("y", &results[0], &y, 1e-5);
        close("dx", &results[1], &dx, 1e-5);
    }

    #[test]
    fn global_average(batch in 1usize..4, pixels in 1usize..60, channels in channels(), seed: u64) {
        let shape = global_average_pool2d::Shape { batch, pixels, channels };
        let mut random = Random(seed);
        let x = random.reals(batch * pixels * channels);
        let dy = random.reals(batch * channels);
        let results = everywhere(|| {
            let mut y = vec![f32::NAN; dy.len()];
            let mut dx = vec![f32::NAN; x.len()];
            global_average_pool2d::forward(&shape, &x, &mut y);
            global_average_pool2d::backward(&shape, &dy, &mut dx);
            vec![y, dx]
        });
        let (mut y, mut dx) = (vec![0.0; dy.len()], vec![0.0; x.len()]);
        for (at, x) in x.iter().enumerate() {
            let (image, c) = (at / (pixels * channels), at % channels);
            y[image * channels + c] += f64::from(*x) / pixels as f64;
            dx[at] = f64::from(dy[image * channels + c]) / pixels as f64;
        }
        close("y", &results[0], &y, 1e-5);
        close("dx", &results[1], &dx, 1e-6);
    }
}

#[test]
fn an_empty_batch_is_nothing() {
    let (in_height, in_width, channels, pool, strides) = (4, 4, 3, [2, 2], [2, 2]);
    let (batch, out_height, out_width, pad_top, pad_left) = (0, 2, 2, 0, 0);
    let shape = Shape { batch, in_height, in_width, channels, out_height, out_width, pool, strides, pad_top, pad_left };
    max_pool2d::forward(&shape, &[], &mut [], &mut []);
    max_pool2d::backward(&shape, &[], &[], &mut []);
    average_pool2d::forward(&shape, &[], &mut []);
    average_pool2d::backward(&shape, &[], &mut []);
    let shape = global_average_pool2d::Shape { batch, pixels: 16, channels };
    global_average_pool2d::forward(&shape, &[], &mut []);
    global_average_pool2d::backward(&shape, &[], &mut []);
}

#[test]
fn nan_wins_every_maximum() {
    let (in_height, in_width, channels) = (3, 6, 17);
    let shape = Shape {
        batch: 1,
        in_height,
        in_width,
        channels,
        out_height: 1,
        out_width: 2,
        pool: [3, 3],
        strides: [3, 3],
        pad_top: 0,
        pad_left: 0,
    };
    // The first, the middle and the last cell of the first window, in its last channel.
    for broken in [0, in_width + 1, 2 * in_width + 2] {
        let mut x = Random(6).reals(shape.in_len());
        x[broken * channels + 16] = f32::NAN;
        let results = everywhere(|| {
            let (mut y, mut winners) = (vec![1.0; shape.out_len()], vec![u32::MAX; shape.out_len()]);
            max_pool2d::forward(&shape, &x, &mut y, &mut winners);
            vec![nans(&y), winners.iter().map(|winner| *winner as f32).collect()]
        });
        let found: Vec<usize> = (0..shape.out_len()).filter(|at| results[0][*at] == 1.0).collect();
        assert_eq!(found, [16], "pixel {broken}");
        assert_eq!(results[1][16], broken as f32, "the gradient's way");
    }
}
