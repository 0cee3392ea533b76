//! `dense`: every output from every input.

use super::Parameter;
use crate::activation::Activation;
use crate::initializer::Initializer;
use crate::shape::{Shape, ShapeError};
use serde::{Deserialize, Serialize};

/// A fully connected layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dense {
    /// Length of the output.
    pub units: usize,
    /// Whether a bias per unit is added.
    pub use_bias: bool,
    /// The function applied to the result.
    pub activation: Activation,
    /// How the kernel starts.
    pub kernel_initializer: Initializer,
    /// L2 penalty on the kernel.
    pub kernel_l2: f64,
}

impl Dense {
    pub(super) fn output(&self, input: Shape) -> Result<Shape, ShapeError> {
        match input {
            Shape::Vector { .. } => Ok(Shape::Vector { units: self.units }),
            Shape::Image { height, width, channels } => Err(ShapeError::NeedsVector { height, width, channels }),
        }
    }

    pub(super) fn parameters(&self, input: Shape) -> Vec<Parameter> {
        let (fan_in, fan_out) = (input.size(), self.units);
        let mut parameters = vec![Parameter { name: "kernel", shape: vec![fan_in, fan_out], fan_in, fan_out }];
        if self.use_bias {
            parameters.push(Parameter { name: "bias", shape: vec![fan_out], fan_in, fan_out });
        }
        parameters
    }
}
