//! `activation`. A slope comes with the run.

use super::{Code, Type, function};
use plan::Activation;

pub(super) fn code(activation: Activation, sample: Type) -> Code {
    Code {
        name: "Activation",
        parameters: vec![sample, function(activation)],
        summary: format!("activation {}", activation.name()),
        weighted: false,
        takes_pass: false,
    }
}
