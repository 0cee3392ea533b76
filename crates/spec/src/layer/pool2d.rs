//! `max_pool2d` and `average_pool2d`.

use crate::fields::Fields;
use crate::log::Log;
use crate::value::{choice, rows_and_columns};
use plan::layer::Pool2d;
use plan::{Padding, Window};

/// The largest side and step of a window.
pub const LARGEST: u32 = 1024;

/// Windows of 2x2 that do not overlap, unless written otherwise (Keras's defaults).
pub fn read(fields: &mut Fields, log: &mut Log) -> Option<Pool2d> {
    let size = fields.optional("pool_size", log, rows_and_columns(1, LARGEST)).unwrap_or([2; 2]);
    let strides = fields.optional("strides", log, rows_and_columns(1, LARGEST)).unwrap_or(size);
    let padding = padding(fields, log);
    Some(Pool2d { window: Window { size, strides, padding } })
}

pub fn padding(fields: &mut Fields, log: &mut Log) -> Padding {
    fields.optional("padding", log, choice(&[("valid", Padding::Valid), ("same", Padding::Same)])).unwrap_or_default()
}
