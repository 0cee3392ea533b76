//! Layers, activations and losses against Keras's numbers; `tests/keras/` has the scripts that stored them.

mod common;

use common::{Tape, assert_close, build, conv, gradient, gradients, parameter_gradients, pool, tensor};
use dfdx::prelude::{Backward, ConstDim, Shape, Trace};
use nn::loss::{MeanLoss, Target};
use nn::{
    Activation, AveragePool2d, Batched, Bias, Conv2d, Function, GlobalAveragePool2d, GroupedKernel, Image, ImageSample,
    Kernel, KernelSize, Layer, LeakyRelu, Linear, MaxPool2d, PaddingMode, Pair, Pool, Relu, Same, Sample, Sigmoid,
    Strides, Tanh, Valid, Vector, loss, slice,
};
use plan::{Loss, Padding};
use safetensors::SafeTensors;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn stored(file: &str) -> Vec<u8> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/keras/stored")).join(file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.to_string_lossy()))
}

fn json(file: &str) -> Value {
    serde_json::from_slice(&stored(file)).unwrap()
}

/// The numbers of a list, or of a list of lists.
fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}

/// Panics unless each number is within 1e-6 of the expected one.
fn assert_near(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= 1e-6, "{what}[{index}]: {found}, expected {expected}");
    }
}

/// A case of `layers.json` with its arrays.
struct Case<'a> {
    name: &'a str,
    layer: &'a Value,
    arrays: &'a SafeTensors<'a>,
}

impl Case<'_> {
    /// An array of the case, which must have the shape `shape`.
    fn array(&self, what: &str, shape: &[usize]) -> Vec<f32> {
        let array = self.arrays.tensor(&format!("{}/{what}", self.name)).unwrap();
        assert_eq!(array.shape(), shape, "{}: {what}", self.name);
        array.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
    }

    /// A batch of two samples.
    fn samples<S: Sample>(&self, what: &str) -> Vec<f32> {
        self.array(what, S::batched(2).concrete().as_ref())
    }

    fn pair(&self, key: &str) -> [usize; 2] {
        serde_json::from_value(self.layer[key].clone()).unwrap()
    }

    fn padding(&self) -> Padding {
        match self.layer["padding"].as_str() {
            Some("valid") => Padding::Valid,
            Some("same") => Padding::Same,
            other => panic!("{}: no such padding: {other:?}", self.name),
        }
    }

    fn has_type(&self, expected: &str) {
        assert_eq!(self.layer["type"], expected, "{}", self.name);
    }

    /// Gives the layer the case's weights, and compares its output and all gradients.
    fn check<L: Layer, I: Sample, O: Sample>(
        &self,
        mut layer: L,
        forward: impl FnOnce(&L, Batched<I, Tape>) -> Batched<O, Tape>,
    ) {
        for (name, parameter) in layer.parameters() {
            let values = self.array(name, &parameter.shape());
            parameter.values_mut().copy_from_slice(&values);
        }
        let x = tensor::<I>(self.samples::<I>("input"));
        let y = forward(&layer, x.leaky_trace());
        self.close("output", slice(&y), &self.samples::<O>("output"));
        let mut found = gradients(y, &self.samples::<O>("output_gradient"));
        self.close("input gradient", &gradient(&mut found, &x), &self.samples::<I>("input_gradient"));
        let found = parameter_gradients(&mut layer, &mut found);
        for ((name, parameter), found) in layer.parameters().into_iter().zip(&found) {
            let expected = self.array(&format!("{name}_gradient"), &parameter.shape());
            self.close(&format!("{name} gradient"), found, &expected);
        }
    }

    fn close(&self, what: &str, found: &[f32], expected: &[f32]) {
        assert_close(&format!("{}: {what}", self.name), found, expected, 1e-5);
    }
}

fn convolution<I: ImageSample, O: ImageSample, K: KernelSize, S: Pair, P: PaddingMode>(case: &Case<'_>) {
    case.has_type("conv2d");
    let filters = O::Channels::SIZE;
    let mut plan =
        conv(filters, case.pair("kernel_size"), case.pair("strides"), case.padding(), plan::Activation::Linear);
    plan.groups = case.layer["groups"].as_u64().unwrap_or(1) as usize;
    let layer: Conv2d<I, O, K, S, P, Bias, Linear> = build::<I, _>(plan::Layer::Conv2d(plan), Conv2d::new);
    case.check::<_, I, O>(layer, |layer, x| layer.forward(x));
}

