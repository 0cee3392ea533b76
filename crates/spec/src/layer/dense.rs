//! `dense`.

use super::{Parts, activation, weights};
use crate::fields::{At, Fields};
use crate::log::Log;
use crate::value::count;
use plan::Layer;
use plan::layer::Dense;

/// The last layer may leave `units` out: it gets as many as the loss needs.
pub fn read(fields: &mut Fields, is_last: bool, parts: &mut Parts, log: &mut Log) -> Option<Layer> {
    let mut units = |at: &At, log: &mut Log| {
        let units = count(1, weights::MOST_CHANNELS)(at, log);
        parts.units = Some(at.node.span);
        units
    };
    let units = if is_last {
        match fields.at("units", log) {
            Some(at) => units(&at, log),
            None => Some(0),
        }
    } else {
        fields.required("units", "how many numbers come out (only the last layer may leave it out)", log, units)
    };
    let activation = activation::of_layer(fields, parts, log);
    let weights = weights::read(fields, log);
    Some(Layer::Dense(Dense {
        units: units?,
        use_bias: weights.use_bias,
        activation,
        kernel_initializer: weights.kernel_initializer,
        kernel_l2: weights.kernel_l2,
    }))
}
