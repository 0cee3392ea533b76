//! Where the picture is taken: walls, floors, lawns, blankets. Knows nothing of the animal but where it stands.

use super::noise::{cloud2, noise2, split};
use super::vector::{V3, smoothstep, v};
use plan::Stream;

/// A picture being made: linear light, rows downwards, coordinates in pixels from the middle with y upwards.
pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub light: Vec<V3>,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, height, light: vec![V3::ZERO; width * height] }
    }

    /// Recolours every pixel of a box of the picture: `paint(x, y, old)`.
    pub fn paint(&mut self, bounds: [f32; 4], paint: impl Fn(f32, f32, V3) -> V3) {
        let (half_w, half_h) = (0.5 * self.width as f32, 0.5 * self.height as f32);
        let clip = |at: f32, size: usize| (at.max(0.0) as usize).min(size);
        let columns = clip(bounds[0] + half_w, self.width)..clip(bounds[2] + half_w + 1.0, self.width);
        for row in clip(half_h - bounds[3], self.height)..clip(half_h - bounds[1] + 1.0, self.height) {
            for column in columns.clone() {
                let (x, y) = (column as f32 + 0.5 - half_w, half_h - row as f32 - 0.5);
                let pixel = &mut self.light[row * self.width + column];
                *pixel = paint(x, y, *pixel);
            }
        }
    }

    pub fn everywhere(&self) -> [f32; 4] {
        let (half_w, half_h) = (0.5 * self.width as f32, 0.5 * self.height as f32);
        [-half_w, -half_h, half_w, half_h]
    }
}

/// Colours of things people have at home, as reflected linear light.
const THINGS: [V3; 14] = [
    v(0.62, 0.58, 0.50),
    v(0.45, 0.33, 0.20),
    v(0.30, 0.17, 0.08),
    v(0.12, 0.07, 0.04),
    v(0.50, 0.24, 0.10),
    v(0.36, 0.10, 0.08),
    v(0.10, 0.16, 0.30),
    v(0.20, 0.30, 0.38),
    v(0.12, 0.22, 0.10),
    v(0.30, 0.36, 0.18),
    v(0.40, 0.40, 0.42),
    v(0.06, 0.06, 0.07),
    v(0.55, 0.42, 0.42),
    v(0.34, 0.24, 0.34),
];

/// A colour of a thing, a little different every time.
pub(super) fn thing_colour(stream: &mut Stream) -> V3 {
    let colour = THINGS[stream.below(THINGS.len() as u32) as usize];
    let tint = v(stream.uniform(0.8, 1.2), stream.uniform(0.8, 1.2), stream.uniform(0.8, 1.2));
    colour.times(tint) * stream.uniform(0.7, 1.3)
}

/// What covers a surface.
#[derive(Clone, Copy, Debug)]
enum Texture {
    Plain,
    Stripes,
    Checks,
    Dots,
    Planks,
    Pile,
    Foliage,
}

/// A surface with its colours.
#[derive(Clone, Copy, Debug)]
struct Surface {
    texture: Texture,
    first: V3,
    second: V3,
    size: f32,
    turn: (f32, f32),
    seed: u32,
}

impl Surface {
    fn draw(choices: &[Texture], stream: &mut Stream) -> Surface {
        let texture = choices[stream.below(choices.len() as u32) as usize];
        let first = thing_colour(stream);
        let second = first.mix(thing_colour(stream), stream.uniform(0.1, 0.9));
        let size = stream.uniform(8.0, 34.0);
        let angle = stream.uniform(0.0, core::f32::consts::TAU);
        Surface { texture, first, second, size, turn: (libm::cosf(angle), libm::sinf(angle)), seed: stream.bits() }
    }

    fn grass(stream: &mut Stream) -> Surface {
        let first = v(0.10, 0.17, 0.04) * stream.uniform(0.6, 1.6);
        let second = v(0.24, 0.28, 0.10) * stream.uniform(0.6, 1.4);
        let size = stream.uniform(3.0, 9.0);
        Surface { texture: Texture::Pile, first, second, size, turn: (1.0, 0.0), seed: stream.bits() }
    }

