//! `[augmentation]`.

mod fill;
mod keras;
mod operation;

use crate::fields::{At, Fields};
use crate::log::{Finding, Log};
use crate::mix;
use crate::value::{Bounds, boolean, items, number, two};
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
    let chain = chain?;
    if !enabled {
        return Some(Augmentation::default());
    }
    if chain.operations.is_empty() && !mixes {
        let empty = ops
            .map(|_| ("`ops` is empty", "list operations in `ops`, or switch it off: `enabled = false`"))
            .or(keras.filter(|keras| keras.node.as_table().is_some_and(|table| table.0.is_empty())).map(|_| {
                // With arguments of 0, as a factor may have them, nothing is done, as in Keras.
                let help = "give a range, for instance `rotation_range = 40`, or switch it off: `enabled = false`";
                ("`keras` is empty", help)
            }));
        if let Some((what, help)) = empty {
            log.add(Finding::new(span, format!("augmentation is enabled, but {what}"), "").help(help));
        }
    }
    Some(Augmentation { mixup, cutmix, ..chain })
}

/// A list of operations.
fn operations(at: &At, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Vec<Operation>> {
    let read: Vec<_> = items(at, log)?.iter().map(|item| operation::read(item, image_size, log)).collect();
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
