//! A picture as data: marks in the order they are painted, in CSS pixels from the upper left corner.

use super::font::Weight;
use super::palette::Rgb;

/// A place: right, down.
pub type Point = (f64, f64);

/// A colour with its opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    pub color: Rgb,
    pub alpha: f64,
}

impl From<Rgb> for Ink {
    fn from(color: Rgb) -> Ink {
        Ink { color, alpha: 1.0 }
    }
}

/// `color` at `alpha`.
pub fn faint(color: Rgb, alpha: f64) -> Ink {
    Ink { color, alpha }
}

/// Which point of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    pub size: f64,
    pub weight: Weight,
    pub color: Rgb,
    pub anchor: Anchor,
}

impl Type {
    pub fn new(size: f64, color: Rgb) -> Type {
        Type { size, weight: Weight::Regular, color, anchor: Anchor::Start }
    }

    pub fn bold(self) -> Type {
        Type { weight: Weight::Bold, ..self }
    }

    pub fn anchored(self, anchor: Anchor) -> Type {
        Type { anchor, ..self }
    }
}

/// One thing on the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled polygon.
    Area { points: Vec<Point>, ink: Ink },
    /// A line through points.
    Line { points: Vec<Point>, ink: Ink, width: f64 },
    /// A filled circle.
    Dot { center: Point, radius: f64, ink: Ink },
    /// A word or line; `at` is on its left, middle or right, half the height of its small letters above the baseline.
    Text { at: Point, text: String, look: Type },
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<Mark>,
}

impl Scene {
    /// An empty picture; its height is known once all is placed.
    pub fn new(width: f64) -> Scene {
        Scene { width, height: 0.0, marks: Vec::new() }
    }

    pub fn area(&mut self, points: Vec<Point>, ink: impl Into<Ink>) {
        self.marks.push(Mark::Area { points, ink: ink.into() });
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, (left, top): Point, (right, bottom): Point, ink: impl Into<Ink>) {
        self.area(vec![(left, top), (right, top), (right, bottom), (left, bottom)], ink);
    }

    pub fn line(&mut self, points: &[Point], ink: impl Into<Ink>, width: f64) {
        self.marks.push(Mark::Line { points: points.to_vec(), ink: ink.into(), width });
    }

    /// A line of dashes `on` pixels long, `off` pixels apart.
    pub fn dashed(&mut self, points: &[Point], ink: impl Into<Ink>, width: f64, (on, off): (f64, f64)) {
        let ink = ink.into();
        for dash in dashes(points, on, off) {
            self.marks.push(Mark::Line { points: dash, ink, width });
        }
    }

    pub fn dot(&mut self, center: Point, radius: f64, ink: impl Into<Ink>) {
        self.marks.push(Mark::Dot { center, radius, ink: ink.into() });
    }

    /// An upright cross, turned by 45 degrees.
    pub fn cross(&mut self, (x, y): Point, arm: f64, ink: impl Into<Ink>, width: f64) {
        let ink = ink.into();
        self.line(&[(x - arm, y - arm), (x + arm, y + arm)], ink, width);
        self.line(&[(x - arm, y + arm), (x + arm, y - arm)], ink, width);
    }

    pub fn text(&mut self, at: Point, text: impl Into<String>, look: Type) {
        self.marks.push(Mark::Text { at, text: text.into(), look });
    }
}

/// Cuts a line into dashes, going on around its corners.
fn dashes(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let (mut dashes, mut dash) = (Vec::new(), Vec::new());
    let (mut drawing, mut left) = (true, on);
    if let Some(first) = points.first() {
        dash.push(*first);
    }
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = (dx * dx + dy * dy).sqrt();
            if length <= left {
                left -= length;
                if drawing {
                    dash.push(to);
                }
                break;
            }
            from = (from.0 + dx * left / length, from.1 + dy * left / length);
            if drawing {
                dash.push(from);
                dashes.push(std::mem::take(&mut dash));
            } else {
                dash.push(from);
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if drawing && dash.len() > 1 {
        dashes.push(dash);
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_around_corners() {
        let dashes = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], 4.0, 2.0);
        assert_eq!(dashes, [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)]]);
    }
}
