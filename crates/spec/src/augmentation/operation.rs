//! One operation: a table with its `type`. Defaults are torchvision's.

use super::range;
use crate::data::LARGEST_SIDE;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log};
use crate::value::{Bounds, PROBABILITY, choice, count, number, two};
use plan::Operation;
use plan::augment::FlipAxis;

#[derive(Clone, Copy)]
enum Kind {
    Rotation,
    Shift,
    Shear,
    Zoom,
    Flip,
    RandomCrop,
    ResizedCrop,
    Brightness,
    Contrast,
    Saturation,
    Hue,
    ChannelShift,
    GaussianNoise,
    GaussianBlur,
    Grayscale,
    Cutout,
    OneOf,
}

const KINDS: [(&str, Kind); 17] = [
    ("rotation", Kind::Rotation),
    ("shift", Kind::Shift),
    ("shear", Kind::Shear),
    ("zoom", Kind::Zoom),
    ("flip", Kind::Flip),
    ("random_crop", Kind::RandomCrop),
    ("resized_crop", Kind::ResizedCrop),
    ("brightness", Kind::Brightness),
    ("contrast", Kind::Contrast),
    ("saturation", Kind::Saturation),
    ("hue", Kind::Hue),
    ("channel_shift", Kind::ChannelShift),
    ("gaussian_noise", Kind::GaussianNoise),
    ("gaussian_blur", Kind::GaussianBlur),
    ("grayscale", Kind::Grayscale),
    ("cutout", Kind::Cutout),
    ("one_of", Kind::OneOf),
];

impl Kind {
    /// What its keys are called in the vocabulary.
    fn section(self) -> &'static str {
        match self {
            Kind::Rotation => "augmentation.ops.rotation",
            Kind::Shift => "augmentation.ops.shift",
            Kind::Shear => "augmentation.ops.shear",
            Kind::Zoom => "augmentation.ops.zoom",
            Kind::Flip => "augmentation.ops.flip",
            Kind::RandomCrop => "augmentation.ops.random_crop",
            Kind::ResizedCrop => "augmentation.ops.resized_crop",
            Kind::Brightness => "augmentation.ops.brightness",
            Kind::Contrast => "augmentation.ops.contrast",
            Kind::Saturation => "augmentation.ops.saturation",
            Kind::Hue => "augmentation.ops.hue",
            Kind::ChannelShift => "augmentation.ops.channel_shift",
            Kind::GaussianNoise => "augmentation.ops.gaussian_noise",
            Kind::GaussianBlur => "augmentation.ops.gaussian_blur",
            Kind::Grayscale => "augmentation.ops.grayscale",
            Kind::Cutout => "augmentation.ops.cutout",
            Kind::OneOf => "augmentation.ops.one_of",
        }
    }

    /// `p` where none is written: 1, except for what torchvision does sometimes only.
    fn usual_p(self) -> f64 {
        match self {
            Kind::Flip | Kind::Cutout => 0.5,
            Kind::Grayscale => 0.1,
            Kind::Rotation
            | Kind::Shift
            | Kind::Shear
            | Kind::Zoom
            | Kind::RandomCrop
            | Kind::ResizedCrop
            | Kind::Brightness
            | Kind::Contrast
            | Kind::Saturation
            | Kind::Hue
            | Kind::ChannelShift
            | Kind::GaussianNoise
            | Kind::GaussianBlur
            | Kind::OneOf => 1.0,
        }
    }
}

