//! Augmented copies of training images: the chain of operations, drawn anew for every sample of every epoch.
//!
//! All operations of the chain are affine, so they are fused into one matrix and the image is resampled once: chaining
//! resamplings would blur, and cost several times as much. What is drawn depends on the key (seed, epoch, position)
//! alone, never on which thread draws it or when. Coordinates are f64 and levels f32, in plain sums and products, with
//! sine and cosine from `libm`: the same bits on every machine.
//!
//! The conventions are those of Keras's `apply_affine_transform`, with two differences in favour of images that are not
//! square: the centre of rotation is the centre of the image (there it is so for square ones only), and the two
//! directions of a shift are called after the direction in which the image moves.

mod fill;
mod flip;
mod matrix;
mod rotation;
mod shear;
mod shift;
mod warp;
mod zoom;

pub use matrix::Matrix;

use plan::augment::FlipAxis;
use plan::{Augmentation, ColorMode, FillMode, Operation, Purpose, Stream};
use serde::Serialize;

/// What was drawn for one augmented copy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drawn {
    /// Height of the image, in pixels.
    pub height: usize,
    /// Width of the image, in pixels.
    pub width: usize,
    /// The operations with their drawn numbers, in file order.
    pub operations: Vec<DrawnOperation>,
    /// All of them in one.
    pub matrix: Matrix,
    /// What stands where the source has no pixel.
    pub fill_mode: FillMode,
}

/// An operation with its drawn numbers. Signs are those of Keras: a number says where the source is sampled, so a
/// positive shift moves the picture up or left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
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
        rows: f32,
        /// Factor along the width.
        columns: f32,
    },
    /// A mirror image, or not.
    Flip {
        /// Which way.
        axis: FlipAxis,
        /// Whether it is done.
        flipped: bool,
    },
}

/// Draws the numbers for the sample at `position` of `epoch`, for images of `height` x `width`. Operations draw in file
/// order from one stream, each a fixed number of times, whatever its settings: turning a probability to 0 leaves the
/// numbers of the other operations as they are.
pub fn draw(augmentation: &Augmentation, seed: u64, epoch: u64, position: u64, height: usize, width: usize) -> Drawn {
    let mut stream = Stream::new(seed, Purpose::Augment, &[epoch, position]);
    let operations: Vec<DrawnOperation> = augmentation
        .operations
        .iter()
        .map(|operation| match *operation {
            Operation::Rotation { degrees } => rotation::draw(&mut stream, degrees),
            Operation::Shift { width_fraction, height_fraction } => {
                shift::draw(&mut stream, height_fraction * height as f32, width_fraction * width as f32)
            }
            Operation::Shear { degrees } => shear::draw(&mut stream, degrees),
            Operation::Zoom { range } => zoom::draw(&mut stream, range),
            Operation::Flip { axis, p } => flip::draw(&mut stream, axis, p),
        })
        .collect();
    Drawn::new(operations, augmentation.fill_mode, height, width)
}

impl Drawn {
    /// Fuses `operations`, in order, for images of `height` x `width`.
    pub fn new(operations: Vec<DrawnOperation>, fill_mode: FillMode, height: usize, width: usize) -> Drawn {
        let about_centre = operations.iter().map(DrawnOperation::matrix).fold(Matrix::IDENTITY, Matrix::times);
        let matrix = about_centre.centred(height, width);
        Drawn { height, width, operations, matrix, fill_mode }
    }
}

impl DrawnOperation {
    /// Where, relative to the centre, the source of a target pixel is.
    fn matrix(&self) -> Matrix {
        match *self {
            DrawnOperation::Rotation { degrees } => rotation::matrix(degrees),
            DrawnOperation::Shift { height_px, width_px } => shift::matrix(height_px, width_px),
            DrawnOperation::Shear { degrees } => shear::matrix(degrees),
            DrawnOperation::Zoom { rows, columns } => zoom::matrix(rows, columns),
            DrawnOperation::Flip { axis, flipped } => flip::matrix(axis, flipped),
        }
    }
}

/// Writes the augmented copy of `source` (height, width, channel; levels 0 to 255) to `target`, of the same shape,
/// scaled to [0, 1]. Levels between two pixels are interpolated linearly and not rounded. Each channel comes out as it
/// would alone.
///
/// # Panics
/// Where the slices are not of the size that `drawn` is for, with the channels of `color_mode`.
pub fn apply(drawn: &Drawn, color_mode: ColorMode, source: &[u8], target: &mut [f32]) {
    let (height, width, channels) = (drawn.height, drawn.width, color_mode.channels());
    let len = height * width * channels;
    assert!(source.len() == len && target.len() == len, "an image of {height}x{width}x{channels} has {len} values");
    if drawn.matrix == Matrix::IDENTITY {
        crate::scale::scale(source, target);
    } else {
        warp::warp(drawn, color_mode, source, target);
    }
}

#[cfg(test)]
mod tests;
