//! Augmented copies of training images: the chain of operations, drawn anew for every sample of every epoch.
//!
//! Neighbouring operations of geometry are affine and fused into one matrix, and the image is resampled once: chaining
//! resamplings would blur, and cost several times as much. Neighbouring operations on colours are one pass. What is
//! drawn depends on the key (seed, epoch, position) alone, never on which thread draws it or when. Coordinates are f64
//! and levels f32, in plain sums and products, with sine, cosine and the like from `libm`: the same bits on every
//! machine.
//!
//! The conventions of geometry are those of Keras's `apply_affine_transform`, with two differences in favour of images
//! that are not square: the centre of rotation is the centre of the image (there it is so for square ones only), and the
//! two directions of a shift are called after the direction in which the image moves. Crops, colours, blur, noise and
//! cutout are those of torchvision's v2 transforms, on levels in [0, 1] that are not rounded in between.

mod blur;
mod color;
mod crop;
mod cutout;
mod draw;
mod fill;
mod flip;
mod matrix;
mod parameters;
mod rotation;
mod shear;
mod shift;
mod texel;
mod warp;
mod window;
mod zoom;

pub use matrix::Matrix;
pub use parameters::Parameter;
pub use window::Window;

use blur::Blur;
use color::Color;
use plan::augment::FlipAxis;
use plan::{Augmentation, ColorMode, FillMode};
use warp::Warp;

/// What was drawn for one augmented copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Height of the image, in pixels.
    pub height: usize,
    /// Width of the image, in pixels.
    pub width: usize,
    /// The operations with their drawn numbers, in file order. One that `p` left out is not there.
    pub operations: Vec<DrawnOperation>,
    /// What stands where the source has no pixel.
    pub fill_mode: FillMode,
    /// The operations, fused where they can be.
    steps: Vec<Step>,
}

/// An operation with its drawn numbers. Signs are those of Keras: a number says where the source is sampled, so a
/// positive shift moves the picture up or left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DrawnOperation {
    /// A rotation about the centre.
    Rotation {
        /// The angle.
        degrees: f32,
    },
    /// A shift.
    Shift {
        /// Pixels along the height.
        height_px: f32,
        /// Pixels along the width.
        width_px: f32,
    },
    /// A shear about the centre.
    Shear {
        /// The angle.
        degrees: f32,
    },
    /// A zoom about the centre: below 1 magnifies.
    Zoom {
        /// Factor along the height.
        height: f32,
        /// Factor along the width.
        width: f32,
    },
    /// A mirror image, or not.
    Flip {
        /// Which way.
        axis: FlipAxis,
        /// Whether it is done.
        flipped: bool,
    },
    /// A window of a given size.
    RandomCrop(Window),
    /// A window of any size.
    ResizedCrop(Window),
    /// Levels times a factor.
    Brightness {
        /// 1 changes nothing.
        factor: f32,
    },
    /// Distances from the picture's mean grey times a factor.
    Contrast {
        /// 1 changes nothing.
        factor: f32,
    },
    /// Distances from each pixel's grey times a factor.
    Saturation {
        /// 1 changes nothing.
        factor: f32,
    },
    /// A turn of the colour wheel.
    Hue {
        /// 1 is all the way round.
        turns: f32,
    },
    /// Grey levels added to all channels.
    ChannelShift {
        /// From -255 to 255.
        levels: f32,
    },
    /// Normal noise.
    GaussianNoise {
        /// Standard deviation, where levels are in [0, 1].
        sigma: f32,
        /// Of the stream that it is drawn from.
        key: u64,
    },
    /// A blur.
    GaussianBlur {
        /// Pixels of the window.
        kernel_size: usize,
        /// Standard deviation in pixels.
        sigma: f32,
    },
    /// Every pixel's grey in all channels.
    Grayscale,
    /// A rectangle of one level.
    Cutout {
        /// Where.
        window: Window,
        /// From 0 to 255.
        value: f32,
    },
}

/// Neighbouring operations that are done at once.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// One resampling: where each pixel comes from.
    Warp(Matrix),
    /// One pass, or more where an operation needs to know the whole picture.
    Colors(Vec<Color>),
    Blur(Blur),
    Cutout {
        window: Window,
        value: f32,
    },
}

/// Draws the numbers for the sample at `position` of `epoch`, for images of `height` x `width`. The same key always gives
/// the same numbers.
pub fn draw(augmentation: &Augmentation, seed: u64, epoch: u64, position: u64, height: usize, width: usize) -> Drawn {
    let operations = draw::draw(&augmentation.operations, seed, [epoch, position], [height, width]);
    Drawn::new(operations, augmentation.fill_mode, height, width)
}

