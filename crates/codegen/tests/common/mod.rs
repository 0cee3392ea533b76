//! Networks that the tests share.
#![allow(dead_code, reason = "each test uses some of them")]

use plan::layer::{Conv2d, Dense, Dropout, Pool2d};
use plan::{Activation, Initializer, Layer, Network, Padding, Shape, Window};

pub fn conv(filters: usize, size: [usize; 2], strides: [usize; 2], padding: Padding, activation: Activation) -> Layer {
    Layer::Conv2d(Conv2d {
        filters,
        window: Window { size, strides, padding },
        groups: 1,
        use_bias: true,
        activation,
        kernel_initializer: Initializer::GlorotUniform,
        kernel_l2: 0.0,
    })
}

/// The same convolution in groups.
pub fn grouped(groups: usize, layer: Layer) -> Layer {
    match layer {
        Layer::Conv2d(conv) => Layer::Conv2d(Conv2d { groups, ..conv }),
        other => other,
    }
}

pub fn conv_relu(filters: usize) -> Layer {
    conv(filters, [3, 3], [1, 1], Padding::Valid, Activation::Relu)
}

pub fn pool(size: [usize; 2], strides: [usize; 2], padding: Padding) -> Pool2d {
    Pool2d { window: Window { size, strides, padding } }
}

pub fn max_pool() -> Layer {
    Layer::MaxPool2d(pool([2, 2], [2, 2], Padding::Valid))
}

pub fn dense(units: usize, use_bias: bool, activation: Activation) -> Layer {
    let kernel_initializer = Initializer::GlorotUniform;
    Layer::Dense(Dense { units, use_bias, activation, kernel_initializer, kernel_l2: 0.0 })
}

pub fn dropout(rate: f32) -> Layer {
    Layer::Dropout(Dropout { rate })
}

pub fn network(image: [usize; 3], layers: Vec<(&str, Layer)>) -> Network {
    let [height, width, channels] = image;
    let layers = layers.into_iter().map(|(name, layer)| (name.to_owned(), layer, None)).collect();
    Network::stack(Shape::Image { height, width, channels }, layers).expect("a stack that fits")
}

/// The tutorial's network.
pub fn reference() -> Network {
    let mut layers = Vec::new();
    let names = [("conv1", "pool1"), ("conv2", "pool2"), ("conv3", "pool3"), ("conv4", "pool4")];
    for ((conv, pool), filters) in names.into_iter().zip([32, 64, 128, 128]) {
        layers.extend([(conv, conv_relu(filters)), (pool, max_pool())]);
    }
    layers.extend([
        ("flatten", Layer::Flatten),
        ("dropout", dropout(0.5)),
        ("dense1", dense(512, true, Activation::Relu)),
        ("dense2", dense(1, true, Activation::Linear)),
    ]);
    network([150, 150, 3], layers)
}

/// Every layer type and every option that shows in types, on small images.
pub fn everything() -> Network {
    let leaky = Activation::LeakyRelu { negative_slope: 0.3 };
    let mut no_bias = conv(5, [3, 3], [1, 1], Padding::Valid, Activation::Linear);
    if let Layer::Conv2d(conv) = &mut no_bias {
        conv.use_bias = false;
    }
    network(
        [21, 18, 3],
        vec![
            ("dropout", dropout(0.2)),
            ("stem", conv(4, [5, 3], [2, 1], Padding::Same, Activation::Tanh)),
            ("block", conv(6, [3, 3], [1, 1], Padding::Same, Activation::Relu)),
            ("pool", max_pool()),
            ("plain", no_bias),
            ("activation", Layer::Activation { function: leaky }),
            ("depthwise", grouped(5, conv(10, [3, 2], [1, 1], Padding::Same, Activation::Relu))),
            ("groups", grouped(2, conv(4, [1, 1], [1, 1], Padding::Valid, Activation::Linear))),
            ("overlap", Layer::MaxPool2d(pool([3, 3], [1, 2], Padding::Same))),
            ("mean", Layer::AveragePool2d(pool([2, 1], [2, 1], Padding::Same))),
            ("point", conv(7, [1, 1], [1, 1], Padding::Valid, Activation::Sigmoid)),
            ("channels", Layer::GlobalAveragePool2d),
            ("hidden", dense(8, false, leaky)),
            ("hidden_dropout", dropout(0.5)),
            ("squash", Layer::Activation { function: Activation::Sigmoid }),
            ("logits", dense(3, true, Activation::Linear)),
        ],
    )
}
