//! Layers to test, and numbers to test them with.
#![allow(dead_code, reason = "each test uses some of it")]

use dfdx::prelude::{Backward, Cpu, Gradients, OwnedTape, Shape, Tensor, TensorFromVec, Trace};
use nn::{Batched, Build, Layer, Parameter, Sample, slice};
use plan::layer::{Conv2d, Dense, Pool2d};
use plan::stream::{Purpose, Stream};
use plan::{Activation, Initializer, Network, Padding, Window};

pub type Tape = OwnedTape<f32, Cpu>;

/// A network of one layer, `layer`.
pub fn network<I: Sample>(layer: plan::Layer) -> Network {
    Network::stack(I::shape(), vec![("layer".to_owned(), layer, None)]).expect("a layer that fits its input")
}

/// Makes a layer from a plan of its own.
pub fn build<I: Sample, L>(
    layer: plan::Layer,
    new: impl FnOnce(&Build<'_>, &'static str) -> Result<L, nn::BuildError>,
) -> L {
    new(&Build::new(&network::<I>(layer), 5), "layer").expect("the layer of the plan")
}

pub fn conv(filters: usize, size: [usize; 2], strides: [usize; 2], padding: Padding, activation: Activation) -> Conv2d {
    Conv2d {
        filters,
        window: Window { size, strides, padding },
        groups: 1,
        use_bias: true,
        activation,
        kernel_initializer: Initializer::HeNormal,
        kernel_l2: 0.0,
    }
}

pub fn dense(units: usize, use_bias: bool, activation: Activation) -> plan::Layer {
    let kernel_initializer = Initializer::HeNormal;
    plan::Layer::Dense(Dense { units, use_bias, activation, kernel_initializer, kernel_l2: 0.0 })
}

pub fn pool(size: [usize; 2], strides: [usize; 2], padding: Padding) -> Pool2d {
    Pool2d { window: Window { size, strides, padding } }
}

/// Numbers in [-1, 1].
pub fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut stream = Stream::new(seed, Purpose::Generate, &[count as u64]);
    (0..count).map(|_| stream.uniform(-1.0, 1.0)).collect()
}

/// Numbers in [-1, 1] of which no two are closer than 2 / count, and none is closer to 0 than half of that.
pub fn distinct(seed: u64, count: usize) -> Vec<f32> {
    let mut numbers: Vec<f32> = (0..count).map(|i| (2 * i + 1) as f32 / count as f32 - 1.0).collect();
    Stream::new(seed, Purpose::Generate, &[]).shuffle(&mut numbers);
    numbers
}

pub fn tensor<S: Sample>(values: Vec<f32>) -> Batched<S> {
    let shape = S::batched(values.len() / S::SIZE);
    Cpu::default().tensor_from_vec(values, shape)
}

/// Gives every parameter of a layer numbers of its own: a bias of zeros would hide mistakes.
pub fn randomise(layer: &mut dyn Layer, seed: u64) {
    for (index, (_, parameter)) in layer.parameters().into_iter().enumerate() {
        let count = parameter.values().len();
        parameter.values_mut().copy_from_slice(&numbers(seed + index as u64, count));
    }
}

/// The gradients of a weighted sum of `y`.
pub fn gradients<S: Shape>(y: Tensor<S, f32, Cpu, Tape>, weights: &[f32]) -> Gradients<f32, Cpu> {
    use dfdx::prelude::{HasShape, SumTo};
    let weights = Cpu::default().tensor_from_vec(weights.to_vec(), *y.shape());
    (y * weights).sum::<(), _>().backward()
}

/// The gradient of a tensor; zeros where it has none.
pub fn gradient<S: Shape>(gradients: &mut Gradients<f32, Cpu>, tensor: &Tensor<S, f32, Cpu>) -> Vec<f32> {
    gradients.get_or_alloc_mut(tensor).expect("memory").to_vec()
}

/// The gradients of a layer's parameters.
pub fn parameter_gradients(layer: &mut dyn Layer, gradients: &mut Gradients<f32, Cpu>) -> Vec<Vec<f32>> {
    let parameters = layer.parameters().into_iter();
    parameters.map(|(_, parameter)| parameter.gradient(gradients).expect("memory").to_vec()).collect()
}

pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0f32, |max, value| max.max(value.abs()));
    assert!(scale > 0.0, "{what}: nothing is expected");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * scale, "{what}[{index}]: {found}, expected {expected}");
    }
}

/// Compares the gradients of `forward` at `x`, with respect to `x` and to the layer's parameters, with central differences.
pub fn against_differences<L: Layer, I: Sample, O: Sample>(
    layer: &mut L,
    x: Vec<f32>,
    forward: impl Fn(&L, Batched<I, Tape>) -> Batched<O, Tape>,
) {
    const STEP: f32 = 1.0 / 64.0;
    let count = x.len() / I::SIZE;
    let weights = numbers(99, count * O::SIZE);
    let input = tensor::<I>(x.clone());
    let mut found = gradients(forward(layer, input.leaky_trace()), &weights);
    let value = |layer: &L, x: &[f32]| -> f64 {
        let y = forward(layer, tensor::<I>(x.to_vec()).leaky_traced());
        slice(&y).iter().zip(&weights).map(|(y, w)| f64::from(*y) * f64::from(*w)).sum()
    };
    let slope = |above: f64, below: f64| ((above - below) / f64::from(2.0 * STEP)) as f32;

    let mut moved = x.clone();
    let expected: Vec<f32> = (0..x.len())
        .map(|index| {
            moved[index] = x[index] + STEP;
            let above = value(layer, &moved);
            moved[index] = x[index] - STEP;
            let below = value(layer, &moved);
            moved[index] = x[index];
            slope(above, below)
        })
        .collect();
    assert_close("input", &gradient(&mut found, &input), &expected, 1e-3);

    let found = parameter_gradients(layer, &mut found);
    for (which, found) in found.iter().enumerate() {
        let move_to = |layer: &mut L, index: usize, value: f32| {
            let parameter: &mut dyn Parameter = layer.parameters().swap_remove(which).1;
            std::mem::replace(&mut parameter.values_mut()[index], value)
        };
        let expected: Vec<f32> = (0..found.len())
            .map(|index| {
                let at = move_to(layer, index, 0.0);
                move_to(layer, index, at + STEP);
                let above = value(layer, &x);
                move_to(layer, index, at - STEP);
                let below = value(layer, &x);
                move_to(layer, index, at);
                slope(above, below)
            })
            .collect();
        assert_close(&format!("parameter {which}"), found, &expected, 1e-3);
    }
}