impl Drawn {
    /// Fuses `operations`, in order, for images of `height` x `width`.
    pub fn new(operations: Vec<DrawnOperation>, fill_mode: FillMode, height: usize, width: usize) -> Drawn {
        let mut steps: Vec<Step> = Vec::new();
        for operation in &operations {
            let step = operation.step(height, width);
            match (steps.last_mut(), step) {
                // About the centre still.
                (Some(Step::Warp(before)), Step::Warp(matrix)) => *before = before.times(matrix),
                (Some(Step::Colors(before)), Step::Colors(colors)) => before.extend(colors),
                (_, step) => steps.push(step),
            }
        }
        for step in &mut steps {
            if let Step::Warp(matrix) = step {
                *matrix = matrix.centred(height, width);
            }
        }
        steps.retain(|step| *step != Step::Warp(Matrix::IDENTITY));
        Drawn { height, width, operations, fill_mode, steps }
    }

    /// Where the pixels of the copy come from in a chain of geometry alone; elsewhere, of its first operations.
    pub fn matrix(&self) -> Matrix {
        match self.steps.first() {
            Some(Step::Warp(matrix)) => *matrix,
            Some(Step::Colors(_) | Step::Blur(_) | Step::Cutout { .. }) | None => Matrix::IDENTITY,
        }
    }
}

impl DrawnOperation {
    /// What it does. A matrix is about the centre: where, relative to it, the source of a target pixel is.
    fn step(&self, height: usize, width: usize) -> Step {
        let color = |color| Step::Colors(vec![color]);
        match *self {
            DrawnOperation::Rotation { degrees } => Step::Warp(rotation::matrix(degrees)),
            DrawnOperation::Shift { height_px, width_px } => Step::Warp(shift::matrix(height_px, width_px)),
            DrawnOperation::Shear { degrees } => Step::Warp(shear::matrix(degrees)),
            DrawnOperation::Zoom { height, width } => Step::Warp(zoom::matrix(height, width)),
            DrawnOperation::Flip { axis, flipped } => Step::Warp(flip::matrix(axis, flipped)),
            DrawnOperation::RandomCrop(window) | DrawnOperation::ResizedCrop(window) => {
                Step::Warp(crop::matrix(&window, [height, width]))
            }
            DrawnOperation::Brightness { factor } => color(Color::Brightness { factor }),
            DrawnOperation::Contrast { factor } => color(Color::Contrast { factor }),
            DrawnOperation::Saturation { factor } => color(Color::Saturation { factor }),
            DrawnOperation::Hue { turns } => color(Color::Hue { turns }),
            DrawnOperation::ChannelShift { levels } => color(Color::ChannelShift { shift: levels / 255.0 }),
            DrawnOperation::GaussianNoise { sigma, key } => color(Color::GaussianNoise { sigma, key }),
            DrawnOperation::GaussianBlur { kernel_size, sigma } => Step::Blur(Blur { kernel_size, sigma }),
            DrawnOperation::Grayscale => color(Color::Grayscale),
            DrawnOperation::Cutout { window, value } => Step::Cutout { window, value: value / 255.0 },
        }
    }
}

/// Writes the augmented copy of `source` (height, width, channel; levels 0 to 255) to `target`, of the same shape,
/// scaled to [0, 1]. Levels between two pixels are interpolated linearly and not rounded. Of geometry, each channel comes
/// out as it would alone.
///
/// # Panics
/// Where the slices are not of the size that `drawn` is for, with the channels of `color_mode`.
pub fn apply(drawn: &Drawn, color_mode: ColorMode, source: &[u8], target: &mut [f32]) {
    let (height, width, channels) = (drawn.height, drawn.width, color_mode.channels());
    let len = height * width * channels;
    assert!(source.len() == len && target.len() == len, "an image of {height}x{width}x{channels} has {len} values");
    let fill_mode = drawn.fill_mode;
    let rest = match drawn.steps.as_slice() {
        [Step::Warp(matrix), rest @ ..] => {
            Warp { pixels: source, height, width, matrix: *matrix, fill_mode }.run(color_mode, target);
            rest
        }
        all => {
            crate::scale::scale(source, target);
            all
        }
    };
    for step in rest {
        match step {
            Step::Warp(matrix) => {
                let before = target.to_vec();
                Warp { pixels: &before, height, width, matrix: *matrix, fill_mode }.run(color_mode, target);
            }
            Step::Colors(colors) => color::apply(colors, color_mode, width, target),
            Step::Blur(blur) => blur.apply(width, channels, target),
            Step::Cutout { window, value } => cutout::apply(window, *value, width, channels, target),
        }
    }
}

#[cfg(test)]
mod tests;
