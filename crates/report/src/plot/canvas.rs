//! From a [`Scene`] to bytes, through plotters: its SVG backend, and our [`Raster`] for PNG.
//!
//! plotters' coordinates are whole numbers, so a picture is drawn [`UNITS`] units to the pixel: SVG gets them as its
//! viewBox, the raster divides. Both show the same geometry, to a tenth of a pixel.

use super::Plot;
use super::font::Weight;
use super::raster::Raster;
use super::scene::{Anchor, Mark, Scene};
use crate::error::ReportError;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::prelude::{DrawingArea, DrawingBackend, IntoDrawingArea, RGBAColor, RGBColor, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, TextStyle};

/// Units of a picture to a CSS pixel.
pub const UNITS: f64 = 10.0;
/// Pixels of a PNG to a CSS pixel: sharp on screens of today, and in print at 20 cm.
const DENSITY: f32 = 2.0;
/// Pixels of a PNG, at most: a picture of very many variants has one to the CSS pixel.
const MOST_PIXELS: f64 = 60e6;
/// plotters' SVG backend takes font sizes for line heights, this many em.
pub const LINE_HEIGHT: f64 = 1.24;
/// SVG text is in the first of these that the reader has.
const FAMILY: FontFamily<'static> = FontFamily::Name("Ubuntu, Helvetica, Arial, sans-serif");

/// The picture as SVG.
pub(crate) fn svg(plot: Plot, scene: &Scene) -> Result<String, ReportError> {
    let mut text = String::new();
    let (width, height) = (units(scene.width), units(scene.height));
    draw(scene, SVGBackend::with_string(&mut text, (width as u32, height as u32)).into_drawing_area())
        .map_err(|reason| ReportError::Draw { plot: plot.name(), reason })?;
    // Shown at its size in pixels, with round joins, and a name for those who do not see it.
    let size = format!("width=\"{width}\" height=\"{height}\"");
    let shown = format!(
        "width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"",
        scene.width.round(),
        scene.height.round(),
        plot.name()
    );
    // Two characters that are no control characters, and that XML does not take all the same.
    Ok(text.replacen(&size, &shown, 1).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
}

/// The picture as PNG.
pub(crate) fn png(plot: Plot, scene: &Scene) -> Result<Vec<u8>, ReportError> {
    let failed = |reason: String| ReportError::Draw { plot: plot.name(), reason };
    let (width, height) = (units(scene.width) as u32, units(scene.height) as u32);
    let dense = scene.width * scene.height * f64::from(DENSITY * DENSITY) <= MOST_PIXELS;
    let mut raster = Raster::new(width, height, if dense { DENSITY } else { 1.0 } / UNITS as f32);
    draw(scene, (&mut raster).into_drawing_area()).map_err(failed)?;
    raster.encode().map_err(|error| failed(error.to_string()))
}

fn draw<DB: DrawingBackend>(scene: &Scene, area: DrawingArea<DB, Shift>) -> Result<(), String> {
    area.fill(&RGBColor(0xFF, 0xFF, 0xFF)).map_err(|error| error.to_string())?;
    for mark in &scene.marks {
        let drawn = match mark {
            Mark::Area { points, ink } => area.draw(&Polygon::new(places(points), style(ink, 0.0).filled())),
            Mark::Line { points, ink, width } => area.draw(&PathElement::new(places(points), style(ink, *width))),
            Mark::Dot { center, radius, ink } => {
                area.draw(&Circle::new(place(*center), units(*radius), style(ink, 0.0).filled()))
            }
            Mark::Text { at, text, look } => {
                let weight = match look.weight {
                    Weight::Regular => FontStyle::Normal,
                    Weight::Bold => FontStyle::Bold,
                };
                let horizontal = match look.anchor {
                    Anchor::Start => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::End => HPos::Right,
                };
                let (r, g, b) = look.color;
                let color = RGBColor(r, g, b);
                let font = FontDesc::new(FAMILY, look.size * UNITS * LINE_HEIGHT, weight);
                let look = TextStyle::from(font).color(&color).pos(Pos::new(horizontal, VPos::Center));
                area.draw(&Text::new(text.as_str(), place(*at), look))
            }
        };
        drawn.map_err(|error| error.to_string())?;
    }
    area.present().map_err(|error| error.to_string())
}

fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

fn place((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn places(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    points.iter().copied().map(place).collect()
}

fn style(ink: &super::scene::Ink, width: f64) -> ShapeStyle {
    let (r, g, b) = ink.color;
    ShapeStyle { color: RGBAColor(r, g, b, ink.alpha), filled: false, stroke_width: units(width).unsigned_abs() }
}
