//! Optimizers, with Keras's formulas and defaults.

use serde::{Deserialize, Serialize};

/// How gradients become steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd {
        /// Step size (default 0.01).
        learning_rate: f64,
        /// Share of the last step that is kept (default 0).
        momentum: f64,
        /// Look ahead along the momentum (default false).
        nesterov: bool,
    },
    /// RMSprop (Hinton 2012).
    Rmsprop {
        /// Step size (default 0.001).
        learning_rate: f64,
        /// Decay of the mean square (default 0.9).
        rho: f64,
        /// Share of the last step that is kept (default 0).
        momentum: f64,
        /// Added to the mean square before the root (default 1e-7).
        epsilon: f64,
    },
    /// Adam (Kingma and Ba 2015).
    Adam {
        /// Step size (default 0.001).
        learning_rate: f64,
        /// Decay of the first moment (default 0.9).
        beta_1: f64,
        /// Decay of the second moment (default 0.999).
        beta_2: f64,
        /// Added to the root of the second moment (default 1e-7).
        epsilon: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    Adamw {
        /// Step size (default 0.001).
        learning_rate: f64,
        /// Decay of the first moment (default 0.9).
        beta_1: f64,
        /// Decay of the second moment (default 0.999).
        beta_2: f64,
        /// Added to the root of the second moment (default 1e-7).
        epsilon: f64,
        /// Share of a weight, times the learning rate, that is taken away each step (default 0.004).
        weight_decay: f64,
    },
}

impl Optimizer {
    /// Its name in an experiment file.
    pub fn name(self) -> &'static str {
        match self {
            Optimizer::Sgd { .. } => "sgd",
            Optimizer::Rmsprop { .. } => "rmsprop",
            Optimizer::Adam { .. } => "adam",
            Optimizer::Adamw { .. } => "adamw",
        }
    }

    /// The step size.
    pub fn learning_rate(self) -> f64 {
        match self {
            Optimizer::Sgd { learning_rate, .. }
            | Optimizer::Rmsprop { learning_rate, .. }
            | Optimizer::Adam { learning_rate, .. }
            | Optimizer::Adamw { learning_rate, .. } => learning_rate,
        }
    }

    /// How many values of state it keeps for each weight.
    pub fn slots(self) -> usize {
        match self {
            Optimizer::Sgd { momentum, .. } => usize::from(momentum != 0.0),
            Optimizer::Rmsprop { momentum, .. } => 1 + usize::from(momentum != 0.0),
            Optimizer::Adam { .. } | Optimizer::Adamw { .. } => 2,
        }
    }
}
