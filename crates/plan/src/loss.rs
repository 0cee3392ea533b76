//! Losses.

use crate::data::LabelMode;
use serde::{Deserialize, Serialize};

/// What training minimises. Both take logits: the loss applies the sigmoid or softmax itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// -(y ln p + (1 - y) ln(1 - p)), p = sigmoid(logit).
    BinaryCrossentropy,
    /// -ln p of the label, p = softmax(logits).
    CategoricalCrossentropy,
}

impl Loss {
    /// Its name in an experiment file.
    pub fn name(self) -> &'static str {
        match self {
            Loss::BinaryCrossentropy => "binary_crossentropy",
            Loss::CategoricalCrossentropy => "categorical_crossentropy",
        }
    }

    /// The label mode that goes with it.
    pub fn label_mode(self) -> LabelMode {
        match self {
            Loss::BinaryCrossentropy => LabelMode::Binary,
            Loss::CategoricalCrossentropy => LabelMode::Categorical,
        }
    }

    /// How many logits the network must give for `classes` classes.
    pub fn logits(self, classes: usize) -> usize {
        match self {
            Loss::BinaryCrossentropy => 1,
            Loss::CategoricalCrossentropy => classes,
        }
    }
}
