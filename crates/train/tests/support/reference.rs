//! The reference network, as a plan and as a model: 150x150 images, four blocks of convolution and pooling, two dense
//! layers, one logit.

use super::{conv2d, dense};
use nn::{
    Batch, Bias, Build, BuildError, Conv2d, Cpu, Dense, Flatten, Image, Images, Kernel, Layer, Linear, MaxPool2d,
    Model, NoneTape, Pass, Pool, Probe, Relu, Strides, Tape, Valid, Vector, Vectors, conv_relu_pool,
    conv_relu_pool_first,
};
use plan::{Activation, Network, Padding, Shape};

type Conv<const A: usize, const I: usize, const B: usize, const O: usize> =
    Conv2d<Image<A, A, I>, Image<B, B, O>, Kernel<3, 3>, Strides<1, 1>, Valid, Bias, Relu>;
type MaxPool<const A: usize, const B: usize, const C: usize> =
    MaxPool2d<Image<A, A, C>, Image<B, B, C>, Pool<2, 2>, Strides<2, 2>, Valid>;

/// The plan of [`Reference`].
pub fn reference_network() -> Network {
    let conv = |filters| conv2d(filters, Padding::Valid);
    let layers = [
        ("conv1", conv(32)),
        ("pool1", super::max_pool2d()),
        ("conv2", conv(64)),
        ("pool2", super::max_pool2d()),
        ("conv3", conv(128)),
        ("pool3", super::max_pool2d()),
        ("conv4", conv(128)),
        ("pool4", super::max_pool2d()),
        ("flatten", plan::Layer::Flatten),
        ("dense1", dense(512, Activation::Relu, 0.0)),
        ("output", dense(1, Activation::Linear, 0.0)),
    ];
    let named = layers.map(|(name, layer)| (name.to_owned(), layer, None)).into();
    Network::stack(Shape::Image { height: 150, width: 150, channels: 3 }, named).unwrap()
}

/// The reference network.
pub struct Reference {
    conv1: Conv<150, 3, 148, 32>,
    pool1: MaxPool<148, 74, 32>,
    conv2: Conv<74, 32, 72, 64>,
    pool2: MaxPool<72, 36, 64>,
    conv3: Conv<36, 64, 34, 128>,
    pool3: MaxPool<34, 17, 128>,
    conv4: Conv<17, 128, 15, 128>,
    pool4: MaxPool<15, 7, 128>,
    flatten: Flatten<Image<7, 7, 128>, Vector<6272>>,
    dense1: Dense<Vector<6272>, Vector<512>, Bias, Relu>,
    output: Dense<Vector<512>, Vector<1>, Bias, Linear>,
}

impl Model for Reference {
    type Output = (usize, nn::Const<1>);

    fn new(build: &Build<'_>) -> Result<Self, BuildError> {
        Ok(Reference {
            conv1: Conv2d::new(build, "conv1")?,
            pool1: MaxPool2d::new(build, "pool1")?,
            conv2: Conv2d::new(build, "conv2")?,
            pool2: MaxPool2d::new(build, "pool2")?,
            conv3: Conv2d::new(build, "conv3")?,
            pool3: MaxPool2d::new(build, "pool3")?,
            conv4: Conv2d::new(build, "conv4")?,
            pool4: MaxPool2d::new(build, "pool4")?,
            flatten: Flatten::new(build, "flatten")?,
            dense1: Dense::new(build, "dense1")?,
            output: Dense::new(build, "output")?,
        })
    }

    fn forward<T: Tape<f32, Cpu>>(&self, batch: Batch, tape: T, _: &Pass<'_>) -> Vectors<1, T> {
        let x: Images<150, 150, 3> = batch.into_images::<Image<150, 150, 3>>();
        let x: Images<74, 74, 32, T> = conv_relu_pool_first(&self.conv1, &self.pool1, x, tape);
        let x: Images<36, 36, 64, T> = conv_relu_pool(&self.conv2, &self.pool2, x);
        let x: Images<17, 17, 128, T> = conv_relu_pool(&self.conv3, &self.pool3, x);
        let x: Images<7, 7, 128, T> = conv_relu_pool(&self.conv4, &self.pool4, x);
        let x: Vectors<6272, T> = self.flatten.forward(x);
        let x: Vectors<512, T> = self.dense1.forward(x);
        self.output.forward(x)
    }

    fn layers(&mut self) -> Vec<(&'static str, &mut dyn Layer)> {
        vec![
            ("conv1", &mut self.conv1),
            ("pool1", &mut self.pool1),
            ("conv2", &mut self.conv2),
            ("pool2", &mut self.pool2),
            ("conv3", &mut self.conv3),
            ("pool3", &mut self.pool3),
            ("conv4", &mut self.conv4),
            ("pool4", &mut self.pool4),
            ("flatten", &mut self.flatten),
            ("dense1", &mut self.dense1),
            ("output", &mut self.output),
        ]
    }

    fn observe(&self, batch: Batch, probe: &mut Probe<'_>) {
        nn::observe(probe, "output", &self.forward(batch, NoneTape, &Pass::Inference));
    }
}
