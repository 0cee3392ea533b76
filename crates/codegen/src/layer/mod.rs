//! Layers as Rust: one file each says a layer's type and how a reader would sum it up.

mod activation;
mod conv2d;
mod dense;
mod dropout;
mod flatten;
mod global_average_pool2d;
mod pool2d;

use plan::{Activation, Layer, LayerPlan, Padding, Shape};

/// A layer as Rust.
pub(crate) struct Code {
    /// Its type in `nn`, without the parameters.
    pub name: &'static str,
    /// The types that it is made with.
    pub parameters: Vec<Type>,
    /// What it is, in the words of the experiment file.
    pub summary: String,
    /// Whether it has weights.
    pub weighted: bool,
    /// Whether it must be told what the pass is for.
    pub takes_pass: bool,
}

/// A type of `nn`: `Kernel<3, 3>`.
pub(crate) struct Type {
    /// Its name: `Kernel`.
    pub name: &'static str,
    /// Its numbers.
    pub numbers: Vec<usize>,
}

impl Type {
    fn new(name: &'static str, numbers: &[usize]) -> Type {
        Type { name, numbers: numbers.to_vec() }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.numbers.is_empty() {
            return f.write_str(self.name);
        }
        let numbers: Vec<String> = self.numbers.iter().map(usize::to_string).collect();
        write!(f, "{}<{}>", self.name, numbers.join(", "))
    }
}

/// A layer as Rust.
pub(crate) fn code(plan: &LayerPlan) -> Code {
    let ends = || vec![sample(plan.input), sample(plan.output)];
    match &plan.layer {
        Layer::Conv2d(conv) => conv2d::code(conv, plan.input, ends()),
        Layer::MaxPool2d(pool) => pool2d::code("MaxPool2d", plan.layer.type_name(), *pool, ends()),
        Layer::AveragePool2d(pool) => pool2d::code("AveragePool2d", plan.layer.type_name(), *pool, ends()),
        Layer::GlobalAveragePool2d => global_average_pool2d::code(ends()),
        Layer::Flatten => flatten::code(ends()),
        Layer::Dense(dense) => dense::code(dense, ends()),
        Layer::Dropout(_) => dropout::code(sample(plan.input)),
        Layer::Activation { function } => activation::code(*function, sample(plan.input)),
    }
}

/// `Image<150, 150, 3>` or `Vector<512>`.
pub(crate) fn sample(shape: Shape) -> Type {
    match shape {
        Shape::Image { height, width, channels } => Type::new("Image", &[height, width, channels]),
        Shape::Vector { units } => Type::new("Vector", &[units]),
    }
}

/// `Images<150, 150, 3>` or `Vectors<512>`, with a tape `T` or without.
pub(crate) fn tensor(shape: Shape, taped: bool) -> String {
    let Type { name, numbers } = sample(shape);
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    format!("{name}s<{}{}>", numbers.join(", "), if taped { ", T" } else { "" })
}

fn padding(padding: Padding) -> Type {
    match padding {
        Padding::Valid => Type::new("Valid", &[]),
        Padding::Same => Type::new("Same", &[]),
    }
}

fn bias(used: bool) -> Type {
    Type::new(if used { "Bias" } else { "NoBias" }, &[])
}

fn function(activation: Activation) -> Type {
    let name = match activation {
        Activation::Linear => "Linear",
        Activation::Relu => "Relu",
        Activation::LeakyRelu { .. } => "LeakyRelu",
        Activation::Sigmoid => "Sigmoid",
        Activation::Tanh => "Tanh",
    };
    Type::new(name, &[])
}

/// What a summary says of bias and activation, where they are not the usual ones.
fn ending(use_bias: bool, activation: Activation) -> String {
    let bias = if use_bias { "" } else { ", no bias" };
    match activation {
        Activation::Linear => bias.to_owned(),
        Activation::Relu | Activation::LeakyRelu { .. } | Activation::Sigmoid | Activation::Tanh => {
            format!("{bias}, {}", activation.name())
        }
    }
}

/// What a summary says of a window: `3x3, strides 2x2, same`; strides only where they are not `usual`.
fn window(window: plan::Window, usual: [usize; 2]) -> String {
    let plan::Window { size: [rows, columns], strides, padding } = window;
    let mut summary = format!("{rows}x{columns}");
    if strides != usual {
        summary += &format!(", strides {}x{}", strides[0], strides[1]);
    }
    match padding {
        Padding::Valid => {}
        Padding::Same => summary += ", same",
    }
    summary
}
