//! Drawn numbers by name, for people and programs to read.

use super::{Drawn, DrawnOperation, Window};
use plan::augment::FlipAxis;
use serde::Serialize;

/// A drawn number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Parameter {
    /// An angle, a factor, pixels, grey levels: the name says which.
    Number(f32),
    /// Whole pixels.
    Pixels(i64),
    /// Whether something was done.
    Done(bool),
    /// What noise is drawn from.
    Key(u64),
}

impl Drawn {
    /// What was drawn, in file order, by names such as `rotation_degrees`, `shift_height_px`, `zoom_width` and
    /// `flip_horizontal`. The second operation of a type is called `rotation_2_degrees` and so on. Signs and meaning of
    /// the geometric ones are those of Keras's `apply_affine_transform`.
    pub fn parameters(&self) -> Vec<(String, Parameter)> {
        let mut named: Vec<(String, Parameter)> = Vec::new();
        for operation in &self.operations {
            let (name, parameters) = operation.parameters();
            let taken = |prefix: &str| {
                let full = |parameter: &str| join(prefix, parameter);
                parameters.iter().any(|(parameter, _)| named.iter().any(|(other, _)| *other == full(parameter)))
            };
            let prefix = std::iter::once(name.to_owned()).chain((2..).map(|nth| format!("{name}_{nth}")));
            if let Some(prefix) = prefix.into_iter().find(|prefix| !taken(prefix)) {
                named.extend(parameters.into_iter().map(|(parameter, value)| (join(&prefix, parameter), value)));
            }
        }
        named
    }
}

fn join(prefix: &str, parameter: &str) -> String {
    if parameter.is_empty() { prefix.to_owned() } else { format!("{prefix}_{parameter}") }
}

impl DrawnOperation {
    fn parameters(&self) -> (&'static str, Vec<(&'static str, Parameter)>) {
        use Parameter::{Done, Key, Number, Pixels};
        match *self {
            DrawnOperation::Rotation { degrees } => ("rotation", vec![("degrees", Number(degrees))]),
            DrawnOperation::Shift { height_px, width_px } => {
                ("shift", vec![("height_px", Number(height_px)), ("width_px", Number(width_px))])
            }
            DrawnOperation::Shear { degrees } => ("shear", vec![("degrees", Number(degrees))]),
            DrawnOperation::Zoom { height, width } => {
                ("zoom", vec![("height", Number(height)), ("width", Number(width))])
            }
            DrawnOperation::Flip { axis: FlipAxis::Horizontal, flipped } => {
                ("flip", vec![("horizontal", Done(flipped))])
            }
            DrawnOperation::Flip { axis: FlipAxis::Vertical, flipped } => ("flip", vec![("vertical", Done(flipped))]),
            DrawnOperation::RandomCrop(window) => ("random_crop", window.parameters()),
            DrawnOperation::ResizedCrop(window) => ("resized_crop", window.parameters()),
            DrawnOperation::Brightness { factor } => ("brightness", vec![("factor", Number(factor))]),
            DrawnOperation::Contrast { factor } => ("contrast", vec![("factor", Number(factor))]),
            DrawnOperation::Saturation { factor } => ("saturation", vec![("factor", Number(factor))]),
            DrawnOperation::Hue { turns } => ("hue", vec![("turns", Number(turns))]),
            DrawnOperation::ChannelShift { levels } => ("channel_shift", vec![("levels", Number(levels))]),
            DrawnOperation::GaussianNoise { sigma, key } => {
                ("gaussian_noise", vec![("sigma", Number(sigma)), ("key", Key(key))])
            }
            DrawnOperation::GaussianBlur { kernel_size, sigma } => {
                let kernel_size = Pixels(kernel_size as i64);
                ("gaussian_blur", vec![("kernel_size", kernel_size), ("sigma", Number(sigma))])
            }
            DrawnOperation::Grayscale => ("grayscale", vec![("", Done(true))]),
            DrawnOperation::Cutout { window, value } => {
                let mut parameters = window.parameters();
                parameters.push(("value", Number(value)));
                ("cutout", parameters)
            }
        }
    }
}

impl Window {
    fn parameters(&self) -> Vec<(&'static str, Parameter)> {
        let pixels = |pixels: usize| Parameter::Pixels(pixels as i64);
        vec![
            ("top_px", Parameter::Pixels(self.top_px)),
            ("left_px", Parameter::Pixels(self.left_px)),
            ("height_px", pixels(self.height_px)),
            ("width_px", pixels(self.width_px)),
        ]
    }
}
