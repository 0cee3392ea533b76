//! `dropout`.

use crate::fields::Fields;
use crate::log::Log;
use crate::value::{SHARE, number};
use plan::Layer;
use plan::layer::Dropout;

pub fn read(fields: &mut Fields, log: &mut Log) -> Option<Layer> {
    let rate = fields.required("rate", "the share of values set to zero while training", log, number(SHARE));
    Some(Layer::Dropout(Dropout { rate: rate? as f32 }))
}
