//! Things that stand about: boxes, balls, cushions, pennants, posts, frames, plants, ropes. Some share an outline with a
//! part of an animal, so that no single edge gives the class away.

use super::noise::noise2;
use super::scene::{Canvas, thing_colour};
use super::vector::{V3, smoothstep, v};
use plan::Stream;

#[derive(Clone, Copy, Debug)]
enum Shape {
    Box { round: f32 },
    Ball,
    Cushion,
    Pennant,
    Frame { thick: f32 },
    Leaf,
    Rope { bow: f32, thick: f32 },
}

/// One thing in the picture.
#[derive(Clone, Copy, Debug)]
struct Thing {
    shape: Shape,
    at: (f32, f32),
    half: (f32, f32),
    turn: (f32, f32),
    colour: V3,
    mark: V3,
    /// Width of its outline's transition: out of focus things have a wide one.
    blur: f32,
    seed: u32,
}

impl Thing {
    fn draw(canvas: &Canvas, at: (f32, f32), size: f32, blur: f32, stream: &mut Stream) -> Thing {
        let shape = match stream.below(9) {
            0 | 1 => Shape::Box { round: stream.uniform(0.0, 0.3) },
            2 => Shape::Ball,
            3 | 4 => Shape::Cushion,
            5 => Shape::Pennant,
            6 => Shape::Frame { thick: stream.uniform(0.1, 0.3) },
            7 => Shape::Leaf,
            _ => Shape::Rope { bow: stream.uniform(-1.0, 1.0), thick: stream.uniform(0.05, 0.14) },
        };
        let unit = canvas.width.min(canvas.height) as f32 * size;
        let ratio = stream.uniform(0.45, 1.0);
        let half = match shape {
            Shape::Ball => (unit, unit),
            Shape::Leaf => (unit * 1.3, unit * 0.3 * ratio),
            Shape::Box { .. } | Shape::Cushion | Shape::Pennant | Shape::Frame { .. } | Shape::Rope { .. } => {
                if stream.chance(0.5) { (unit, unit * ratio) } else { (unit * ratio, unit) }
            }
        };
        let angle = match shape {
            Shape::Box { .. } | Shape::Frame { .. } => stream.normal().clamp(-2.0, 2.0) * 0.25,
            Shape::Ball | Shape::Cushion | Shape::Pennant | Shape::Leaf | Shape::Rope { .. } => {
                stream.uniform(0.0, core::f32::consts::TAU)
            }
        };
        let colour = thing_colour(stream);
        let mark = colour.mix(thing_colour(stream), stream.unit());
        Thing { shape, at, half, turn: (libm::cosf(angle), libm::sinf(angle)), colour, mark, blur, seed: stream.bits() }
    }

    /// Signed distance to the outline in pixels (negative inside; an estimate for curved shapes), for a point in the
    /// thing's own coordinates.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let (a, b) = self.half;
        let small = a.min(b);
        match self.shape {
            Shape::Box { round } => rectangle(x, y, a, b, round * small),
            Shape::Ball => (x * x + y * y).sqrt() - a,
            Shape::Cushion => {
                let (u, w) = (x / a, y / b);
                ((u * u * u * u + w * w * w * w).sqrt().sqrt() - 1.0) * small
            }
            Shape::Pennant => {
                // A triangle with its tip up: inside both slanted sides and above the base.
                let slant = (x.abs() * b * 2.0 + (y - b) * a) / (a * a + 4.0 * b * b).sqrt();
                slant.max(-y - b)
            }
            Shape::Frame { thick } => rectangle(x, y, a, b, 0.0).abs() - thick * small * 0.5,
            Shape::Leaf => {
                let wide = b * (1.0 - (x / a) * (x / a)).max(0.0);
                if x.abs() < a { y.abs() - wide } else { x.abs() - a + y.abs() }
            }
            Shape::Rope { bow, thick } => {
                let curve = bow * b * (1.0 - 2.0 * (x / a) * (x / a));
                let slope = 4.0 * bow * b * x / (a * a);
                let across = (y - curve).abs() / (1.0 + slope * slope).sqrt();
                across.max(x.abs() - a) - thick * small
            }
        }
    }

    fn paint(&self, canvas: &mut Canvas) {
        let reach = (self.half.0 * self.half.0 + self.half.1 * self.half.1).sqrt() * 1.3 + self.blur + 2.0;
        let (x0, y0) = self.at;
        let (c, s) = self.turn;
        let small = self.half.0.min(self.half.1);
        canvas.paint([x0 - reach, y0 - reach, x0 + reach, y0 + reach], |px, py, old| {
            let (dx, dy) = (px - x0, py - y0);
            let (x, y) = (dx * c + dy * s, dy * c - dx * s);
            let d = self.distance(x, y);
            // Its shadow falls a little below and beside it.
            let shadow = self.distance(x - 0.06 * small * c, y + 0.1 * small);
            let under = old * (1.0 - 0.3 * smoothstep(0.12 * small + 2.0, -2.0, shadow));
            let grain = 0.85 + 0.3 * noise2(x * 0.3, y * 0.3, self.seed);
            let band = noise2(x / (small * 0.7) + 3.0, y / (small * 0.7), self.seed ^ 5);
            let fill = self.colour.mix(self.mark, smoothstep(0.5, 0.56, band));
            // Rounder towards the outline, lighter towards the top.
            let round = smoothstep(0.0, 0.5 * small, -d);
            let shade = 0.55 + 0.45 * round + 0.25 * (dy / (small + 1.0)).clamp(-1.0, 1.0);
            under.mix(fill * (grain * shade), smoothstep(0.5 + self.blur, -0.5 - self.blur, d))
        });
    }
}

