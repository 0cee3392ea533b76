//! Which neighbouring layers the forward pass takes in one step: `codegen` writes a line for each, and an estimate of
//! memory counts what each keeps.

use crate::activation::Activation;
use crate::layer::{Layer, LayerPlan};
use crate::shape::{Padding, Window};

/// A step of the forward pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step<'a> {
    /// One layer.
    One(&'a LayerPlan),
    /// `conv2d` 3x3 with stride 1, one group and relu, then `max_pool2d` 2x2 with stride 2: `nn::conv_relu_pool`.
    ConvReluPool(&'a LayerPlan, &'a LayerPlan),
}

/// The steps of a stack.
pub fn steps(layers: &[LayerPlan]) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = layers;
    while let Some((layer, tail)) = rest.split_first() {
        rest = tail;
        match tail.split_first() {
            Some((next, tail)) if is_conv_relu(&layer.layer) && is_pool(&next.layer) => {
                steps.push(Step::ConvReluPool(layer, next));
                rest = tail;
            }
            Some(_) | None => steps.push(Step::One(layer)),
        }
    }
    steps
}

fn is_conv_relu(layer: &Layer) -> bool {
    match layer {
        Layer::Conv2d(conv) => {
            let (window, relu) = (conv.window, conv.activation == Activation::Relu);
            window.size == [3, 3] && window.strides == [1, 1] && conv.groups == 1 && relu
        }
        Layer::MaxPool2d(_)
        | Layer::AveragePool2d(_)
        | Layer::GlobalAveragePool2d
        | Layer::Flatten
        | Layer::Dense(_)
        | Layer::Dropout(_)
        | Layer::Activation { .. } => false,
    }
}

fn is_pool(layer: &Layer) -> bool {
    match layer {
        Layer::MaxPool2d(pool) => pool.window == Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid },
        Layer::Conv2d(_)
        | Layer::AveragePool2d(_)
        | Layer::GlobalAveragePool2d
        | Layer::Flatten
        | Layer::Dense(_)
        | Layer::Dropout(_)
        | Layer::Activation { .. } => false,
    }
}