fn turn() -> Bounds {
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

/// Reads an operation on images of `image_size`, where that is known.
pub fn read(at: &At, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Operation> {
    let kind = Fields::open(at, "augmentation.ops", log)?.required("type", "which operation", log, choice(&KINDS))?;
    let mut fields = Fields::open(at, kind.section(), log)?;
    fields.at("type", log);
    let p = fields.optional("p", log, number(PROBABILITY)).unwrap_or(kind.usual_p()) as f32;
    let read = keys(kind, p, &mut fields, image_size, log);
    fields.close(log);
    read
}

fn keys(kind: Kind, p: f32, fields: &mut Fields, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Operation> {
    let factors = "`[low, high]`: a factor, 1 changes nothing";
    Some(match kind {
        Kind::Rotation => Operation::Rotation {
            degrees: fields.required("degrees", "the largest angle", log, number(turn()))? as f32,
            p,
        },
        Kind::Shift => Operation::Shift {
            width_fraction: fields.optional("width_fraction", log, number(PROBABILITY)).unwrap_or(0.0) as f32,
            height_fraction: fields.optional("height_fraction", log, number(PROBABILITY)).unwrap_or(0.0) as f32,
            p,
        },
        Kind::Shear => Operation::Shear {
            degrees: fields.required("degrees", "the largest angle", log, number(lean()))? as f32,
            p,
        },
        Kind::Zoom => Operation::Zoom {
            range: fields.required("range", "`[low, high]`; below 1 magnifies", log, range(factor))?,
            p,
        },
        Kind::Flip => {
            let axes = [("horizontal", FlipAxis::Horizontal), ("vertical", FlipAxis::Vertical)];
            let axis = fields.required("axis", "`\"horizontal\"` or `\"vertical\"`", log, choice(&axes));
            Operation::Flip { axis: axis?, p }
        }
        Kind::RandomCrop => return random_crop(p, fields, image_size, log),
        Kind::ResizedCrop => Operation::ResizedCrop {
            scale: fields.optional("scale", log, range(area)).unwrap_or([0.08, 1.0]),
            ratio: fields.optional("ratio", log, range(factor)).unwrap_or([3.0 / 4.0, 4.0 / 3.0]),
            p,
        },
        Kind::Brightness => {
            Operation::Brightness { range: fields.required("range", factors, log, range(strength))?, p }
        }
        Kind::Contrast => Operation::Contrast { range: fields.required("range", factors, log, range(strength))?, p },
        Kind::Saturation => {
            Operation::Saturation { range: fields.required("range", factors, log, range(strength))?, p }
        }
        Kind::Hue => {
            Operation::Hue { range: fields.required("range", "`[low, high]`, in turns", log, range(half_turn))?, p }
        }
        Kind::ChannelShift => {
            let intensity = fields.required("intensity", "the most grey levels, up or down", log, number(levels()));
            Operation::ChannelShift { intensity: intensity? as f32, p }
        }
        Kind::GaussianNoise => {
            let sigma = fields.optional("sigma", log, number(PROBABILITY)).unwrap_or(0.1);
            Operation::GaussianNoise { sigma: sigma as f32, p }
        }
        Kind::GaussianBlur => {
            let kernel_size = fields.required("kernel_size", "pixels of the window, an odd number", log, odd);
            let sigma = fields.optional("sigma", log, range(blur)).unwrap_or([0.1, 2.0]);
            Operation::GaussianBlur { kernel_size: kernel_size?, sigma, p }
        }
        Kind::Grayscale => Operation::Grayscale { p },
        Kind::Cutout => Operation::Cutout {
            scale: fields.optional("scale", log, range(area)).unwrap_or([0.02, 0.33]),
            ratio: fields.optional("ratio", log, range(factor)).unwrap_or([0.3, 3.3]),
            value: fields.optional("value", log, number(levels())).unwrap_or(0.0) as f32,
            p,
        },
        Kind::OneOf => return one_of(p, fields, image_size, log),
    })
}

fn random_crop(p: f32, fields: &mut Fields, image_size: Option<[usize; 2]>, log: &mut Log) -> Option<Operation> {
    let size = fields.optional("size", log, |at, log| {
        let size = two("[height, width]", count(1, LARGEST_SIDE))(at, log)?;
        if let Some(image) = image_size.filter(|image| size[0] > image[0] || size[1] > image[1]) {
            let message = format!("`{}` is [{}, {}]", at.path, size[0], size[1]);
            let label = format!("larger than the image, [{}, {}]", image[0], image[1]);
            log.add(Finding::new(at.node.span, message, label).help("`padding` lets the window stand over the border"));
        }
        Some(size)
    });
    let padding = fields.optional("padding", log, count(0, LARGEST_SIDE)).unwrap_or(0);
    if fields.lacks("size") && padding == 0 {
        let message = format!("`{}` has one place for its window only", fields.path());
        log.add(
            Finding::new(fields.span, message, "it is as large as the image").help("give it a `size` or `padding`"),
        );
    }
    Some(Operation::RandomCrop { size, padding, p })
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