fn maximum<I: ImageSample, O: ImageSample, K: Pair, S: Pair, P: PaddingMode>(case: &Case<'_>) {
    case.has_type("max_pool2d");
    let plan = pool(case.pair("pool_size"), case.pair("strides"), case.padding());
    let layer: MaxPool2d<I, O, K, S, P> = build::<I, _>(plan::Layer::MaxPool2d(plan), MaxPool2d::new);
    case.check::<_, I, O>(layer, |layer, x| layer.forward(x));
}

fn average<I: ImageSample, O: ImageSample, K: Pair, S: Pair, P: PaddingMode>(case: &Case<'_>) {
    case.has_type("average_pool2d");
    let plan = pool(case.pair("pool_size"), case.pair("strides"), case.padding());
    let layer: AveragePool2d<I, O, K, S, P> = build::<I, _>(plan::Layer::AveragePool2d(plan), AveragePool2d::new);
    case.check::<_, I, O>(layer, |layer, x| layer.forward(x));
}

fn global_average(case: &Case<'_>) {
    type I = Image<4, 5, 3>;
    case.has_type("global_average_pool2d");
    let layer: GlobalAveragePool2d<I, Vector<3>> =
        build::<I, _>(plan::Layer::GlobalAveragePool2d, GlobalAveragePool2d::new);
    case.check::<_, I, Vector<3>>(layer, |layer, x| layer.forward(x));
}

