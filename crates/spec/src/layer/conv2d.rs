//! `conv2d`.

use super::{Parts, activation, pool2d, weights};
use crate::fields::{At, Fields};
use crate::log::Log;
use crate::value::{count, rows_and_columns};
use plan::layer::Conv2d;
use plan::{Layer, Window};

pub fn read(fields: &mut Fields, parts: &mut Parts, log: &mut Log) -> Option<Layer> {
    let filters = fields.required("filters", "how many channels come out", log, count(1, weights::MOST_CHANNELS));
    let size = fields.required("kernel_size", "`3`, or `[rows, columns]`", log, rows_and_columns(1, pool2d::LARGEST));
    let strides = fields.optional("strides", log, rows_and_columns(1, pool2d::LARGEST)).unwrap_or([1; 2]);
    let padding = pool2d::padding(fields, log);
    let groups = |at: &At, log: &mut Log| {
        parts.groups = Some(at.node.span);
        count(1, weights::MOST_CHANNELS)(at, log)
    };
    let groups = fields.optional("groups", log, groups).unwrap_or(1);
    let activation = activation::of_layer(fields, parts, log);
    let weights = weights::read(fields, log);
    Some(Layer::Conv2d(Conv2d {
        filters: filters?,
        window: Window { size: size?, strides, padding },
        groups,
        use_bias: weights.use_bias,
        activation,
        kernel_initializer: weights.kernel_initializer,
        kernel_l2: weights.kernel_l2,
    }))
}
