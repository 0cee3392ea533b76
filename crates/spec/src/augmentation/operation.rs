//! One operation: a table with its `type`. Defaults are torchvision's.

use super::range;
use crate::data::LARGEST_SIDE;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log};
use crate::typed::{self, Kinds};
use crate::value::{Bounds, PROBABILITY, choice, count, number, two};
use plan::Operation;
use plan::augment::FlipAxis;

/// How an operation is read.
#[derive(Clone, Copy)]
struct Kind {
    /// `p` where none is written: 1, except for what torchvision does sometimes only.
    usual_p: f64,
    keys: Keys,
}

/// Reads the keys of an operation with this `p`, but for `type` and `p`, on images of a size, where that is known.
type Keys = fn(f32, &mut Fields, Option<[usize; 2]>, &mut Log) -> Option<Operation>;

/// An operation by its `type`.
macro_rules! operation {
    ($name:literal, $usual_p:literal, $keys:expr) => {
        ($name, concat!("augmentation.ops.", $name), Kind { usual_p: $usual_p, keys: $keys })
    };
}

const OPERATIONS: [(&str, &str, Kind); 17] = [
    operation!("rotation", 1.0, |p, fields, _, log| {
        let degrees = fields.required("degrees", "the largest angle", log, number(turn()))? as f32;
        Some(Operation::Rotation { degrees, p })
    }),
    operation!("shift", 1.0, |p, fields, _, log| {
        let width_fraction = fields.optional("width_fraction", log, number(PROBABILITY)).unwrap_or(0.0) as f32;
        let height_fraction = fields.optional("height_fraction", log, number(PROBABILITY)).unwrap_or(0.0) as f32;
        Some(Operation::Shift { width_fraction, height_fraction, p })
    }),
    operation!("shear", 1.0, |p, fields, _, log| {
        let degrees = fields.required("degrees", "the largest angle", log, number(lean()))? as f32;
        Some(Operation::Shear { degrees, p })
    }),
    operation!("zoom", 1.0, |p, fields, _, log| {
        let range = fields.required("range", "`[low, high]`; below 1 magnifies", log, range(factor))?;
        Some(Operation::Zoom { range, p })
    }),
    operation!("flip", 0.5, |p, fields, _, log| {
        let axes = [("horizontal", FlipAxis::Horizontal), ("vertical", FlipAxis::Vertical)];
        let axis = fields.required("axis", "`\"horizontal\"` or `\"vertical\"`", log, choice(&axes))?;
        Some(Operation::Flip { axis, p })
    }),
    operation!("random_crop", 1.0, random_crop),
    operation!("resized_crop", 1.0, |p, fields, _, log| {
        let scale = fields.optional("scale", log, range(area)).unwrap_or([0.08, 1.0]);
        let ratio = fields.optional("ratio", log, range(factor)).unwrap_or([3.0 / 4.0, 4.0 / 3.0]);
        Some(Operation::ResizedCrop { scale, ratio, p })
    }),
    operation!("brightness", 1.0, |p, fields, _, log| Some(Operation::Brightness { range: factors(fields, log)?, p })),
    operation!("contrast", 1.0, |p, fields, _, log| Some(Operation::Contrast { range: factors(fields, log)?, p })),
    operation!("saturation", 1.0, |p, fields, _, log| Some(Operation::Saturation { range: factors(fields, log)?, p })),
    operation!("hue", 1.0, |p, fields, _, log| {
        let range = fields.required("range", "`[low, high]`, in turns", log, range(half_turn))?;
        Some(Operation::Hue { range, p })
    }),
    operation!("channel_shift", 1.0, |p, fields, _, log| {
        let intensity = fields.required("intensity", "the most grey levels, up or down", log, number(levels()))? as f32;
        Some(Operation::ChannelShift { intensity, p })
    }),
    operation!("gaussian_noise", 1.0, |p, fields, _, log| {
        let sigma = fields.optional("sigma", log, number(PROBABILITY)).unwrap_or(0.1) as f32;
        Some(Operation::GaussianNoise { sigma, p })
    }),
    operation!("gaussian_blur", 1.0, |p, fields, _, log| {
        let kernel_size = fields.required("kernel_size", "pixels of the window, an odd number", log, odd);
        let sigma = fields.optional("sigma", log, range(blur)).unwrap_or([0.1, 2.0]);
        Some(Operation::GaussianBlur { kernel_size: kernel_size?, sigma, p })
    }),
    operation!("grayscale", 0.1, |p, _, _, _| Some(Operation::Grayscale { p })),
    operation!("cutout", 0.5, |p, fields, _, log| {
        let scale = fields.optional("scale", log, range(area)).unwrap_or([0.02, 0.33]);
        let ratio = fields.optional("ratio", log, range(factor)).unwrap_or([0.3, 3.3]);
        let value = fields.optional("value", log, number(levels())).unwrap_or(0.0) as f32;
        Some(Operation::Cutout { scale, ratio, value, p })
    }),
    operation!("one_of", 1.0, one_of),
];

