//! What maximum and average pooling share: the kernel's sizes and the compile-time check.

use crate::build::{Build, BuildError, differs};
use crate::sample::ImageSample;
use crate::window::{PaddingMode, Pair, window};
use dfdx::shapes::ConstDim;
use kernels::pool;

/// Asserts that sizes follow from each other.
#[track_caller]
pub(super) const fn check<I: ImageSample, O: ImageSample, K: Pair, S: Pair, P: PaddingMode>() {
    let ([rows, columns], [down, right]) = (K::SIZES, S::SIZES);
    assert!(rows > 0 && columns > 0, "pooling: the window has no cells");
    assert!(down > 0 && right > 0, "pooling: strides are at least 1");
    assert!(I::Channels::SIZE == O::Channels::SIZE, "pooling: the output has other channels than the input");
    assert!(O::HEIGHT > 0 && O::WIDTH > 0, "pooling: nothing would be left of the input");
    assert!(
        O::HEIGHT == window::<K, S, P>().side(0, I::HEIGHT),
        "pooling: the output's height does not follow from the input's height, pool size, strides and padding"
    );
    assert!(
        O::WIDTH == window::<K, S, P>().side(1, I::WIDTH),
        "pooling: the output's width does not follow from the input's width, pool size, strides and padding"
    );
}

/// The sizes for a batch of `batch` images.
pub(super) fn shape<I: ImageSample, O: ImageSample, K: Pair, S: Pair, P: PaddingMode>(batch: usize) -> pool::Shape {
    let (pad_top, pad_left) = window::<K, S, P>().padding_before(I::HEIGHT, I::WIDTH);
    pool::Shape {
        batch,
        in_height: I::HEIGHT,
        in_width: I::WIDTH,
        channels: I::Channels::SIZE,
        out_height: O::HEIGHT,
        out_width: O::WIDTH,
        pool: K::SIZES,
        strides: S::SIZES,
        pad_top,
        pad_left,
    }
}

/// Compares a pooling layer with the plan's.
pub(super) fn compare<I: ImageSample, O: ImageSample>(
    build: &Build<'_>,
    name: &'static str,
    expected: impl FnOnce(plan::layer::Pool2d) -> plan::Layer,
    window: plan::Window,
) -> Result<(), BuildError> {
    let layer = build.layer::<I, O>(name)?;
    let expected = expected(plan::layer::Pool2d { window });
    if layer.layer == expected { Ok(()) } else { Err(differs(name, expected, &layer.layer)) }
}
