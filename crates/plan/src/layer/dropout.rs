//! `dropout`: random zeros while training (Srivastava et al. 2014), scaled so that the mean stays.

use serde::{Deserialize, Serialize};

/// Dropout.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dropout {
    /// The share of values set to zero, in [0, 1). The others are divided by 1 - rate.
    pub rate: f32,
}
