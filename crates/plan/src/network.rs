//! A stack of layers.

use crate::layer::{Layer, LayerPlan};
use crate::shape::{Shape, ShapeError};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A network: an input shape and a stack of layers, whose last gives the logits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Shape of one image.
    pub input: Shape,
    /// The layers, first to last.
    pub layers: Vec<LayerPlan>,
    /// A safetensors file to start from, in place of drawn weights.
    #[serde(default, with = "crate::path")]
    pub weights: Option<PathBuf>,
}

impl Network {
    /// Works out the shapes of a stack.
    ///
    /// # Errors
    /// The index of the first layer that cannot stand where it stands, and why.
    pub fn stack(input: Shape, layers: Vec<(String, Layer, Option<usize>)>) -> Result<Network, (usize, ShapeError)> {
        let mut shape = input;
        let mut plans = Vec::with_capacity(layers.len());
        for (index, (name, layer, line)) in layers.into_iter().enumerate() {
            let output = layer.output(shape).map_err(|error| (index, error))?;
            plans.push(LayerPlan { name, layer, input: shape, output, line });
            shape = output;
        }
        Ok(Network { input, layers: plans, weights: None })
    }

    /// Shape after the last layer.
    pub fn output(&self) -> Shape {
        self.layers.last().map_or(self.input, |layer| layer.output)
    }

    /// Number of trained values.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(LayerPlan::parameter_count).sum()
    }

    /// Multiply-adds of the forward pass for one image.
    pub fn multiply_adds(&self) -> u64 {
        self.layers.iter().map(LayerPlan::multiply_adds).sum()
    }

    /// The layer of that name.
    pub fn layer(&self, name: &str) -> Option<&LayerPlan> {
        self.layers.iter().find(|layer| layer.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Conv2d, Dense, Pool2d};
    use crate::shape::{Padding, Window};
    use crate::{Activation, Initializer};

    fn conv(filters: usize) -> Layer {
        Layer::Conv2d(Conv2d {
            filters,
            window: Window { size: [3, 3], strides: [1, 1], padding: Padding::Valid },
            groups: 1,
            use_bias: true,
            activation: Activation::Relu,
            kernel_initializer: Initializer::GlorotUniform,
            kernel_l2: 0.0,
        })
    }

    fn pool() -> Layer {
        Layer::MaxPool2d(Pool2d { window: Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid } })
    }

    fn dense(units: usize) -> Layer {
        Layer::Dense(Dense {
            units,
            use_bias: true,
            activation: Activation::Linear,
            kernel_initializer: Initializer::GlorotUniform,
            kernel_l2: 0.0,
        })
    }

    #[test]
    fn the_reference_network_has_keras_numbers() {
        let image = Shape::Image { height: 150, width: 150, channels: 3 };
        let mut layers = Vec::new();
        for filters in [32, 64, 128, 128] {
            layers.extend([conv(filters), pool()]);
        }
        layers.extend([Layer::Flatten, dense(512), dense(1)]);
        let named = layers.into_iter().enumerate().map(|(i, layer)| (format!("l{i}"), layer, None)).collect();
        let network = Network::stack(image, named).unwrap();
        assert_eq!(network.parameter_count(), 3_453_121); // Keras's model.summary()
        assert_eq!(network.layers[7].output, Shape::Image { height: 7, width: 7, channels: 128 });
        assert_eq!(network.output(), Shape::Vector { units: 1 });
    }

    #[test]
    fn groups_cut_weights_and_work() {
        let grouped = |filters: usize, groups: usize| match conv(filters) {
            Layer::Conv2d(conv) => Layer::Conv2d(Conv2d { groups, ..conv }),
            other => other,
        };
        let image = Shape::Image { height: 12, width: 12, channels: 6 };
        let one = |layer: Layer| Network::stack(image, vec![("c".into(), layer, None)]);
        for (filters, groups, weights, work) in [
            (8, 1, 9 * 6 * 8 + 8, 9 * 6 * 8 * 100),
            (8, 2, 9 * 3 * 8 + 8, 9 * 3 * 8 * 100),
            (12, 6, 9 * 12 + 12, 9 * 12 * 100),
        ] {
            let network = one(grouped(filters, groups)).unwrap();
            assert_eq!((network.parameter_count(), network.multiply_adds()), (weights, work), "{groups} groups");
            let kernel = network.layers[0].parameters().swap_remove(0);
            assert_eq!(kernel.shape, [3, 3, 6 / groups, filters]);
            assert_eq!((kernel.fan_in, kernel.fan_out), (9 * 6 / groups, 9 * filters));
        }
        let (_, error) = one(grouped(8, 3)).unwrap_err();
        assert_eq!(error.to_string(), "cannot have 3 groups: its input has 6 channels, and it has 8 filters");
        assert!(one(grouped(8, 0)).is_err() && one(grouped(8, 4)).is_err());
    }

    #[test]
    fn one_group_is_left_out_of_the_text() {
        let text = |layer: &Layer| serde_json::to_string(layer).unwrap();
        let Layer::Conv2d(plain) = conv(4) else { unreachable!() };
        let one = Layer::Conv2d(plain.clone());
        assert!(!text(&one).contains("groups"));
        assert_eq!(serde_json::from_str::<Layer>(&text(&one)).unwrap(), one);
        let two = Layer::Conv2d(Conv2d { groups: 2, ..plain });
        assert!(text(&two).contains("\"groups\":2"));
        assert_eq!(serde_json::from_str::<Layer>(&text(&two)).unwrap(), two);
    }

    #[test]
    fn a_stack_that_shrinks_to_nothing_names_its_layer() {
        let image = Shape::Image { height: 3, width: 3, channels: 3 };
        let layers = vec![("c".into(), conv(4), None), ("p".into(), pool(), None)];
        let (index, error) = Network::stack(image, layers).unwrap_err();
        assert_eq!((index, error.to_string().as_str()), (1, "would be 0x0: its input is 1x1"));
    }
}
