//! Solids drawn into a relief: for every sample of the picture plane the height, normal and owner of what is seen.

use super::solid::Solid;
use super::vector::{V3, v};
use std::ops::Range;

/// Samples along each side of a pixel.
pub(super) const SAMPLES: usize = 2;

/// What is seen at one sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Height towards the viewer in pixels; minus infinity where there is nothing.
    pub z: f32,
    pub normal: V3,
    /// Index of the solid.
    pub owner: u16,
}

/// A relief of `width * height` samples, rows downwards.
pub(super) struct Relief {
    pub width: usize,
    pub height: usize,
    pub seen: Vec<Seen>,
    /// Columns and rows that solids were drawn to: left, top, right, bottom.
    box_of_samples: [usize; 4],
}

impl Relief {
    /// Draws the solids, given in pixels around the picture's middle, into a picture of the given size in pixels.
    pub fn of(solids: &[Solid], picture: (usize, usize)) -> Relief {
        let (width, height) = (picture.0 * SAMPLES, picture.1 * SAMPLES);
        let nothing = Seen { z: f32::NEG_INFINITY, normal: V3::ZERO, owner: 0 };
        let mut relief =
            Relief { width, height, seen: vec![nothing; width * height], box_of_samples: [width, height, 0, 0] };
        for (owner, solid) in solids.iter().enumerate() {
            relief.add(owner as u16, solid);
        }
        relief
    }

    /// The place of a sample in the picture plane: pixels from the middle, y upwards.
    pub fn place(&self, column: usize, row: usize) -> (f32, f32) {
        let step = 1.0 / SAMPLES as f32;
        ((column as f32 + 0.5 - 0.5 * self.width as f32) * step, (0.5 * self.height as f32 - row as f32 - 0.5) * step)
    }

    /// The pixels that may show something: columns and rows of the box around all of it, and a margin.
    pub fn occupied(&self) -> (Range<usize>, Range<usize>) {
        const MARGIN: usize = 3;
        let [left, top, right, bottom] = self.box_of_samples;
        let range = |low: usize, high: usize, size: usize| {
            (low / SAMPLES).saturating_sub(MARGIN)..(high / SAMPLES + MARGIN).min(size / SAMPLES)
        };
        (range(left, right, self.width), range(top, bottom, self.height))
    }

    fn add(&mut self, owner: u16, solid: &Solid) {
        let n = SAMPLES as f32;
        let [x0, y0, x1, y1] = solid.bounds();
        let clip = |at: f32, size: usize| (at.max(0.0) as usize).min(size);
        let (half_w, half_h) = (0.5 * self.width as f32, 0.5 * self.height as f32);
        let columns = clip(x0 * n + half_w - 1.0, self.width)..clip(x1 * n + half_w + 1.0, self.width);
        let rows = clip(half_h - y1 * n - 1.0, self.height)..clip(half_h - y0 * n + 1.0, self.height);
        let [left, top, right, bottom] = self.box_of_samples;
        self.box_of_samples =
            [left.min(columns.start), top.min(rows.start), right.max(columns.end), bottom.max(rows.end)];
        let highest = solid.highest() + solid.melt;
        for row in rows {
            for column in columns.clone() {
                if self.seen[row * self.width + column].z > highest {
                    continue;
                }
                let (x, y) = self.place(column, row);
                if let Some((z, normal)) = solid.seen_at(x, y) {
                    melt(&mut self.seen[row * self.width + column], z, normal.unit(), owner, solid.melt);
                }
            }
        }
    }
}

/// Puts a new surface over what is seen: the higher one wins, but within `depth` of each other the two flow together
/// (the polynomial smooth maximum), and so do their normals.
fn melt(seen: &mut Seen, z: f32, normal: V3, owner: u16, depth: f32) {
    let overlap = if depth > 0.0 { (1.0 - (z - seen.z).abs() / depth).max(0.0) } else { 0.0 };
    let (below, above) = if z > seen.z { (seen.normal, normal) } else { (normal, seen.normal) };
    if z > seen.z {
        seen.owner = owner;
    }
    seen.z = seen.z.max(z) + 0.25 * depth * overlap * overlap;
    seen.normal = if overlap > 0.0 { above.mix(below, 0.5 * overlap).unit() } else { above };
}

impl Seen {
    pub fn is_something(&self) -> bool {
        self.z > f32::NEG_INFINITY
    }
}

/// How much light reaches each pixel: from the lamp, and from all around.
pub(super) struct Exposure {
    pub lamp: Vec<f32>,
    pub around: Vec<f32>,
}

impl Relief {
    fn height_at(&self, column: f32, row: f32) -> f32 {
        if column < 0.0 || row < 0.0 {
            return f32::NEG_INFINITY;
        }
        let (c, r) = (column as usize, row as usize);
        if c < self.width && r < self.height { self.seen[r * self.width + c].z } else { f32::NEG_INFINITY }
    }

    /// Walks over the relief from each pixel: towards the lamp, for the shadows that parts of an animal throw on each
    /// other, and a little way in eight directions, for the dimness of creases.
    pub fn exposure(&self, to_lamp: V3, reach: f32) -> Exposure {
        let (w, h) = (self.width / SAMPLES, self.height / SAMPLES);
        let n = SAMPLES as f32;
        let mut out = Exposure { lamp: vec![1.0; w * h], around: vec![1.0; w * h] };
        let flat = (to_lamp.x * to_lamp.x + to_lamp.y * to_lamp.y).sqrt().max(0.05);
        let toward = v(to_lamp.x / flat, to_lamp.y / flat, to_lamp.z / flat);
        const RING: [(f32, f32); 8] =
            [(1.0, 0.0), (0.7, 0.7), (0.0, 1.0), (-0.7, 0.7), (-1.0, 0.0), (-0.7, -0.7), (0.0, -1.0), (0.7, -0.7)];
        let (columns, rows) = self.occupied();
        for y in rows {
            for x in columns.clone() {
                let (c, r) = ((x * SAMPLES) as f32, (y * SAMPLES) as f32);
                let here = self.height_at(c, r);
                if here == f32::NEG_INFINITY {
                    continue;
                }
                let mut lamp = 1.0f32;
                for i in 1..=10 {
                    let far = reach * 0.01 * (i * i) as f32 + 0.7;
                    let above = self.height_at(c + toward.x * far * n, r - toward.y * far * n) - here - toward.z * far;
                    lamp = lamp.min(1.0 - above / (1.0 + 0.35 * far));
                }
                let mut hidden = 0.0;
                for ring in [0.03, 0.08] {
                    for (dx, dy) in RING {
                        let far = reach * ring + 0.5;
                        let above = self.height_at(c + dx * far * n, r + dy * far * n) - here;
                        hidden += (above / far).clamp(0.0, 1.2);
                    }
                }
                out.lamp[y * w + x] = lamp.clamp(0.0, 1.0);
                out.around[y * w + x] = 1.0 - 0.065 * hidden.min(12.0);
            }
        }
        out
    }
}
