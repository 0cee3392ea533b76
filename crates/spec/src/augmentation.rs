//! `[augmentation]`.

use crate::fields::{At, Fields};
use crate::log::{Finding, Log};
use crate::mix;
use crate::value::{Bounds, PROBABILITY, boolean, choice, items, number, two};
use plan::augment::FlipAxis;
use plan::{Augmentation, FillMode, Operation};

const OPERATIONS: [(&str, Kind); 5] = [
    ("rotation", Kind::Rotation),
    ("shift", Kind::Shift),
    ("shear", Kind::Shear),
    ("zoom", Kind::Zoom),
    ("flip", Kind::Flip),
];

#[derive(Clone, Copy)]
enum Kind {
    Rotation,
    Shift,
    Shear,
    Zoom,
    Flip,
}

/// Reads the table. Off is an empty chain with the default fill mode, whatever else is written, so that variants which
/// differ only in unused numbers are seen to be the same.
pub fn read(at: &At, log: &mut Log) -> Option<Augmentation> {
    let mut fields = Fields::open(at, "augmentation", log)?;
    let enabled = fields.optional("enabled", log, boolean).unwrap_or(true);
    let fill_mode = fill_mode(&mut fields, log);
    let mixup = fields.optional("mixup", log, mix::mixup);
    let cutmix = fields.optional("cutmix", log, mix::cutmix);
    let written = |key: &str| at.node.as_table().is_some_and(|table| table.get(key).is_some());
    let mixes = written("mixup") || written("cutmix");
    let span = fields.span;
    let operations = fields.optional("ops", log, |at, log| {
        Some(items(at, log)?.iter().map(|item| operation(item, log)).collect::<Vec<Option<Operation>>>())
    });
    fields.close(log);
    let Some(operations) = operations else {
        if enabled && mixes && !written("ops") {
            return Some(Augmentation { mixup, cutmix, ..Augmentation::default() });
        }
        if enabled && !written("ops") {
            let message = "augmentation is enabled, but has no `ops`";
            log.add(
                Finding::new(span, message, "`ops` is missing")
                    .help("list operations in `ops`, or switch it off: `enabled = false`"),
            );
        }
        return Some(Augmentation::default());
    };
    let operations = operations.into_iter().collect::<Option<Vec<Operation>>>()?;
    if !enabled {
        return Some(Augmentation::default());
    }
    if operations.is_empty() && !mixes {
        let message = "augmentation is enabled, but `ops` is empty";
        log.add(Finding::new(span, message, "").help("list operations in `ops`, or switch it off: `enabled = false`"));
    }
    Some(Augmentation { operations, fill_mode, mixup, cutmix })
}

fn fill_mode(fields: &mut Fields, log: &mut Log) -> FillMode {
    let words = [
        ("nearest", FillMode::Nearest),
        ("constant", FillMode::Constant { value: 0.0 }),
        ("reflect", FillMode::Reflect),
        ("wrap", FillMode::Wrap),
    ];
    let mode = fields.optional("fill_mode", log, choice(&words)).unwrap_or_default();
    let at = fields.at("fill_value", log);
    let grey = Bounds(|x| (0.0..=255.0).contains(&x), "must be between 0 and 255");
    let value = at.as_ref().and_then(|at| number(grey)(at, log));
    match (mode, at) {
        (FillMode::Constant { .. }, _) => FillMode::Constant { value: value.unwrap_or(0.0) as f32 },
        (FillMode::Nearest | FillMode::Reflect | FillMode::Wrap, Some(at)) => {
            let message = "`augmentation.fill_value` has no use here";
            log.add(Finding::new(at.node.span, message, "only `fill_mode = \"constant\"` takes a value"));
            mode
        }
        (FillMode::Nearest | FillMode::Reflect | FillMode::Wrap, None) => mode,
    }
}

fn operation(at: &At, log: &mut Log) -> Option<Operation> {
    let kind =
        Fields::open(at, "augmentation.ops", log)?.required("type", "which operation", log, choice(&OPERATIONS))?;
    match kind {
        Kind::Rotation => {
            let turn = Bounds(|x| (0.0..=180.0).contains(&x), "must be between 0 and 180");
            let mut fields = open(at, "augmentation.ops.rotation", log)?;
            let degrees = fields.required("degrees", "the largest angle", log, number(turn));
            fields.close(log);
            Some(Operation::Rotation { degrees: degrees? as f32 })
        }
        Kind::Shift => {
            let mut fields = open(at, "augmentation.ops.shift", log)?;
            let width = fields.optional("width_fraction", log, number(PROBABILITY)).unwrap_or(0.0);
            let height = fields.optional("height_fraction", log, number(PROBABILITY)).unwrap_or(0.0);
            fields.close(log);
            Some(Operation::Shift { width_fraction: width as f32, height_fraction: height as f32 })
        }
        Kind::Shear => {
            let lean = Bounds(|x| (0.0..90.0).contains(&x), "must be at least 0 and below 90");
            let mut fields = open(at, "augmentation.ops.shear", log)?;
            let degrees = fields.required("degrees", "the largest angle", log, number(lean));
            fields.close(log);
            Some(Operation::Shear { degrees: degrees? as f32 })
        }
        Kind::Zoom => {
            let mut fields = open(at, "augmentation.ops.zoom", log)?;
            let range = fields.required("range", "`[low, high]`; below 1 magnifies", log, zoom_range);
            fields.close(log);
            Some(Operation::Zoom { range: range? })
        }
        Kind::Flip => {
            let axes = [("horizontal", FlipAxis::Horizontal), ("vertical", FlipAxis::Vertical)];
            let mut fields = open(at, "augmentation.ops.flip", log)?;
            let axis = fields.required("axis", "`\"horizontal\"` or `\"vertical\"`", log, choice(&axes));
            let p = fields.optional("p", log, number(PROBABILITY)).unwrap_or(0.5);
            fields.close(log);
            Some(Operation::Flip { axis: axis?, p: p as f32 })
        }
    }
}

/// The fields of an operation whose `type` has been read.
fn open<'d>(at: &At<'d>, section: &'static str, log: &mut Log) -> Option<Fields<'d>> {
    let mut fields = Fields::open(at, section, log)?;
    fields.at("type", log);
    Some(fields)
}

fn zoom_range(at: &At, log: &mut Log) -> Option<[f32; 2]> {
    let factor = || number(Bounds(|x| x > 0.0 && x <= 10.0, "must be above 0 and at most 10"));
    let [low, high] = two("[low, high]", factor())(at, log)?;
    if low > high {
        let message = format!("`{}` is [{low}, {high}]", at.path);
        log.add(Finding::new(at.node.span, message, "the low end must come first"));
        return None;
    }
    Some([low as f32, high as f32])
}
