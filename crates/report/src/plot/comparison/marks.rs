//! A variant's runs, their mean and its interval, on one line of a panel.

use super::super::axis::Axis;
use super::super::palette::{INK, Rgb, WHITE};
use super::super::scene::{Ink, Scene, faint};
use crate::statistics::{FEWEST, Mean};

/// How a quantity's marks look.
#[derive(Clone, Copy)]
pub enum Shape {
    Circle,
    Square,
    Diamond,
}

/// The lines of a panel.
pub struct Strip<'a> {
    pub left: f64,
    pub width: f64,
    pub axis: &'a Axis,
    pub color: Rgb,
    pub shape: Shape,
}

impl Strip<'_> {
    /// Where a value is; what is beyond the axis is at its end.
    pub fn x(&self, value: f64) -> f64 {
        self.left + self.axis.place(value.clamp(self.axis.low, self.axis.high)) * self.width
    }

    /// Draws runs that have these values and this mean.
    pub fn draw(&self, scene: &mut Scene, y: f64, values: &[f64], mean: &Mean) {
        if values.len() > 1 && values.len() < FEWEST {
            // As large as a mean's mark, but above and below: two runs of equal value are seen to be two.
            for (index, value) in values.iter().enumerate() {
                self.large(scene, *value, if index % 2 == 0 { y - 5.0 } else { y + 5.0 }, 4.2);
            }
            return;
        }
        let interval = mean.interval().filter(|_| self.holds(mean.mean));
        if let Some((low, high)) = interval {
            scene.line(&[(self.x(low), y), (self.x(high), y)], INK, 1.5);
        }
        if values.len() > 1 {
            for (index, value) in values.iter().enumerate() {
                // By turns above and below: clear of the mean, and of a run of equal value.
                let y = if index % 2 == 0 { y - 10.0 } else { y + 10.0 };
                self.mark(scene, *value, y, 2.8, faint(self.color, 0.6));
            }
        }
        self.large(scene, mean.mean, y, 5.2);
        // Last, so that the mark of a narrow interval does not cover its ends.
        if let Some((low, high)) = interval {
            self.end(scene, low, y);
            self.end(scene, high, y);
        }
    }

    fn holds(&self, value: f64) -> bool {
        (self.axis.low..=self.axis.high).contains(&value)
    }

    /// The end of an interval: a bar, or an arrowhead where it goes on beyond the axis.
    fn end(&self, scene: &mut Scene, value: f64, y: f64) {
        let x = self.x(value);
        if self.holds(value) {
            scene.line(&[(x, y - 4.0), (x, y + 4.0)], INK, 1.5);
        } else {
            self.arrow(scene, value, y, 7.0, INK.into());
        }
    }

    fn large(&self, scene: &mut Scene, value: f64, y: f64, radius: f64) {
        if self.holds(value) {
            self.mark(scene, value, y, radius + 1.4, WHITE.into());
        }
        self.mark(scene, value, y, radius, self.color.into());
    }

    /// A mark; an arrowhead where the value lies beyond the axis.
    fn mark(&self, scene: &mut Scene, value: f64, y: f64, radius: f64, ink: Ink) {
        if self.holds(value) {
            mark(scene, self.shape, (self.x(value), y), radius, ink);
        } else {
            self.arrow(scene, value, y, 2.0 * radius, ink);
        }
    }

    /// Points at a value beyond the axis, from its end.
    fn arrow(&self, scene: &mut Scene, value: f64, y: f64, length: f64, ink: Ink) {
        let direction = if value > self.axis.high { 1.0 } else { -1.0 };
        let tip = self.x(value) + 2.0 * direction;
        let back = tip - length * direction;
        scene.area(vec![(tip, y), (back, y - 0.57 * length), (back, y + 0.57 * length)], ink);
    }
}

fn mark(scene: &mut Scene, shape: Shape, (x, y): (f64, f64), radius: f64, ink: Ink) {
    match shape {
        Shape::Circle => scene.dot((x, y), radius, ink),
        Shape::Square => {
            let r = radius * 0.9;
            scene.area(vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)], ink);
        }
        Shape::Diamond => {
            let r = radius * 1.2;
            scene.area(vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)], ink);
        }
    }
}
