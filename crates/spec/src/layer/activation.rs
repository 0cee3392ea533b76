//! `activation`: of a layer, or as a layer of its own.

use super::Parts;
use crate::document::Value;
use crate::fields::{At, Fields, wrong_type};
use crate::log::{Finding, Log};
use crate::value::{PROBABILITY, choice, number};
use plan::{Activation, Layer};

/// Keras's default.
const NEGATIVE_SLOPE: f32 = 0.3;

const FUNCTIONS: [(&str, Activation); 5] = [
    ("relu", Activation::Relu),
    ("leaky_relu", Activation::LeakyRelu { negative_slope: NEGATIVE_SLOPE }),
    ("sigmoid", Activation::Sigmoid),
    ("tanh", Activation::Tanh),
    ("linear", Activation::Linear),
];

/// `"relu"`, or `{ type = "leaky_relu", negative_slope = 0.1 }`.
pub fn read(at: &At, log: &mut Log) -> Option<Activation> {
    match &at.node.value {
        Value::String(_) => function(at, log),
        Value::Table(_) => {
            let mut fields = Fields::open(at, "activation", log)?;
            let function = fields.required("type", "which function", log, function);
            // The one key beside `type`; looked at as well where the function is not known.
            let slope = match function {
                None | Some(Activation::LeakyRelu { .. }) => {
                    fields.optional("negative_slope", log, number(PROBABILITY))
                }
                Some(Activation::Linear | Activation::Relu | Activation::Sigmoid | Activation::Tanh) => None,
            };
            fields.close(log);
            Some(match (function?, slope) {
                (Activation::LeakyRelu { .. }, Some(slope)) => Activation::LeakyRelu { negative_slope: slope as f32 },
                (function, _) => function,
            })
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime | Value::Array(_) => {
            log.add(wrong_type(at, "a string or a table"));
            None
        }
    }
}

fn function(at: &At, log: &mut Log) -> Option<Activation> {
    if at.node.as_str() == Some("softmax") {
        let message = format!("`{}` cannot be `softmax`", at.path);
        log.add(
            Finding::new(at.node.span, message, "not an elementwise function")
                .help("the loss applies the softmax itself: end with a dense layer without activation")
                .alone(),
        );
        return None;
    }
    choice(&FUNCTIONS)(at, log)
}

/// The `activation` of a layer, which `parts` remembers; linear where none is written, or it is wrong.
pub fn of_layer(fields: &mut Fields, parts: &mut Parts, log: &mut Log) -> Activation {
    let at = fields.at("activation", log);
    let function = at.as_ref().and_then(|at| read(at, log)).unwrap_or_default();
    parts.activation = at.map(|at| (at.node.span, function));
    function
}

/// The layer of `type = "activation"`.
pub fn read_layer(fields: &mut Fields, log: &mut Log) -> Option<Layer> {
    let function = fields.required("activation", "which function, for instance `\"relu\"`", log, read);
    Some(Layer::Activation { function: function? })
}
