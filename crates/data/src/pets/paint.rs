//! The animal, lit and coloured: from relief and coat to a layer of colours with coverage.

use super::coat::Coat;
use super::form::Form;
use super::lens::blur_mask;
use super::noise::noise2;
use super::relief::{Relief, SAMPLES, Seen};
use super::scene::Canvas;
use super::solid::Part;
use super::vector::{V3, v};
use super::view::Sitter;
use plan::Stream;

/// Where light comes from, and its colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lamp {
    /// Unit vector towards the lamp; x right, y up, z towards the viewer.
    pub to: V3,
    pub colour: V3,
    /// Light from everywhere: from above, and thrown back by the ground.
    pub sky: V3,
    pub ground: V3,
    /// Half width of the transition between light and shade: 0 hard sun, 1 overcast.
    pub softness: f32,
}

impl Lamp {
    pub fn draw(stream: &mut Stream) -> Lamp {
        let to = v(stream.uniform(-1.0, 1.0), stream.uniform(0.1, 1.1), stream.uniform(0.25, 1.1)).unit();
        let warmth = stream.uniform(-0.14, 0.14);
        let balance = stream.uniform(0.25, 0.62);
        let colour = v(1.0 + warmth, 1.0, 1.0 - warmth) * (1.25 * (1.0 - balance) + 0.25);
        let sky = v(1.0 - 0.5 * warmth, 1.0, 1.0 + 0.5 * warmth) * balance;
        let ground = v(1.0, 0.93, 0.85) * (balance * stream.uniform(0.3, 0.7));
        Lamp { to, colour, sky, ground, softness: stream.uniform(0.1, 0.6) }
    }

    /// The light a surface with normal `n` throws back.
    pub fn on(&self, n: V3, lit: f32, around: f32) -> V3 {
        let facing = ((n.dot(self.to) + self.softness * 0.6) / (1.0 + self.softness * 0.6)).max(0.0);
        self.colour * (facing * lit) + self.ground.mix(self.sky, 0.5 + 0.5 * n.y) * around
    }
}

/// Colours (not multiplied by coverage) with coverage, one each per pixel, rows downwards.
pub(super) struct Layer {
    pub colour: Vec<V3>,
    pub cover: Vec<f32>,
}

/// Draws the animal on an empty layer.
pub(super) fn animal(relief: &Relief, sitter: &Sitter, coat: &Coat, form: &Form, lamp: &Lamp, seed: u32) -> Layer {
    let (w, h) = (relief.width / SAMPLES, relief.height / SAMPLES);
    let exposure = relief.exposure(lamp.to, sitter.body.scale * 0.45);
    let mut layer = Layer { colour: vec![V3::ZERO; w * h], cover: vec![0.0; w * h] };
    let brush = Brush { relief, sitter, coat, form, lamp, ruffles: ruffles(sitter, coat, seed) };
    const SHARE: f32 = 1.0 / (SAMPLES * SAMPLES) as f32;
    let (columns, rows) = relief.occupied();
    for y in rows {
        for x in columns.clone() {
            let at = y * w + x;
            let (mut sum, mut coloured, mut hits, mut owner) = (V3::ZERO, 0.0, 0.0, None);
            for j in 0..SAMPLES {
                for i in 0..SAMPLES {
                    let (column, row) = brush.ruffle(x * SAMPLES + i, y * SAMPLES + j);
                    let seen = &relief.seen[row * relief.width + column];
                    if !seen.is_something() {
                        continue;
                    }
                    hits += 1.0;
                    // Inside one solid, every other sample is enough to know a pixel's colour.
                    if owner != Some(seen.owner) || (i + j) % 2 == 0 {
                        let (lit, around) = (exposure.lamp[at], exposure.around[at]);
                        sum = sum + brush.colour(seen, column, row, lit, around);
                        coloured += 1.0;
                        owner = Some(seen.owner);
                    }
                }
            }
            if hits > 0.0 {
                layer.colour[at] = sum * (1.0 / coloured);
                layer.cover[at] = hits * SHARE;
            }
        }
    }
    layer
}

/// Side of the tile of ruffles, in samples: large enough that nobody sees it repeat.
const RUFFLES: usize = 128;

/// How far the hairs displace the outline, across and down, in samples: a tile of smooth noise.
fn ruffles(sitter: &Sitter, coat: &Coat, seed: u32) -> Vec<(f32, f32)> {
    let reach = (0.6 + 1.6 * coat.shag) * (sitter.body.scale * 0.011).clamp(0.4, 2.0) * SAMPLES as f32;
    let at = |i: usize| {
        let (x, y) = ((i % RUFFLES) as f32 * 0.38, (i / RUFFLES) as f32 * 0.38);
        ((noise2(x, y, seed) - 0.5) * reach, (noise2(x + 31.7, y, seed ^ 1) - 0.5) * reach)
    };
    (0..RUFFLES * RUFFLES).map(at).collect()
}

struct Brush<'a> {
    relief: &'a Relief,
    sitter: &'a Sitter,
    coat: &'a Coat,
    form: &'a Form,
    lamp: &'a Lamp,
    ruffles: Vec<(f32, f32)>,
}

