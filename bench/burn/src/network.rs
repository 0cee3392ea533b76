//! The networks of bench/networks in Burn.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig};
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

/// A network as numbers.
pub struct Plan {
    /// Height, width, channels.
    pub input: [usize; 3],
    pub batch: usize,
    /// Two classes have one logit, and RMSprop; more have one each, and Adam.
    pub classes: usize,
    image: Vec<Step>,
    /// Units of the dense layers before the last.
    hidden: Vec<usize>,
}

/// A layer of a plan that works on images.
enum Step {
    /// With ReLU.
    Conv {
        filters: usize,
        kernel: usize,
        stride: usize,
        same: bool,
    },
    MaxPool,
    AvgPool,
    GlobalAvgPool,
}

fn valid(filters: usize, kernel: usize) -> Step {
    Step::Conv { filters, kernel, stride: 1, same: false }
}

fn same(filters: usize, kernel: usize, stride: usize) -> Step {
    Step::Conv { filters, kernel, stride, same: true }
}

/// The network of that name.
pub fn plan(name: &str) -> Plan {
    match name {
        "reference" => reference(150, [32, 64, 128, 128]),
        "image_75" => reference(75, [32, 64, 128, 128]),
        "image_300" => reference(300, [32, 64, 128, 128]),
        "filters_half" => reference(150, [16, 32, 64, 64]),
        "filters_double" => reference(150, [64, 128, 256, 256]),
        "cifar" => Plan {
            input: [32, 32, 3],
            batch: 64,
            classes: 10,
            image: vec![same(32, 3, 1), same(32, 3, 1), Step::MaxPool, same(64, 3, 1), same(64, 3, 1), Step::MaxPool],
            hidden: vec![128],
        },
        "lenet" => Plan {
            input: [28, 28, 1],
            batch: 128,
            classes: 10,
            image: vec![same(6, 5, 1), Step::AvgPool, valid(16, 5), Step::AvgPool],
            hidden: vec![120, 84],
        },
        "gap" => {
            let blocks = [32, 64, 128, 256].into_iter().flat_map(|filters| [same(filters, 3, 1), Step::MaxPool]);
            let image = blocks.chain([Step::GlobalAvgPool]).collect();
            Plan { input: [224, 224, 3], batch: 16, classes: 10, image, hidden: vec![] }
        }
        "strided" => {
            let layers = [32, 64, 128, 256].into_iter().map(|filters| same(filters, 3, 2));
            let image = layers.chain([Step::GlobalAvgPool]).collect();
            Plan { input: [96, 96, 3], batch: 32, classes: 10, image, hidden: vec![] }
        }
        _ => panic!("no network `{name}`"),
    }
}

fn reference(size: usize, filters: [usize; 4]) -> Plan {
    let image = filters.into_iter().flat_map(|filters| [valid(filters, 3), Step::MaxPool]).collect();
    Plan { input: [size, size, 3], batch: 20, classes: 2, image, hidden: vec![512] }
}

/// A network with its weights.
#[derive(Module, Debug)]
pub struct Network {
    image: Vec<Layer>,
    dense: Vec<Linear>,
}

#[derive(Module, Debug)]
enum Layer {
    Conv(Conv2d),
    MaxPool(MaxPool2d),
    AvgPool(AvgPool2d),
    GlobalAvgPool(AdaptiveAvgPool2d),
}

impl Network {
    pub fn new(plan: &Plan, device: &Device) -> Network {
        let [mut size, _, mut channels] = plan.input;
        let mut image = Vec::new();
        for step in &plan.image {
            image.push(match *step {
                Step::Conv { filters, kernel, stride, same } => {
                    // Symmetric padding, as PyTorch's users write it: as many additions as TensorFlow's "same".
                    let pad = if same { kernel / 2 } else { 0 };
                    let conv = Conv2dConfig::new([channels, filters], [kernel, kernel])
                        .with_stride([stride, stride])
                        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad));
                    size = (size + 2 * pad - kernel) / stride + 1;
                    channels = filters;
                    Layer::Conv(conv.init(device))
                }
                Step::MaxPool => {
                    size /= 2;
                    Layer::MaxPool(MaxPool2dConfig::new([2, 2]).init())
                }
                Step::AvgPool => {
                    size /= 2;
                    Layer::AvgPool(AvgPool2dConfig::new([2, 2]).init())
                }
                Step::GlobalAvgPool => {
                    size = 1;
                    Layer::GlobalAvgPool(AdaptiveAvgPool2dConfig::new([1, 1]).init())
                }
            });
        }
        let last = if plan.classes == 2 { 1 } else { plan.classes };
        let mut units = size * size * channels;
        let mut dense = Vec::new();
        for next in plan.hidden.iter().copied().chain([last]) {
            dense.push(LinearConfig::new(units, next).init(device));
            units = next;
        }
        Network { image, dense }
    }

    /// The logits.
    pub fn forward(&self, mut x: Tensor<4>) -> Tensor<2> {
        for layer in &self.image {
            x = match layer {
                Layer::Conv(conv) => relu(conv.forward(x)),
                Layer::MaxPool(pool) => pool.forward(x),
                Layer::AvgPool(pool) => pool.forward(x),
                Layer::GlobalAvgPool(pool) => pool.forward(x),
            };
        }
        let mut x: Tensor<2> = x.flatten(1, 3);
        for (index, dense) in self.dense.iter().enumerate() {
            x = dense.forward(x);
            if index + 1 < self.dense.len() {
                x = relu(x);
            }
        }
        x
    }
}