/// Reads an operation on images of `image_size`, where that is known.
pub fn read(at: &At, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Operation> {
    let kinds = Kinds { section: "augmentation.ops", what: "which operation", all: &OPERATIONS };
    typed::read(at, &kinds, log, |kind, fields, log| {
        let p = fields.optional("p", log, number(PROBABILITY)).unwrap_or(kind.usual_p) as f32;
        (kind.keys)(p, fields, image_size, log)
    })
    .1
}

fn factors(fields: &mut Fields, log: &mut Log) -> Option<[f32; 2]> {
    fields.required("range", "`[low, high]`: a factor, 1 changes nothing", log, range(strength))
}

/// Of an angle of rotation.
pub fn turn() -> Bounds {
    Bounds(|x| (0.0..=180.0).contains(&x), "must be between 0 and 180")
}

/// Of an angle of shear.
pub fn lean() -> Bounds {
    Bounds(|x| (0.0..90.0).contains(&x), "must be at least 0 and below 90")
}

/// Of a zoom, and of a shape.
pub fn factor() -> Bounds {
    Bounds(|x| x > 0.0 && x <= 10.0, "must be above 0 and at most 10")
}

/// Of what may also vanish.
pub fn strength() -> Bounds {
    Bounds(|x| (0.0..=10.0).contains(&x), "must be between 0 and 10")
}

/// Of a number of grey levels.
pub fn levels() -> Bounds {
    Bounds(|x| (0.0..=255.0).contains(&x), "must be between 0 and 255")
}

fn half_turn() -> Bounds {
    Bounds(|x| (-0.5..=0.5).contains(&x), "must be between -0.5 and 0.5, in turns of the colour wheel")
}

fn area() -> Bounds {
    Bounds(|x| x > 0.0 && x <= 1.0, "must be above 0 and at most 1")
}

fn blur() -> Bounds {
    Bounds(|x| x > 0.0 && x <= 100.0, "must be above 0 and at most 100")
}

fn random_crop(p: f32, fields: &mut Fields, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Operation> {
    // `None` where it is wrong, and what it would mean is not known.
    let padding =
        if fields.lacks("padding") { Some(0) } else { fields.optional("padding", log, count(0, LARGEST_SIDE)) };
    let size = fields.optional("size", log, |at, log| {
        let size = two("[height, width]", count(1, LARGEST_SIDE))(at, log)?;
        let most = image_size.zip(padding).map(|(image, padding)| image.map(|side| side + 2 * padding));
        if let Some(most) = most.filter(|most| size[0] > most[0] || size[1] > most[1]) {
            let message = format!("`{}` is [{}, {}]", at.path, size[0], size[1]);
            let padded = if padding == Some(0) { "" } else { " with its padding" };
            let label = format!("larger than the image{padded}, [{}, {}]", most[0], most[1]);
            log.add(Finding::new(at.node.span, message, label).help("`padding` lets the window stand over the border"));
        }
        Some(size)
    });
    if fields.lacks("size") && padding == Some(0) {
        let message = format!("`{}` has one place for its window only", fields.path());
        log.add(
            Finding::new(fields.span, message, "it is as large as the image").help("give it a `size` or `padding`"),
        );
    }
    Some(Operation::RandomCrop { size, padding: padding?, p })
}

fn one_of(p: f32, fields: &mut Fields, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Operation> {
    let read = |at: &At, log: &mut Log| {
        let operations = super::operations(at, image_size, log)?;
        if operations.is_empty() {
            log.add(Finding::new(at.node.span, format!("`{}` is empty", at.path), "there is none to draw"));
        }
        Some(operations)
    };
    let operations = fields.required("ops", "a list of operations, of which one is drawn", log, read);
    Some(Operation::OneOf { operations: operations?, p })
}

/// Pixels of a window that has a centre.
fn odd(at: &At, log: &mut Log) -> Option<usize> {
    let size = count(3, 255)(at, log)?;
    if size % 2 == 0 {
        let message = format!("`{}` is {size}", at.path);
        log.add(Finding::new(at.node.span, message, "must be odd, so that there is a middle pixel"));
        return None;
    }
    Some(size)
}