impl Brush<'_> {
    /// The sample to show in this one's stead: fur has no smooth outline.
    fn ruffle(&self, column: usize, row: usize) -> (usize, usize) {
        let (dx, dy) = self.ruffles[row % RUFFLES * RUFFLES + column % RUFFLES];
        let clip = |at: f32, size: usize| (at.max(0.0) as usize).min(size - 1);
        let there =
            (clip(column as f32 + dx + 0.5, self.relief.width), clip(row as f32 + dy + 0.5, self.relief.height));
        // Eyes, noses and whiskers stay sharp.
        let hard = |(c, r): (usize, usize)| {
            let seen = &self.relief.seen[r * self.relief.width + c];
            seen.is_something() && self.sitter.solids[seen.owner as usize].melt == 0.0
        };
        if hard((column, row)) || hard(there) { (column, row) } else { there }
    }

    fn colour(&self, seen: &Seen, column: usize, row: usize, lit: f32, around: f32) -> V3 {
        let part = self.sitter.solids[seen.owner as usize].part;
        let (x, y) = self.relief.place(column, row);
        let point = v(x, y, seen.z);
        let h = self.sitter.head.inverse(point);
        let head_normal = || self.sitter.head.rotation.transpose().apply(seen.normal);
        let toward_both = (self.lamp.to + v(0.0, 0.0, 1.0)).unit();
        let glint = seen.normal.dot(toward_both).max(0.0);
        match part {
            Part::Torso | Part::Leg | Part::Paw | Part::Tail | Part::Head | Part::Muzzle | Part::Ear => {
                let p =
                    if part.of_head() { self.sitter.head_at_rest.apply(h) } else { self.sitter.body.inverse(point) };
                let zoom = self.sitter.body.scale;
                let hairs = self.coat.hairs(part, p, h, zoom) - 0.5;
                let mut fur = self.coat.fur(part, p, h, self.form) * (1.0 + 1.3 * hairs);
                if part == Part::Muzzle {
                    fur = fur * (1.0 - self.coat.mouth(h, self.form));
                }
                let n = (seen.normal + v(hairs, -hairs, 0.0) * 0.35).unit();
                // Light catches in the tips of the hairs along the outline.
                let rim = 1.0 - seen.normal.z.clamp(0.0, 1.0);
                let sheen = 0.06 * glint * glint * glint * glint + 0.12 * rim * rim * rim * lit;
                fur.times(self.lamp.on(n, lit, around)) + self.lamp.colour * (sheen * (0.3 + hairs.max(0.0)))
            }
            Part::InnerEar | Part::Tongue | Part::Whisker => {
                let bare = self.coat.bare(part, h, head_normal(), self.form);
                bare.times(self.lamp.on(seen.normal, lit, around))
            }
            Part::Eyelid | Part::Eye | Part::Nose => {
                let bare = self.coat.bare(part, h, head_normal(), self.form);
                let power = glint * glint * glint * glint;
                let spark = match part {
                    Part::Eye => 1.3 * ((power * power * power - 0.5) * 3.0).clamp(0.0, 1.0),
                    Part::Nose => 0.25 * power * power,
                    _ => 0.0,
                };
                let light = self.lamp.on(seen.normal, 0.5 + 0.5 * lit, around);
                bare.times(light) * 1.15 + self.lamp.colour * (spark * (0.4 + 0.6 * lit))
            }
        }
    }
}

/// Darkens the canvas where the animal keeps light from it: on the ground it stands on, and on what is behind it.
pub(super) fn shadow(canvas: &mut Canvas, layer: &Layer, sitter: &Sitter, lamp: &Lamp, stream: &mut Stream) {
    let (w, h) = (canvas.width, canvas.height);
    let flat = (sitter.up.x * sitter.up.x + sitter.up.y * sitter.up.y).sqrt().max(1e-3);
    let (ux, uy) = (sitter.up.x / flat, sitter.up.y / flat);
    let feet = sitter.ground.x * ux + sitter.ground.y * uy;
    let squash = stream.uniform(0.12, 0.35);
    let lean = (-lamp.to.x / lamp.to.y.max(0.35)).clamp(-1.6, 1.6);
    let far = sitter.extent * stream.uniform(0.04, 0.14);
    let strength = stream.uniform(0.25, 0.6) * (1.0 - 0.5 * lamp.softness);
    let cover = |x: f32, y: f32| {
        let (c, r) = (x + 0.5 * w as f32, 0.5 * h as f32 - y);
        if c < 0.0 || r < 0.0 || c >= w as f32 || r >= h as f32 {
            0.0
        } else {
            layer.cover[r as usize * w + c as usize]
        }
    };
    let mut mask = vec![0.0f32; w * h];
    for row in 0..h {
        for column in 0..w {
            let (x, y) = (column as f32 + 0.5 - 0.5 * w as f32, 0.5 * h as f32 - row as f32 - 0.5);
            let (along, above) = (x * uy - y * ux, x * ux + y * uy - feet);
            // On the ground: the outline folded down behind the feet. A point this far up the picture is darkened by
            // what stands so high above the feet:
            let tall = above / squash;
            let (a, b) = (along - lean * tall, feet + tall);
            let ground = if tall > 0.0 { cover(a * uy + b * ux, b * uy - a * ux) } else { 0.0 };
            let wall = cover(x + lamp.to.x * far, y + lamp.to.y * far);
            mask[row * w + column] = (ground * 0.9).max(wall * 0.6);
        }
    }
    blur_mask(&mut mask, w, h, 1 + (far * (0.15 + 0.3 * lamp.softness)) as usize);
    for (light, dark) in canvas.light.iter_mut().zip(&mask) {
        *light = *light * (1.0 - strength * dark);
    }
}
