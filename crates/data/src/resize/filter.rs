//! The filters: how much a source pixel counts, by its distance from the centre of the target pixel.

use std::f64::consts::PI;

/// A filter of Pillow's `Resample.c`.
pub(super) trait Filter {
    /// The weight is 0 at this distance and beyond.
    const SUPPORT: f64;

    /// The weight at `distance` source pixels where an image grows, target pixels where it shrinks; not normalised.
    fn weight(distance: f64) -> f64;
}

/// A triangle: bilinear interpolation where an image grows.
pub(super) struct Triangle;

impl Filter for Triangle {
    const SUPPORT: f64 = 1.0;

    fn weight(distance: f64) -> f64 {
        (1.0 - distance.abs()).max(0.0)
    }
}

/// A box: the mean over the area of the target pixel.
pub(super) struct Area;

impl Filter for Area {
    const SUPPORT: f64 = 0.5;

    fn weight(distance: f64) -> f64 {
        if distance > -0.5 && distance <= 0.5 { 1.0 } else { 0.0 }
    }
}

/// sinc(x) sinc(x / 3) for |x| < 3.
pub(super) struct Lanczos3;

impl Filter for Lanczos3 {
    const SUPPORT: f64 = 3.0;

    fn weight(distance: f64) -> f64 {
        if (-3.0..3.0).contains(&distance) { sinc(distance) * sinc(distance / 3.0) } else { 0.0 }
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { libm::sin(x * PI) / (x * PI) }
}
