//! `[augmentation]`.

mod fill;
mod keras;
mod operation;

use crate::document::Value;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log};
use crate::mix;
use crate::value::{Bounds, boolean, items_up_to, number, two};
use plan::{Augmentation, Operation};

/// Reads the table, for images of `image_size` where that is known. Off is an empty chain with the default fill mode,
/// whatever else is written, so that variants which differ only in unused numbers are seen to be the same.
pub fn read(at: &At, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Augmentation> {
    let mut fields = Fields::open(at, "augmentation", log)?;
    let enabled = fields.optional("enabled", log, boolean).unwrap_or(true);
    let fill_mode = fill::read(&mut fields, "fill_mode", "fill_value", log);
    let mixes = !(fields.lacks("mixup") && fields.lacks("cutmix"));
    let mixup = fields.optional("mixup", log, mix::mixup);
    let cutmix = fields.optional("cutmix", log, mix::cutmix);
    let span = fields.span;
    let ops = fields.at("ops", log);
    let keras = fields.at("keras", log);
    let chain = match (&ops, &keras) {
        (Some(ops), None) => operations(ops, image_size, log).map(|operations| Augmentation {
            operations,
            fill_mode: fill_mode.unwrap_or_default(),
            ..Augmentation::default()
        }),
        (None, Some(keras)) => keras::read(keras, fill_mode, image_size, log),
        (Some(ops), Some(keras)) => {
            let message = "`augmentation` has both `ops` and `keras`";
            log.add(
                Finding::new(keras.node.span, message, "Keras's arguments stand for a whole chain")
                    .also(ops.node.span, "another chain")
                    .help("leave one of them out; docs/experiment-file.md says which operations `keras` stands for"),
            );
            operations(ops, image_size, log);
            keras::read(keras, None, image_size, log);
            None
        }
        (None, None) => {
            if enabled && !mixes {
                let message = "augmentation is enabled, but has no `ops`";
                log.add(
                    Finding::new(span, message, "`ops` is missing")
                        .help("list operations in `ops`, or switch it off: `enabled = false`"),
                );
            }
            Some(Augmentation::default())
        }
    };
    fields.close(log);
    if enabled && !mixes {
        let is_empty = |at: &At| match &at.node.value {
            Value::Array(items) => items.is_empty(),
            // With arguments of 0, as a factor may have them, nothing is done, as in Keras.
            Value::Table(table) => table.0.is_empty(),
            Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime => false,
        };
        let ops_help = "list operations in `ops`, or switch it off: `enabled = false`";
        let keras_help = "give a range, for instance `rotation_range = 40`, or switch it off: `enabled = false`";
        for (at, what, help) in [(&ops, "`ops` is empty", ops_help), (&keras, "`keras` is empty", keras_help)] {
            if at.as_ref().is_some_and(is_empty) {
                log.add(Finding::new(span, format!("augmentation is enabled, but {what}"), "").help(help));
            }
        }
    }
    let chain = chain?;
    if !enabled {
        return Some(Augmentation::default());
    }
    Some(Augmentation { mixup, cutmix, ..chain })
}

/// The most operations of a list.
const MOST_OPERATIONS: usize = 1000;

/// A list of operations.
fn operations(at: &At, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Vec<Operation>> {
    let read: Vec<_> =
        items_up_to(MOST_OPERATIONS, at, log)?.iter().map(|item| operation::read(item, image_size, log)).collect();
    read.into_iter().collect()
}

/// `[low, high]`, each within bounds.
fn range<'d>(bounds: fn() -> Bounds) -> impl Fn(&At<'d>, &mut Log) -> Option<[f32; 2]> {
    move |at, log| {
        let [low, high] = two("[low, high]", number(bounds()))(at, log)?;
        if low > high {
            let message = format!("`{}` is [{low}, {high}]", at.path);
            log.add(Finding::new(at.node.span, message, "the low end must come first"));
            return None;
        }
        Some([low as f32, high as f32])
    }
}
