//! How initial weights are drawn.

use crate::stream::{Purpose, Stream, name_id};
use serde::{Deserialize, Serialize};

/// The distribution of a kernel's initial values. Biases start at zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initializer {
    /// Uniform in [-l, l], l = sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010); Keras's default.
    #[default]
    GlorotUniform,
    /// Normal, cut at two standard deviations and scaled back to the variance 2 / fan_in (He et al. 2015), as Keras.
    HeNormal,
    /// All zeros.
    Zeros,
}

/// The standard deviation of a standard normal that is cut at -2 and 2.
const TRUNCATED_DEVIATION: f32 = 0.879_625_7;

impl Initializer {
    /// Its name in an experiment file.
    pub fn name(self) -> &'static str {
        match self {
            Initializer::GlorotUniform => "glorot_uniform",
            Initializer::HeNormal => "he_normal",
            Initializer::Zeros => "zeros",
        }
    }

    /// `count` initial values for parameter `parameter` (its index in the layer) of layer `layer`.
    pub fn draw(self, seed: u64, layer: &str, parameter: u64, count: usize, fan_in: usize, fan_out: usize) -> Vec<f32> {
        let mut stream = Stream::new(seed, Purpose::Initialize, &[name_id(layer), parameter]);
        match self {
            Initializer::Zeros => vec![0.0; count],
            Initializer::GlorotUniform => {
                let limit = libm::sqrt(6.0 / (fan_in + fan_out) as f64) as f32;
                (0..count).map(|_| stream.uniform(-limit, limit)).collect()
            }
            Initializer::HeNormal => {
                let deviation = libm::sqrt(2.0 / fan_in as f64) as f32 / TRUNCATED_DEVIATION;
                let mut truncated = || {
                    loop {
                        let value = stream.normal();
                        if value.abs() <= 2.0 {
                            return value * deviation;
                        }
                    }
                };
                (0..count).map(|_| truncated()).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Conv2d, Dense, Parameter};
    use crate::{Activation, Layer, Padding, Shape, Window};
    use serde_json::Value;

    #[test]
    fn he_normal_has_its_variance_and_stays_in_its_bounds() {
        let values = Initializer::HeNormal.draw(0, "dense", 0, 40_000, 50, 10);
        let bound = 2.0 * (2.0f32 / 50.0).sqrt() / TRUNCATED_DEVIATION;
        assert!(values.iter().all(|v| v.abs() <= bound + 1e-6));
        let variance = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / values.len() as f64;
        assert!((variance - 0.04).abs() < 0.001, "{variance}");
    }

    #[test]
    fn glorot_uniform_fills_its_interval() {
        let values = Initializer::GlorotUniform.draw(0, "dense", 0, 10_000, 50, 10);
        let limit = (6.0f32 / 60.0).sqrt();
        let max = values.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        assert!(max <= limit && max > 0.99 * limit, "{max} {limit}");
    }

    /// The kernel of a layer whose kernel has this shape.
    fn kernel(shape: &[usize]) -> Parameter {
        let (activation, use_bias) = (Activation::Linear, true);
        let (kernel_initializer, kernel_l2) = (Initializer::Zeros, 0.0);
        let (input, layer) = match *shape {
            [rows, columns, channels, filters] => {
                let window = Window { size: [rows, columns], strides: [1, 1], padding: Padding::Same };
                let conv = Conv2d { filters, window, groups: 1, use_bias, activation, kernel_initializer, kernel_l2 };
                (Shape::Image { height: 8, width: 8, channels }, Layer::Conv2d(conv))
            }
            [inputs, units] => {
                let dense = Dense { units, use_bias, activation, kernel_initializer, kernel_l2 };
                (Shape::Vector { units: inputs }, Layer::Dense(dense))
            }
            _ => panic!("no layer has a kernel {shape:?}"),
        };
        layer.parameters(input).swap_remove(0)
    }

    #[test]
    fn distributions_are_those_of_keras() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/keras/stored/formulas.json");
        let numbers: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = numbers["initializers"].as_array().unwrap();
        assert_eq!(cases.len(), 5);
        for case in cases {
            let number = |path| case.pointer(path).and_then(Value::as_f64).unwrap();
            let shape: Vec<usize> = serde_json::from_value(case["shape"].clone()).unwrap();
            let kernel = kernel(&shape);
            assert_eq!(kernel.shape, shape);
            let fans = (number("/fan_in"), number("/fan_out"));
            assert_eq!((kernel.fan_in as f64, kernel.fan_out as f64), fans, "{shape:?}");
            let draw =
                |initializer: Initializer| initializer.draw(3, "layer", 0, 20_000, kernel.fan_in, kernel.fan_out);
            // What the stream gives, scaled by Keras's numbers.
            let mut stream = Stream::new(3, Purpose::Initialize, &[name_id("layer"), 0]);
            let limit = number("/glorot_uniform/limit");
            for value in draw(Initializer::GlorotUniform) {
                let expected = limit * (2.0 * f64::from(stream.unit()) - 1.0);
                assert!((f64::from(value) - expected).abs() <= 1e-6 * limit, "{shape:?}: {value}, expected {expected}");
            }
            let (limit, scale) = (number("/he_normal/limit"), number("/he_normal/stddev_before_truncation"));
            let mut stream = Stream::new(3, Purpose::Initialize, &[name_id("layer"), 0]);
            let values = draw(Initializer::HeNormal);
            let normals = std::iter::repeat_with(|| f64::from(stream.normal())).filter(|normal| normal.abs() <= 2.0);
            for (value, normal) in values.iter().zip(normals) {
                let expected = scale * normal;
                assert!(
                    (f64::from(*value) - expected).abs() <= 1e-6 * limit,
                    "{shape:?}: {value}, expected {expected}"
                );
            }
            let variance = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() / values.len() as f64;
            let ratio = variance.sqrt() / number("/he_normal/stddev");
            assert!((ratio - 1.0).abs() < 0.01, "{shape:?}: {ratio} times Keras's deviation");
        }
    }
}
