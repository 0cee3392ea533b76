//! Fur colours and patterns, eyes and noses. Drawn alike for both classes.

use super::form::Form;
use super::head;
use super::noise::{cloud3, noise3, split};
use super::solid::Part;
use super::vector::{V3, smoothstep, v};
use plan::Stream;

/// Fur colours, as reflected linear light.
const FURS: [V3; 10] = [
    v(0.035, 0.032, 0.032), // black
    v(0.16, 0.16, 0.17),    // blue grey
    v(0.33, 0.31, 0.29),    // silver
    v(0.72, 0.68, 0.62),    // white
    v(0.60, 0.46, 0.29),    // cream
    v(0.50, 0.25, 0.085),   // ginger
    v(0.32, 0.13, 0.05),    // red
    v(0.17, 0.085, 0.042),  // chocolate
    v(0.26, 0.18, 0.11),    // brown
    v(0.42, 0.32, 0.21),    // sand
];
const IRISES: [V3; 5] =
    [v(0.45, 0.30, 0.04), v(0.22, 0.32, 0.07), v(0.16, 0.27, 0.42), v(0.20, 0.085, 0.02), v(0.42, 0.16, 0.02)];
const NOSES: [V3; 3] = [v(0.02, 0.018, 0.018), v(0.38, 0.15, 0.13), v(0.10, 0.05, 0.04)];

#[derive(Clone, Copy, Debug)]
enum Pattern {
    Plain,
    Tabby { frequency: f32, contrast: f32 },
    Patches { size: f32, cover: f32 },
    Points,
    Saddle,
}

/// The looks of one individual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coat {
    base: V3,
    second: V3,
    pattern: Pattern,
    /// How much of chest, belly, paws and face is white: 0 none.
    white: f32,
    iris: V3,
    nose: V3,
    /// Length of the hairs, 0 sleek to 1 shaggy.
    pub shag: f32,
    seed: u32,
}

impl Coat {
    pub fn draw(stream: &mut Stream) -> Coat {
        let shade = |stream: &mut Stream| {
            let fur = FURS[stream.below(FURS.len() as u32) as usize];
            fur * stream.uniform(0.8, 1.25)
        };
        let (base, second) = (shade(stream), shade(stream));
        let pattern = match stream.below(10) {
            0..3 => Pattern::Plain,
            3..5 => Pattern::Tabby { frequency: stream.uniform(16.0, 30.0), contrast: stream.uniform(0.4, 0.75) },
            5..7 => Pattern::Patches { size: stream.uniform(2.2, 5.0), cover: stream.uniform(0.38, 0.55) },
            7 => Pattern::Points,
            _ => Pattern::Saddle,
        };
        Coat {
            base,
            second,
            pattern,
            white: if stream.chance(0.45) { stream.uniform(0.2, 1.0) } else { 0.0 },
            iris: IRISES[stream.below(IRISES.len() as u32) as usize],
            nose: NOSES[stream.below(NOSES.len() as u32) as usize],
            shag: stream.unit(),
            seed: stream.bits(),
        }
    }

