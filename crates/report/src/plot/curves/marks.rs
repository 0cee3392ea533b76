//! The marks of a panel: how a point is drawn, in panels and in the legend.

use super::super::palette::{BLUE, ORANGE, Rgb, WHITE};
use super::super::scene::Scene;

/// Training: dots where they have room, a finely dashed line where they would run together.
pub fn dots(scene: &mut Scene, line: &[(f64, f64)]) {
    let apart = line.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
    if apart < 4.6 {
        scene.dashed(line, ORANGE, 1.8, (2.0, 2.4));
        return;
    }
    for &point in line {
        scene.dot(point, 2.3, ORANGE);
    }
}

pub fn ring(scene: &mut Scene, center: (f64, f64), radius: f64) {
    scene.dot(center, radius, BLUE);
    scene.dot(center, radius - 1.3, WHITE);
}

pub fn diamond(scene: &mut Scene, (x, y): (f64, f64), r: f64) {
    scene.area(vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)], BLUE);
}

/// Points up, from just below `tip`: here a value lies beyond the axis.
pub fn arrow(scene: &mut Scene, (x, y): (f64, f64), color: Rgb) {
    scene.area(vec![(x, y), (x + 4.0, y + 7.0), (x - 4.0, y + 7.0)], color);
}
