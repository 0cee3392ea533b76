//! Layers: one file each, and the enum that lists them.

pub mod conv2d;
pub mod dense;
pub mod dropout;
pub mod flatten;
pub mod global_average_pool2d;
pub mod pool2d;

pub use conv2d::Conv2d;
pub use dense::Dense;
pub use dropout::Dropout;
pub use pool2d::Pool2d;

use crate::activation::Activation;
use crate::initializer::Initializer;
use crate::shape::{Shape, ShapeError};
use serde::{Deserialize, Serialize};

/// Names that no layer may have, for a layer is a field of a Rust struct: the words that Rust keeps for itself (the reference's strict and reserved keywords, editions 2015 to 2024).
pub const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A layer in its place: named, with the shapes that flow in and out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerPlan {
    /// Unique in the network; the prefix of its weights' names. `[a-z_][a-z0-9_]*`, no Rust keyword.
    pub name: String,
    /// What it is.
    pub layer: Layer,
    /// Shape of one sample before it.
    pub input: Shape,
    /// Shape of one sample after it.
    pub output: Shape,
    /// Line of the experiment file it was written on, from 1. Takes no part in results.
    #[serde(skip)]
    pub line: Option<usize>,
}

/// What a layer is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Layer {
    /// Convolution over rows and columns.
    Conv2d(Conv2d),
    /// The maximum of each window.
    MaxPool2d(Pool2d),
    /// The mean of each window (of its cells inside the image).
    AveragePool2d(Pool2d),
    /// The mean of each channel.
    GlobalAveragePool2d,
    /// An image as a vector, in the order height, width, channels.
    Flatten,
    /// Every output from every input.
    Dense(Dense),
    /// Random zeros while training.
    Dropout(Dropout),
    /// An elementwise function.
    Activation {
        /// Which.
        function: Activation,
    },
}

/// A trained array of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// `kernel` or `bias`; `<layer>.<name>` in a weights file.
    pub name: &'static str,
    /// Its shape: conv kernels height, width, in, out; dense kernels in, out.
    pub shape: Vec<usize>,
    /// Inputs that reach one output.
    pub fan_in: usize,
    /// Outputs that one input reaches.
    pub fan_out: usize,
}

impl Parameter {
    /// Number of values.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Layer {
    /// Its name in an experiment file.
    pub fn type_name(&self) -> &'static str {
        match self {
            Layer::Conv2d(_) => "conv2d",
            Layer::MaxPool2d(_) => "max_pool2d",
            Layer::AveragePool2d(_) => "average_pool2d",
            Layer::GlobalAveragePool2d => "global_average_pool2d",
            Layer::Flatten => "flatten",
            Layer::Dense(_) => "dense",
            Layer::Dropout(_) => "dropout",
            Layer::Activation { .. } => "activation",
        }
    }

    /// The shape after the layer for a shape before it.
    ///
    /// # Errors
    /// [`ShapeError`] where the layer cannot stand here.
    pub fn output(&self, input: Shape) -> Result<Shape, ShapeError> {
        match self {
            Layer::Conv2d(conv) => conv.output(input),
            Layer::MaxPool2d(pool) | Layer::AveragePool2d(pool) => pool.output(input),
            Layer::GlobalAveragePool2d => global_average_pool2d::output(input),
            Layer::Flatten => Ok(flatten::output(input)),
            Layer::Dense(dense) => dense.output(input),
            Layer::Dropout(_) | Layer::Activation { .. } => Ok(input),
        }
    }

    /// The trained arrays, in the order in which they are saved.
    pub fn parameters(&self, input: Shape) -> Vec<Parameter> {
        match self {
            Layer::Conv2d(conv) => conv.parameters(input),
            Layer::Dense(dense) => dense.parameters(input),
            Layer::MaxPool2d(_)
            | Layer::AveragePool2d(_)
            | Layer::GlobalAveragePool2d
            | Layer::Flatten
            | Layer::Dropout(_)
            | Layer::Activation { .. } => Vec::new(),
        }
    }

    /// How the kernel is initialised, for layers that have one.
    pub fn kernel_initializer(&self) -> Option<Initializer> {
        match self {
            Layer::Conv2d(conv) => Some(conv.kernel_initializer),
            Layer::Dense(dense) => Some(dense.kernel_initializer),
            Layer::MaxPool2d(_)
            | Layer::AveragePool2d(_)
            | Layer::GlobalAveragePool2d
            | Layer::Flatten
            | Layer::Dropout(_)
            | Layer::Activation { .. } => None,
        }
    }

    /// The L2 penalty on the kernel: the loss gains this times the sum of squares. 0 for none.
    pub fn kernel_l2(&self) -> f64 {
        match self {
            Layer::Conv2d(conv) => conv.kernel_l2,
            Layer::Dense(dense) => dense.kernel_l2,
            Layer::MaxPool2d(_)
            | Layer::AveragePool2d(_)
            | Layer::GlobalAveragePool2d
            | Layer::Flatten
            | Layer::Dropout(_)
            | Layer::Activation { .. } => 0.0,
        }
    }
}

impl LayerPlan {
    /// The trained arrays, in the order in which they are saved.
    pub fn parameters(&self) -> Vec<Parameter> {
        self.layer.parameters(self.input)
    }

    /// Number of trained values.
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::size).sum()
    }

    /// Multiply-adds of the forward pass for one sample; pooling and elementwise work is not counted.
    pub fn multiply_adds(&self) -> u64 {
        match &self.layer {
            Layer::Conv2d(conv) => conv.multiply_adds(self.input, self.output),
            Layer::Dense(_) => self.input.size() as u64 * self.output.size() as u64,
            Layer::MaxPool2d(_)
            | Layer::AveragePool2d(_)
            | Layer::GlobalAveragePool2d
            | Layer::Flatten
            | Layer::Dropout(_)
            | Layer::Activation { .. } => 0,
        }
    }
}
