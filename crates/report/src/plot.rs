//! Plots. Each is a function from rows to a [`Scene`]: lines, dots and words in pixels, without a backend. A scene is
//! then drawn through plotters, once as SVG and once as PNG, from the same coordinates.

mod axis;
mod canvas;
mod comparison;
mod curves;
mod font;
mod frame;
mod palette;
mod range;
mod raster;
mod scene;
mod series;

pub(crate) use canvas::{png, svg};
pub(crate) use scene::Scene;

use crate::comparison::Comparison;
use crate::input::Input;
use crate::results::Results;

/// The plots of a result set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plot {
    /// Training and validation, epoch by epoch, a panel per variant.
    Curves,
    /// Variants against each other: runs, means and intervals.
    Comparison,
}

impl Plot {
    pub const ALL: [Plot; 2] = [Plot::Curves, Plot::Comparison];

    /// The file's name without ending.
    pub fn name(self) -> &'static str {
        match self {
            Plot::Curves => "curves",
            Plot::Comparison => "comparison",
        }
    }

    /// The picture of these results.
    pub fn scene(self, input: &Input, results: &Results, compared: &Comparison) -> Scene {
        match self {
            Plot::Curves => curves::scene(input, results, compared),
            Plot::Comparison => comparison::scene(input, results, compared),
        }
    }
}