    /// The colour at (x, y), in pixels on the surface.
    fn at(&self, x: f32, y: f32) -> V3 {
        let (c, s) = self.turn;
        let (u, w) = ((x * c + y * s) / self.size, (y * c - x * s) / self.size);
        let wave = |t: f32| smoothstep(0.42, 0.58, (split(t).1 - 0.5).abs() * 2.0);
        let share = match self.texture {
            Texture::Plain => cloud2(x / 60.0, y / 60.0, self.seed) * 0.5,
            Texture::Stripes => wave(u),
            Texture::Checks => 0.5 * (wave(u) + wave(w)),
            Texture::Dots => {
                let (du, dw) = (split(u).1 - 0.5, split(w).1 - 0.5);
                smoothstep(0.09, 0.06, du * du + dw * dw)
            }
            Texture::Planks => {
                let (plank, within) = split(w * 0.8);
                let seam = smoothstep(0.06, 0.02, within.min(1.0 - within));
                (noise2(u * 0.5 + plank as f32 * 17.3, w * 5.0, self.seed) * 0.8 + 0.4 * seam).min(1.0)
            }
            Texture::Pile => {
                noise2(x * 0.35, y * 0.22, self.seed) * 0.6 + cloud2(u * 0.6, w * 0.6, self.seed ^ 9) * 0.4
            }
            Texture::Foliage => smoothstep(0.3, 0.7, cloud2(u * 0.8, w * 0.8, self.seed)),
        };
        self.first.mix(self.second, share)
    }
}

/// The frame of the room in the picture: where the ground is, and which way is up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    /// Height of the line where wall meets floor, along `up`, in pixels from the middle.
    pub horizon: f32,
    /// Unit vector in the picture plane.
    pub up: (f32, f32),
}

/// Paints the place: a wall and a floor, a lawn before greenery, or one cloth that fills the picture.
pub(super) fn paint(canvas: &mut Canvas, ground: &Ground, stream: &mut Stream) {
    const WALLS: [Texture; 6] =
        [Texture::Plain, Texture::Plain, Texture::Stripes, Texture::Dots, Texture::Checks, Texture::Foliage];
    const FLOORS: [Texture; 5] = [Texture::Planks, Texture::Planks, Texture::Pile, Texture::Checks, Texture::Plain];
    const CLOTHS: [Texture; 6] =
        [Texture::Plain, Texture::Pile, Texture::Stripes, Texture::Checks, Texture::Dots, Texture::Foliage];
    let place = stream.below(10);
    let (wall, floor) = match place {
        0..5 => (Surface::draw(&WALLS, stream), Surface::draw(&FLOORS, stream)),
        5..8 => (Surface::draw(&[Texture::Foliage, Texture::Foliage, Texture::Plain], stream), Surface::grass(stream)),
        _ => {
            let cloth = Surface::draw(&CLOTHS, stream);
            (cloth, cloth)
        }
    };
    let one = place >= 8;
    let contrast = stream.uniform(0.35, 1.0);
    let edge = if stream.chance(0.5) { stream.uniform(2.0, 7.0) } else { 0.0 };
    let fade = stream.uniform(-0.5, 0.5) / canvas.width as f32;
    let folds = stream.bits();
    let (ux, uy) = ground.up;
    let everywhere = canvas.everywhere();
    canvas.paint(everywhere, |x, y, _| {
        let (along, above) = (x * uy - y * ux, x * ux + y * uy - ground.horizon);
        let light = 1.0 + fade * along;
        if one {
            let fold = cloud2(along / 38.0, above / 70.0, folds);
            return soften(&wall, along + 8.0 * fold, above, contrast) * (light * (0.65 + 0.6 * fold));
        }
        // The floor recedes: rows of its texture get closer towards the horizon.
        let depth = 1.0 / (1.0 - (above / 240.0).min(0.0) * 2.2);
        let below = soften(&floor, along * (0.5 + 0.9 * depth), above * (0.8 + 1.6 * depth), contrast);
        let over = soften(&wall, along, above, contrast) * 0.92;
        let board = if edge > 0.0 { smoothstep(edge + 1.0, edge, above) * smoothstep(-0.5, 0.5, above) } else { 0.0 };
        let join = smoothstep(-1.2, 1.2, above);
        let crease = 1.0 - 0.3 * smoothstep(14.0, 0.0, above.abs());
        below.mix(over, join).mix(v(0.5, 0.48, 0.44), board) * (light * crease)
    });
}

fn soften(surface: &Surface, x: f32, y: f32, contrast: f32) -> V3 {
    let middle = surface.first.mix(surface.second, 0.5);
    middle.mix(surface.at(x, y), contrast)
}
