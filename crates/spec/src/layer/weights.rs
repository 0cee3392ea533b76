//! What layers with weights have in common: bias, initializer and regularizer.

use crate::fields::{At, Fields, wrong_type};
use crate::log::Log;
use crate::value::{NOT_NEGATIVE, boolean, choice, number};
use plan::Initializer;

/// The largest number of filters or units. Keeps every later product of sizes within 64 bits.
pub const MOST_CHANNELS: u32 = 1_000_000;

const INITIALIZERS: [(&str, Initializer); 3] = [
    ("glorot_uniform", Initializer::GlorotUniform),
    ("he_normal", Initializer::HeNormal),
    ("zeros", Initializer::Zeros),
];

/// Settings of the weights of a layer.
pub struct Weights {
    pub use_bias: bool,
    pub kernel_initializer: Initializer,
    pub kernel_l2: f64,
}

pub fn read(fields: &mut Fields, log: &mut Log) -> Weights {
    Weights {
        use_bias: fields.optional("use_bias", log, boolean).unwrap_or(true),
        kernel_initializer: fields.optional("kernel_initializer", log, choice(&INITIALIZERS)).unwrap_or_default(),
        kernel_l2: fields.optional("kernel_regularizer", log, l2).unwrap_or(0.0),
    }
}

/// `{ l2 = 1e-4 }`. A name alone, as Keras takes it, leaves the strength open.
fn l2(at: &At, log: &mut Log) -> Option<f64> {
    if at.node.as_str().is_some() {
        let help =
            "write `kernel_regularizer = { l2 = 1e-4 }`; Keras's `\"l2\"` is `{ l2 = 0.01 }`, and `l1` is missing here";
        log.add(wrong_type(at, "a table").help(help));
        return None;
    }
    let mut fields = Fields::open(at, "kernel_regularizer", log)?;
    let l2 = fields.required("l2", "how much of the sum of squares joins the loss", log, number(NOT_NEGATIVE));
    fields.close(log);
    l2
}
