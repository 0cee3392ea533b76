//! The marks of a panel: how a point is drawn, in panels and in the legend.

use super::super::palette::{BLUE, Rgb, WHITE};
use super::super::scene::Scene;

/// The best epoch.
pub fn ring(scene: &mut Scene, center: (f64, f64), radius: f64) {
    scene.dot(center, radius, BLUE);
    scene.dot(center, radius - 1.3, WHITE);
}

/// The only epoch.
pub fn diamond(scene: &mut Scene, (x, y): (f64, f64), r: f64) {
    scene.area(vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)], BLUE);
}

/// Points up, from just below `tip`: here a value lies beyond the axis.
pub fn arrow(scene: &mut Scene, (x, y): (f64, f64), color: Rgb) {
    scene.area(vec![(x, y), (x + 4.0, y + 7.0), (x - 4.0, y + 7.0)], color);
}
