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
}