fn rectangle(x: f32, y: f32, a: f32, b: f32, round: f32) -> f32 {
    let (dx, dy) = (x.abs() - a + round, y.abs() - b + round);
    let (ox, oy) = (dx.max(0.0), dy.max(0.0));
    (ox * ox + oy * oy).sqrt() + dx.max(dy).min(0.0) - round
}

/// Things behind the animal.
pub(super) fn behind(canvas: &mut Canvas, stream: &mut Stream) {
    for _ in 0..stream.below(6) {
        let at = anywhere(canvas, stream);
        let (size, blur) = (stream.uniform(0.06, 0.32), stream.uniform(0.0, 3.0));
        if stream.chance(0.2) {
            plant(canvas, at, size, blur, stream);
        } else {
            Thing::draw(canvas, at, size, blur, stream).paint(canvas);
        }
    }
}

/// Things before the animal, which hide a part of it: mostly none.
pub(super) fn before(canvas: &mut Canvas, stream: &mut Stream) {
    if !stream.chance(0.22) {
        return;
    }
    for _ in 0..1 + stream.below(2) {
        let at = anywhere(canvas, stream);
        let (size, blur) = (stream.uniform(0.05, 0.17), stream.uniform(0.0, 2.5));
        if stream.chance(0.4) {
            plant(canvas, at, size * 1.3, blur, stream);
        } else {
            Thing::draw(canvas, at, size, blur, stream).paint(canvas);
        }
    }
}

fn anywhere(canvas: &Canvas, stream: &mut Stream) -> (f32, f32) {
    let (w, h) = (canvas.width as f32, canvas.height as f32);
    (stream.uniform(-0.55, 0.55) * w, stream.uniform(-0.55, 0.55) * h)
}

/// A fan of leaves from one point.
fn plant(canvas: &mut Canvas, at: (f32, f32), size: f32, blur: f32, stream: &mut Stream) {
    let green = v(0.10, 0.20, 0.05).mix(thing_colour(stream), 0.3) * stream.uniform(0.6, 1.6);
    let unit = canvas.width.min(canvas.height) as f32 * size;
    for _ in 0..4 + stream.below(5) {
        let angle = stream.uniform(0.2, 2.9);
        let (c, s) = (libm::cosf(angle), libm::sinf(angle));
        let length = unit * stream.uniform(0.6, 1.2);
        let leaf = Thing {
            shape: Shape::Leaf,
            at: (at.0 + c * length, at.1 + s * length),
            half: (length, length * stream.uniform(0.1, 0.2)),
            turn: (c, s),
            colour: green * stream.uniform(0.7, 1.4),
            mark: green * stream.uniform(0.7, 1.4),
            blur,
            seed: stream.bits(),
        };
        leaf.paint(canvas);
    }
}