    /// The colour of fur at a point: `p` in the body's coordinates at rest, `h` in the head's.
    pub fn fur(&self, part: Part, p: V3, h: V3, form: &Form) -> V3 {
        let wobble = noise3(p * 5.0, self.seed) - 0.5;
        let second = match self.pattern {
            Pattern::Plain => 0.0,
            Pattern::Tabby { frequency, contrast } => {
                let along =
                    if part.of_head() { h.z * h.z * 0.35 + h.z.abs() * 0.25 - 0.1 * h.y } else { p.x + 0.25 * p.y };
                let wave = noise3(p * 4.0, self.seed ^ 7) * 5.0 + along * frequency;
                let turn = wave * (1.0 / core::f32::consts::TAU);
                let saw = (split(turn).1 - 0.5).abs() * 2.0;
                contrast * smoothstep(0.35, 0.75, saw)
            }
            Pattern::Patches { size, cover } => {
                let field = cloud3(p * size, self.seed ^ 3);
                smoothstep(1.0 - cover - 0.03, 1.0 - cover + 0.03, field)
            }
            Pattern::Points => {
                let face = smoothstep(0.25, 0.95, h.x - 0.5 * h.y.abs() + 0.15 * wobble);
                match part {
                    Part::Ear | Part::Tail | Part::Paw => 0.9,
                    Part::Head | Part::Muzzle => 0.9 * face,
                    Part::Leg => 0.5,
                    Part::Torso | Part::InnerEar | Part::Eyelid | Part::Eye | Part::Nose | Part::Tongue => 0.1,
                    Part::Whisker => 0.0,
                }
            }
            Pattern::Saddle => match part {
                Part::Torso | Part::Tail => smoothstep(-0.08, 0.10, p.y - self.back_line(form) + 0.2 * wobble),
                Part::Head | Part::Ear => smoothstep(-0.1, 0.35, h.y - 0.5 * h.x.max(0.0) + 0.4 * wobble),
                Part::Leg | Part::Paw | Part::Muzzle | Part::InnerEar | Part::Eyelid => 0.0,
                Part::Eye | Part::Nose | Part::Tongue | Part::Whisker => 0.0,
            },
        };
        let colour = self.base.mix(self.second, second);
        let white = match part {
            Part::Paw => smoothstep(0.2, 0.3, self.white),
            Part::Leg => smoothstep(0.55, 0.75, self.white + 0.3 * wobble),
            Part::Torso => {
                let low =
                    smoothstep(0.02, -0.10, p.y - self.back_line(form) + 0.15 + 0.25 * wobble - 0.12 * self.white);
                let front = smoothstep(0.36, 0.50, p.x + 0.15 * wobble);
                low.max(front) * smoothstep(0.2, 0.45, self.white)
            }
            Part::Head => {
                let blaze = smoothstep(0.26, 0.14, h.z.abs() + 0.3 * wobble) * smoothstep(0.1, 0.5, h.x);
                let chin = smoothstep(-0.25, -0.5, h.y + 0.2 * wobble);
                blaze.max(chin) * smoothstep(0.35, 0.6, self.white)
            }
            Part::Muzzle => smoothstep(0.3, 0.5, self.white + 0.2 * wobble),
            Part::Tail => smoothstep(0.8, 0.9, self.white) * 0.5,
            Part::Ear | Part::InnerEar | Part::Eyelid | Part::Eye | Part::Nose | Part::Tongue | Part::Whisker => 0.0,
        };
        colour.mix(v(0.74, 0.71, 0.66), white)
    }

    fn back_line(&self, form: &Form) -> f32 {
        form.leg_length + 0.05
    }

    /// How light or dark the hairs are here: fine streaks that run along the body, from nose to tail.
    pub fn hairs(&self, part: Part, p: V3, h: V3, zoom: f32) -> f32 {
        // Streaks may not be finer than about two samples, or they would only be noise.
        let fine = (zoom * 0.55).clamp(18.0, 75.0) * (1.0 - 0.4 * self.shag);
        let q = if part.of_head() { v(h.x * 0.11, h.y * 0.2, h.z * 0.27) } else { v(p.x * 0.3, p.y * 0.55, p.z) };
        let coarse = noise3(p * 9.0, self.seed ^ 11);
        noise3(q * fine, self.seed ^ 5) * 0.65 + coarse * 0.35
    }

    /// The colour of what is not fur. `h` is the point in the head's coordinates, `n` the normal there.
    pub fn bare(&self, part: Part, h: V3, n: V3, form: &Form) -> V3 {
        match part {
            Part::InnerEar => v(0.42, 0.22, 0.18).mix(self.base, 0.35),
            Part::Eyelid => v(0.02, 0.016, 0.014).mix(self.base, 0.12),
            Part::Eye => self.eye(h, n, form),
            Part::Nose => self.nose,
            Part::Tongue => v(0.55, 0.17, 0.17),
            Part::Whisker => v(0.75, 0.73, 0.70),
            Part::Torso | Part::Leg | Part::Paw | Part::Tail | Part::Head | Part::Muzzle | Part::Ear => self.base,
        }
    }

    fn eye(&self, h: V3, n: V3, form: &Form) -> V3 {
        let look = head::gaze(form, if h.z > 0.0 { 1.0 } else { -1.0 });
        let across = v(-look.z, 0.0, look.x);
        let (dx, dy) = (n.dot(across) / (1.0 - 0.6 * form.slit), n.y - look.y);
        let off = (dx * dx + dy * dy).sqrt();
        let pupil = smoothstep(0.62, 0.45, off);
        let rim = smoothstep(0.75, 1.0, off);
        self.iris.mix(self.iris * 0.3, rim).mix(v(0.006, 0.006, 0.008), pupil)
    }

    /// How much darker the muzzle is where the mouth's line runs, 0 to 1.
    pub fn mouth(&self, h: V3, form: &Form) -> f32 {
        let tip = head::muzzle_tip(form);
        let below = tip.y + 0.08 - h.y;
        let groove = smoothstep(0.05, 0.015, h.z.abs()) * smoothstep(0.0, 0.05, below) * smoothstep(0.36, 0.28, below);
        let bow = 0.30 + 0.25 * (0.22 - h.z.abs()).max(0.0) - 0.12 * (tip.x - h.x).max(0.0);
        let lips = smoothstep(0.055, 0.02, (below - bow).abs()) * smoothstep(0.9, 0.5, tip.x - h.x);
        0.8 * groove.max(lips)
    }
}