type Check = fn(&Case<'_>);

/// The cases of `layers.json`. A window's sizes stand in the types and in the file; a layer whose plan is not that of
/// its types is refused.
#[rustfmt::skip]
const LAYERS: [(&str, Check); 18] = [
    ("conv_valid", convolution::<Image<7, 8, 3>, Image<5, 6, 4>, Kernel<3, 3>, Strides<1, 1>, Valid>),
    ("conv_valid_strides", convolution::<Image<8, 7, 3>, Image<3, 3, 4>, Kernel<3, 3>, Strides<2, 2>, Valid>),
    ("conv_same", convolution::<Image<6, 7, 3>, Image<6, 7, 4>, Kernel<3, 3>, Strides<1, 1>, Same>),
    ("conv_same_strides", convolution::<Image<7, 8, 3>, Image<4, 4, 4>, Kernel<3, 3>, Strides<2, 2>, Same>),
    ("conv_same_even_kernel", convolution::<Image<5, 6, 3>, Image<5, 6, 4>, Kernel<2, 4>, Strides<1, 1>, Same>),
    ("conv_same_wide", convolution::<Image<9, 8, 3>, Image<3, 4, 4>, Kernel<5, 3>, Strides<3, 2>, Same>),
    ("conv_pointwise_strides", convolution::<Image<5, 6, 3>, Image<3, 3, 4>, Kernel<1, 1>, Strides<2, 2>, Same>),
    ("max_pool_valid", maximum::<Image<7, 8, 3>, Image<3, 4, 3>, Pool<2, 2>, Strides<2, 2>, Valid>),
    ("max_pool_overlapping", maximum::<Image<7, 8, 3>, Image<3, 3, 3>, Pool<3, 3>, Strides<2, 2>, Valid>),
    ("max_pool_same", maximum::<Image<7, 8, 3>, Image<4, 4, 3>, Pool<3, 3>, Strides<2, 2>, Same>),
    ("average_pool_valid", average::<Image<7, 8, 3>, Image<3, 4, 3>, Pool<2, 2>, Strides<2, 2>, Valid>),
    ("average_pool_same", average::<Image<7, 8, 3>, Image<4, 4, 3>, Pool<3, 3>, Strides<2, 2>, Same>),
    ("average_pool_same_even", average::<Image<7, 5, 3>, Image<4, 3, 3>, Pool<2, 2>, Strides<2, 2>, Same>),
    ("global_average_pool", global_average),
    ("conv_groups", convolution::<Image<6, 7, 4>, Image<6, 7, 6>, GroupedKernel<3, 3, 2>, Strides<1, 1>, Same>),
    ("conv_groups_strides", convolution::<Image<7, 8, 6>, Image<3, 4, 4>, GroupedKernel<3, 2, 3>, Strides<2, 2>, Valid>),
    ("conv_depthwise", convolution::<Image<7, 8, 3>, Image<4, 4, 3>, GroupedKernel<3, 3, 1>, Strides<2, 2>, Same>),
    ("conv_depthwise_doubled", convolution::<Image<5, 6, 3>, Image<5, 6, 6>, GroupedKernel<3, 3, 1>, Strides<1, 1>, Same>),
];

#[test]
fn layers_are_those_of_keras() {
    let (cases, arrays) = (json("layers.json"), stored("layers.safetensors"));
    let (cases, arrays) = (cases.as_object().unwrap(), SafeTensors::deserialize(&arrays).unwrap());
    let checked: BTreeSet<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(checked, cases.keys().map(String::as_str).collect(), "a case for each typed layer, and the reverse");
    for (name, check) in LAYERS {
        check(&Case { name, layer: &cases[name], arrays: &arrays });
    }
}

#[test]
fn activations_are_those_of_keras() {
    fn check<F: Function>(cases: &Value, name: &str, function: plan::Activation) {
        let layer: Activation<Vector<9>, F> =
            build::<Vector<9>, _>(plan::Layer::Activation { function }, Activation::new);
        let x = tensor::<Vector<9>>(to_f32(&flat(&cases["input"])));
        let y = layer.forward(x.leaky_trace());
        let widen = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
        assert_near(name, &widen(slice(&y)), &flat(&cases[name]["output"]));
        let slopes = gradient(&mut gradients(y, &[1.0; 9]), &x);
        assert_near(&format!("slope of {name}"), &widen(&slopes), &flat(&cases[name]["gradient"]));
    }
    let leaky = |negative_slope| plan::Activation::LeakyRelu { negative_slope };
    let cases = &json("formulas.json")["activations"];
    check::<Relu>(cases, "relu", plan::Activation::Relu);
    check::<Sigmoid>(cases, "sigmoid", plan::Activation::Sigmoid);
    check::<Tanh>(cases, "tanh", plan::Activation::Tanh);
    check::<LeakyRelu>(cases, "leaky_relu_0.2", leaky(0.2));
    check::<LeakyRelu>(cases, "leaky_relu_0.3", leaky(0.3));
}

/// The loss of each image, the mean and the mean's gradient.
fn check_loss<const UNITS: usize>(kind: Loss, what: &str, case: &Value, targets: &[impl Copy + Into<Target>]) {
    let logits = tensor::<Vector<UNITS>>(to_f32(&flat(&case["logits"])));
    assert_near(what, &loss::per_image(kind, slice(&logits), UNITS, targets), &flat(&case["each"]));
    let mean = MeanLoss::new(kind).forward(logits.leaky_trace(), targets).1;
    assert_close(what, slice(&mean), &to_f32(&flat(&case["mean"])), 1e-6);
    let found = gradient(&mut mean.backward(), &logits).into_iter().map(f64::from).collect::<Vec<_>>();
    assert_near(&format!("gradient of {what}"), &found, &flat(&case["gradient"]));
}

#[test]
fn losses_are_those_of_keras() {
    let cases = json("formulas.json");
    // Keras can soften labels; there is no such setting here.
    let unsmoothed = cases["losses"].as_array().unwrap().iter().filter(|case| case["label_smoothing"] == 0.0);
    let mut checked = 0;
    for (index, case) in unsmoothed.enumerate() {
        let name = case["loss"].as_str().unwrap();
        let what = format!("{name} {index}");
        let labels: Vec<u32> = serde_json::from_value(case["labels"].clone()).unwrap();
        match name {
            "binary_crossentropy" => check_loss::<1>(Loss::BinaryCrossentropy, &what, case, &labels),
            "categorical_crossentropy" => check_loss::<3>(Loss::CategoricalCrossentropy, &what, case, &labels),
            other => panic!("no such loss: {other}"),
        }
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[test]
fn losses_of_mixed_and_weighted_images_are_those_of_keras() {
    let cases = json("formulas.json");
    let cases = cases["weighted_losses"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for (index, case) in cases.iter().enumerate() {
        let mixed: Vec<(u32, u32, f64)> = serde_json::from_value(case["mixed"].clone()).unwrap();
        let (by_class, weights) = (flat(&case["class_weight"]), flat(&case["weights"]));
        let target = |((label, other, share), weight): (&(u32, u32, f64), &f64)| {
            assert_eq!(by_class[*label as usize], *weight, "the larger share decides the weight");
            Target { label: *label, other: *other, share: *share, weight: *weight }
        };
        let targets: Vec<Target> = mixed.iter().zip(&weights).map(target).collect();
        let what = format!("weighted {index}");
        match case["loss"].as_str().unwrap() {
            "binary_crossentropy" => check_loss::<1>(Loss::BinaryCrossentropy, &what, case, &targets),
            _ => check_loss::<3>(Loss::CategoricalCrossentropy, &what, case, &targets),
        }
    }
}
