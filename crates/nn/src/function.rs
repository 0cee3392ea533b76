//! Elementwise functions as types.

use kernels::activation::Activation as Kernel;

/// A function after a layer, or in an `activation` layer.
pub trait Function: 'static {
    /// Its number, where the plan's function is this one: the slope of [`LeakyRelu`], 0 for all that have none.
    fn number(function: plan::Activation) -> Option<f32>;
    /// The kernel that computes it; none for the identity.
    fn kernel(number: f32) -> Option<Kernel>;
}

/// The identity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Linear;

/// max(x, 0).
#[derive(Clone, Copy, Debug, Default)]
pub struct Relu;

/// x where positive, a slope times x elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeakyRelu;

/// 1 / (1 + exp(-x)).
#[derive(Clone, Copy, Debug, Default)]
pub struct Sigmoid;

/// The hyperbolic tangent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tanh;

impl Function for Linear {
    fn number(function: plan::Activation) -> Option<f32> {
        matches!(function, plan::Activation::Linear).then_some(0.0)
    }

    fn kernel(_: f32) -> Option<Kernel> {
        None
    }
}

impl Function for Relu {
    fn number(function: plan::Activation) -> Option<f32> {
        matches!(function, plan::Activation::Relu).then_some(0.0)
    }

    fn kernel(_: f32) -> Option<Kernel> {
        Some(Kernel::Relu)
    }
}

impl Function for LeakyRelu {
    fn number(function: plan::Activation) -> Option<f32> {
        match function {
            plan::Activation::LeakyRelu { negative_slope } => Some(negative_slope),
            plan::Activation::Linear | plan::Activation::Relu | plan::Activation::Sigmoid | plan::Activation::Tanh => {
                None
            }
        }
    }

    fn kernel(slope: f32) -> Option<Kernel> {
        Some(Kernel::LeakyRelu(slope))
    }
}

impl Function for Sigmoid {
    fn number(function: plan::Activation) -> Option<f32> {
        matches!(function, plan::Activation::Sigmoid).then_some(0.0)
    }

    fn kernel(_: f32) -> Option<Kernel> {
        Some(Kernel::Sigmoid)
    }
}

impl Function for Tanh {
    fn number(function: plan::Activation) -> Option<f32> {
        matches!(function, plan::Activation::Tanh).then_some(0.0)
    }

    fn kernel(_: f32) -> Option<Kernel> {
        Some(Kernel::Tanh)
    }
}
