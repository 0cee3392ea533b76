//! `augmentation.mixup` and `augmentation.cutmix`: a table each, which may be empty.

use crate::fields::{At, Fields};
use crate::log::Log;
use crate::value::{POSITIVE, PROBABILITY, number};
use plan::Mix;

/// Reads `augmentation.mixup`; its default alpha is Keras's.
pub fn mixup(at: &At, log: &mut Log) -> Option<Mix> {
    read(at, "augmentation.mixup", 0.2, log)
}

/// Reads `augmentation.cutmix`; its default alpha is the paper's and torchvision's.
pub fn cutmix(at: &At, log: &mut Log) -> Option<Mix> {
    read(at, "augmentation.cutmix", 1.0, log)
}

fn read(at: &At, section: &'static str, alpha: f64, log: &mut Log) -> Option<Mix> {
    let mut fields = Fields::open(at, section, log)?;
    let alpha = fields.optional("alpha", log, number(POSITIVE)).unwrap_or(alpha);
    let p = fields.optional("p", log, number(PROBABILITY)).unwrap_or(1.0);
    fields.close(log);
    Some(Mix { alpha: alpha as f32, p: p as f32 })
}
