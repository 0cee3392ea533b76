//! Activations against f64, and their gradients.

mod common;

use common::{Random, close, everywhere, nans};
use kernels::activation::{self, Activation, sigmoid};

/// The function and its derivative at x.
fn expected(activation: Activation, x: f64) -> (f64, f64) {
    match activation {
        Activation::Relu => (x.max(0.0), if x > 0.0 { 1.0 } else { 0.0 }),
        Activation::LeakyRelu(slope) => {
            let factor = if x > 0.0 { 1.0 } else { f64::from(slope) };
            (x * factor, factor)
        }
        Activation::Sigmoid => {
            let y = 1.0 / (1.0 + (-x).exp());
            (y, y * (1.0 - y))
        }
        Activation::Tanh => (x.tanh(), 1.0 - x.tanh().powi(2)),
    }
}

#[test]
fn values_and_gradients() {
    let mut random = Random(1);
    // More than one chunk, zeros of both signs included.
    let mut x: Vec<f32> = random.reals(40_000).iter().map(|x| x * 8.0).collect();
    x.extend([0.0, -0.0]);
    let dy = random.reals(x.len());
    for kind in [Activation::Relu, Activation::LeakyRelu(0.2), Activation::Sigmoid, Activation::Tanh] {
        let results = everywhere(|| {
            let (mut y, mut dx) = (vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
            activation::forward(kind, &x, &mut y);
            activation::backward(kind, &y, &dy, &mut dx);
            let (mut y_in_place, mut dx_in_place) = (x.clone(), dy.clone());
            activation::forward_in_place(kind, &mut y_in_place);
            activation::backward_in_place(kind, &y, &mut dx_in_place);
            assert_eq!((&y_in_place, &dx_in_place), (&y, &dx));
            vec![y, dx]
        });
        let expected: Vec<(f64, f64)> = x.iter().map(|x| expected(kind, f64::from(*x))).collect();
        let y: Vec<f64> = expected.iter().map(|e| e.0).collect();
        let dx: Vec<f64> = expected.iter().zip(&dy).map(|(e, dy)| e.1 * f64::from(*dy)).collect();
        close("y", &results[0], &y, 1e-6);
        close("dx", &results[1], &dx, 1e-6);
    }
}

#[test]
fn sigmoid_does_not_overflow() {
    assert_eq!((sigmoid(-200.0), sigmoid(0.0), sigmoid(200.0)), (0.0, 0.5, 1.0));
    assert!(sigmoid(-80.0) > 0.0);
}

#[test]
fn nan_is_passed_on() {
    let mut x = Random(2).reals(40_000);
    let broken = [0, 20_000, 39_999];
    broken.into_iter().for_each(|at| x[at] = f32::NAN);
    for kind in [Activation::Relu, Activation::LeakyRelu(0.2), Activation::Sigmoid, Activation::Tanh] {
        let results = everywhere(|| {
            let mut y = vec![1.0; x.len()];
            activation::forward(kind, &x, &mut y);
            vec![nans(&y)]
        });
        let found: Vec<usize> = (0..x.len()).filter(|at| results[0][*at] == 1.0).collect();
        assert_eq!(found, broken, "{kind:?}");
    }
}
