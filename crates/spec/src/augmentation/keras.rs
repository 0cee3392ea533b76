//! `augmentation.keras`: the arguments of Keras's `ImageDataGenerator`, by their names there, as the operations that
//! they ask for.
//!
//! The order is Keras's: rotation, shift, shear and zoom, then the channel shift, the flips and the brightness. Mirror
//! images stand before the channel shift here, which gives the same picture and lets all geometry be one resampling.

use super::operation::{factor, lean, levels, strength, turn};
use super::{fill, range};
use crate::document::Value;
use crate::fields::{At, Fields, wrong_type};
use crate::log::{Finding, Log};
use crate::value::{NOT_NEGATIVE, SHARE, boolean, number};
use plan::augment::FlipAxis;
use plan::{Augmentation, FillMode, Operation};

/// Reads the table. `outside` is the fill mode that is written beside it, which is one too many.
pub fn read(at: &At, outside: Option<FillMode>, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Augmentation> {
    let mut fields = Fields::open(at, "augmentation.keras", log)?;
    let before = log.findings.len();
    let mut operations = Vec::new();
    if let Some(degrees) = fields.optional("rotation_range", log, number(turn())).filter(|&degrees| degrees != 0.0) {
        operations.push(Operation::Rotation { degrees: degrees as f32, p: 1.0 });
    }
    let [height, width] = image_size.map_or([None; 2], |size| size.map(Some));
    let width_fraction = fields.optional("width_shift_range", log, shift(width)).unwrap_or(0.0);
    let height_fraction = fields.optional("height_shift_range", log, shift(height)).unwrap_or(0.0);
    if width_fraction != 0.0 || height_fraction != 0.0 {
        operations.push(Operation::Shift { width_fraction, height_fraction, p: 1.0 });
    }
    if let Some(degrees) = fields.optional("shear_range", log, number(lean())).filter(|&degrees| degrees != 0.0) {
        operations.push(Operation::Shear { degrees: degrees as f32, p: 1.0 });
    }
    if let Some(range) = fields.optional("zoom_range", log, zoom).filter(|&range| range != [1.0, 1.0]) {
        operations.push(Operation::Zoom { range, p: 1.0 });
    }
    for (key, axis) in [("horizontal_flip", FlipAxis::Horizontal), ("vertical_flip", FlipAxis::Vertical)] {
        if fields.optional(key, log, boolean) == Some(true) {
            operations.push(Operation::Flip { axis, p: 0.5 });
        }
    }
    let intensity = fields.optional("channel_shift_range", log, number(levels()));
    if let Some(intensity) = intensity.filter(|&intensity| intensity != 0.0) {
        operations.push(Operation::ChannelShift { intensity: intensity as f32, p: 1.0 });
    }
    if let Some(range) = fields.optional("brightness_range", log, range(strength)) {
        operations.push(Operation::Brightness { range, p: 1.0 });
    }
    let fill_mode = fill::read(&mut fields, "fill_mode", "cval", log);
    if outside.is_some() {
        let message = "`augmentation.fill_mode` stands beside `keras`";
        log.add(
            Finding::new(fields.span, message, "these arguments have a `fill_mode` and a `cval` of their own")
                .help("write `fill_mode` in here, with its value as `cval`"),
        );
    }
    fields.close(log);
    (log.findings.len() == before).then(|| Augmentation {
        operations,
        fill_mode: fill_mode.unwrap_or_default(),
        ..Augmentation::default()
    })
}

/// A shift as a fraction of a side: below 1 it is one, from 1 on it is pixels. An integer from 1 on, and a list, mean
/// whole pixels in Keras; nothing here draws those.
fn shift<'d>(side: Option<usize>) -> impl Fn(&At<'d>, &mut Log) -> Option<f32> {
    move |at, log| {
        let whole = match at.node.value {
            Value::Integer(pixels) => pixels >= 1,
            Value::Array(_) => true,
            Value::Float(_) | Value::String(_) | Value::Boolean(_) | Value::Datetime | Value::Table(_) => false,
        };
        if whole {
            let message = format!("`{}` asks for whole pixels, as Keras reads it", at.path);
            log.add(
                Finding::new(at.node.span, message, "expected a fraction of the side, or pixels with a decimal point")
                    .help("a number below 1 is a fraction; `4.0` is any shift of up to 4 pixels"),
            );
            return None;
        }
        let amount = number(NOT_NEGATIVE)(at, log)?;
        if amount < 1.0 {
            return Some(amount as f32);
        }
        let fraction = amount / side? as f64;
        if fraction > 1.0 {
            let message = format!("`{}` is {amount} pixels", at.path);
            log.add(Finding::new(at.node.span, message, "more than the image has"));
            return None;
        }
        Some(fraction as f32)
    }
}

/// `0.2` for [0.8, 1.2], or the two ends.
fn zoom(at: &At, log: &mut Log) -> Option<[f32; 2]> {
    match at.node.value {
        Value::Array(_) => range(factor)(at, log),
        Value::Integer(_) | Value::Float(_) => {
            let amount = number(SHARE)(at, log)?;
            Some([(1.0 - amount) as f32, (1.0 + amount) as f32])
        }
        Value::String(_) | Value::Boolean(_) | Value::Datetime | Value::Table(_) => {
            log.add(wrong_type(at, "a number, or [low, high]"));
            None
        }
    }
}
