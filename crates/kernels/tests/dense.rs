//! The dense layer against its definition in f64, at every level and pool size.

mod common;

use common::{Random, close, everywhere, nans, reference};
use kernels::dense::{self, KernelGradient, Shape};
use proptest::prelude::*;

fn check(shape: &Shape, seed: u64, bias: bool, relu: bool) {
    let mut random = Random(seed);
    let x = random.reals(shape.batch * shape.inputs);
    let kernel = random.reals(shape.inputs * shape.outputs);
    let bias = bias.then(|| random.reals(shape.outputs));
    let dy = random.reals(shape.batch * shape.outputs);
    let results = everywhere(|| {
        let mut y = vec![f32::NAN; dy.len()];
        let mut dx = vec![f32::NAN; x.len()];
        let mut dkernel = vec![f32::NAN; kernel.len()];
        let mut dbias = vec![f32::NAN; shape.outputs];
        dense::forward(shape, &x, &kernel, bias.as_deref(), relu, &mut y);
        dense::backward_input(shape, &dy, &kernel, &mut dx);
        dense::backward_kernel(shape, &x, &dy, &mut dkernel, Some(&mut dbias));
        // Any rows at a time.
        let gradient = KernelGradient::new(shape, &x, &dy);
        for rows in [1, 5, 12, 40, gradient.rows_at_once()] {
            let mut pieces = vec![f32::NAN; kernel.len()];
            for (piece, numbers) in pieces.chunks_mut(rows * shape.outputs).enumerate() {
                gradient.rows(piece * rows, numbers);
            }
            assert_eq!(pieces, dkernel, "{rows} rows at a time");
        }
        vec![y, dx, dkernel, dbias]
    });
    let (mut y, dx, dkernel) = reference::dense(shape, &x, &kernel, bias.as_deref(), &dy);
    if relu {
        y.iter_mut().for_each(|y| *y = y.max(0.0));
    }
    let dy: Vec<f64> = dy.iter().map(|dy| f64::from(*dy)).collect();
    close("y", &results[0], &y, 1e-5);
    close("dx", &results[1], &dx, 1e-5);
    close("dkernel", &results[2], &dkernel, 1e-4);
    close("dbias", &results[3], &reference::column_sums(&dy, shape.outputs), 1e-4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_shape_agrees_with_the_definition(
        batch in 1usize..27, inputs in 1usize..140, outputs in 1usize..75, seed: u64, bias: bool, relu: bool,
    ) {
        check(&Shape { batch, inputs, outputs }, seed, bias, relu);
    }
}

#[test]
fn the_layers_of_the_reference_network() {
    check(&Shape { batch: 20, inputs: 6272, outputs: 512 }, 1, true, true);
    check(&Shape { batch: 20, inputs: 512, outputs: 1 }, 2, true, false);
    check(&Shape { batch: 1, inputs: 1000, outputs: 130 }, 3, true, false);
}

#[test]
fn more_rows_than_chunks_hold_and_rows_longer_than_a_piece() {
    check(&Shape { batch: 3, inputs: 8211, outputs: 3 }, 6, true, true);
    check(&Shape { batch: 2, inputs: 29, outputs: 1403 }, 7, true, false);
    check(&Shape { batch: 40, inputs: 133, outputs: 37 }, 8, true, false);
}

#[test]
fn an_empty_batch_has_zero_gradients() {
    check(&Shape { batch: 0, inputs: 40, outputs: 3 }, 4, true, true);
}

#[test]
fn nan_is_passed_on_by_relu() {
    let shape = Shape { batch: 3, inputs: 300, outputs: 35 };
    let mut random = Random(5);
    let (mut x, kernel) = (random.reals(3 * 300), random.reals(300 * 35));
    let mut bias = random.reals(35);
    // One value of the second row, and the bias of the last unit.
    x[300 + 200] = f32::NAN;
    bias[34] = f32::NAN;
    let results = everywhere(|| {
        let mut y = vec![1.0; 3 * 35];
        dense::forward(&shape, &x, &kernel, Some(&bias), true, &mut y);
        vec![nans(&y)]
    });
    let expected: Vec<f32> = (0..3 * 35).map(|at| if at / 35 == 1 || at % 35 == 34 { 1.0 } else { 0.0 }).collect();
    assert_eq!(results[0], expected);
}
