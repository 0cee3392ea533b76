//! `conv2d`: convolution over rows and columns (cross-correlation, as everywhere in the field).

use super::Parameter;
use crate::activation::Activation;
use crate::initializer::Initializer;
use crate::shape::{Shape, ShapeError, Window};
use serde::{Deserialize, Serialize};

/// A convolution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conv2d {
    /// Channels of the output.
    pub filters: usize,
    /// Kernel size, strides and padding.
    pub window: Window,
    /// Runs of channels that are convolved on their own, 1 for an ordinary convolution. Left out of what is written where it
    /// is 1: the text, and so the id, of a run without groups is what it was before there were any.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub groups: usize,
    /// Whether a bias per filter is added.
    pub use_bias: bool,
    /// The function applied to the result.
    pub activation: Activation,
    /// How the kernel starts.
    pub kernel_initializer: Initializer,
    /// L2 penalty on the kernel.
    pub kernel_l2: f64,
}

fn one() -> usize {
    1
}

fn is_one(groups: &usize) -> bool {
    *groups == 1
}

impl Conv2d {
    /// Channels of `input` that one filter sees.
    pub fn channels_seen(&self, input: Shape) -> usize {
        match input {
            Shape::Image { channels, .. } => channels / self.groups.max(1),
            Shape::Vector { .. } => 0,
        }
    }

    pub(super) fn output(&self, input: Shape) -> Result<Shape, ShapeError> {
        match input {
            Shape::Image { height, width, channels } => {
                let (groups, filters) = (self.groups, self.filters);
                if groups == 0 || channels % groups != 0 || filters % groups != 0 {
                    return Err(ShapeError::Groups { groups, channels, filters });
                }
                let (height, width) = self.window.output(height, width)?;
                Ok(Shape::Image { height, width, channels: filters })
            }
            Shape::Vector { units } => Err(ShapeError::NeedsImage { units }),
        }
    }

    pub(super) fn parameters(&self, input: Shape) -> Vec<Parameter> {
        let channels = self.channels_seen(input);
        let [rows, columns] = self.window.size;
        let (fan_in, fan_out) = (rows * columns * channels, rows * columns * self.filters);
        let mut parameters =
            vec![Parameter { name: "kernel", shape: vec![rows, columns, channels, self.filters], fan_in, fan_out }];
        if self.use_bias {
            parameters.push(Parameter { name: "bias", shape: vec![self.filters], fan_in, fan_out });
        }
        parameters
    }

    pub(super) fn multiply_adds(&self, input: Shape, output: Shape) -> u64 {
        let fan_in = self.parameters(input)[0].fan_in;
        fan_in as u64 * output.size() as u64
    }
}
