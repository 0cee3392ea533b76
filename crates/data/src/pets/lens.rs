//! From light to a photograph: focus, exposure, white balance, vignette, sensor noise, tone.

use super::scene::Canvas;
use super::vector::{V3, v};
use plan::Stream;

/// The settings of one photograph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lens {
    blur: f32,
    exposure: f32,
    balance: V3,
    vignette: f32,
    noise: f32,
    black: f32,
}

impl Lens {
    pub fn draw(stream: &mut Stream) -> Lens {
        let blur = (stream.normal().clamp(-1.0, 2.0) * 0.45).max(0.0);
        let exposure = 1.35 * libm::exp2f(0.3 * stream.normal().clamp(-2.0, 2.0));
        let warmth = 0.08 * stream.normal().clamp(-2.0, 2.0);
        let tint = 0.03 * stream.normal().clamp(-2.0, 2.0);
        let balance = v(1.0 + warmth, 1.0 + tint, 1.0 - warmth);
        let vignette = stream.uniform(0.0, 0.35);
        let noise = if stream.chance(0.15) { stream.uniform(0.02, 0.055) } else { stream.uniform(0.004, 0.02) };
        Lens { blur, exposure, balance, vignette, noise, black: stream.uniform(0.0, 0.03) }
    }

    /// Develops the canvas to 8-bit RGB, rows downwards.
    pub fn develop(&self, canvas: &mut Canvas, stream: &mut Stream) -> Vec<u8> {
        if self.blur > 0.05 {
            for _ in 0..2 {
                soften(canvas, self.blur.min(1.0));
            }
        }
        let (w, h) = (canvas.width, canvas.height);
        let far = 4.0 / (w * w + h * h) as f32;
        let mut out = Vec::with_capacity(w * h * 3);
        for row in 0..h {
            let dy = row as f32 + 0.5 - 0.5 * h as f32;
            for column in 0..w {
                let dx = column as f32 + 0.5 - 0.5 * w as f32;
                let dim = 1.0 - self.vignette * (dx * dx + dy * dy) * far;
                let light = canvas.light[row * w + column].times(self.balance) * (self.exposure * dim);
                let grain = (triangle(stream) + triangle(stream)) * self.noise;
                for channel in [light.x, light.y, light.z] {
                    let own = triangle(stream) * self.noise * 0.7;
                    out.push(quantize(self.tone(channel) + grain + own));
                }
            }
        }
        out
    }

    /// Linear light to display value: the square root stands for the display's gamma, and highlights are rolled off.
    fn tone(&self, light: f32) -> f32 {
        let root = light.max(0.0).sqrt();
        let rolled = if root > 0.7 { 0.7 + (root - 0.7) / (1.0 + (root - 0.7) * 1.6) } else { root };
        self.black + (1.0 - self.black) * rolled
    }
}

fn quantize(value: f32) -> u8 {
    (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}

/// Noise in (-1, 1), more often near 0.
fn triangle(stream: &mut Stream) -> f32 {
    let bits = stream.bits();
    ((bits & 0xffff) as f32 - (bits >> 16) as f32) * (1.0 / 65536.0)
}

/// One pass of the kernel (k, 1, k) / (1 + 2k) along rows and columns.
fn soften(canvas: &mut Canvas, k: f32) {
    let (w, h) = (canvas.width, canvas.height);
    blur_lines(&mut canvas.light, w, h, 1, w, k);
    blur_lines(&mut canvas.light, h, w, w, 1, k);
}

/// Blurs `lines` lines of `length` pixels; `step` apart within a line, `stride` from line to line.
fn blur_lines(light: &mut [V3], length: usize, lines: usize, step: usize, stride: usize, k: f32) {
    let norm = 1.0 / (1.0 + 2.0 * k);
    for line in 0..lines {
        let mut before = light[line * stride];
        for i in 0..length {
            let at = line * stride + i * step;
            let here = light[at];
            let after = if i + 1 < length { light[at + step] } else { here };
            light[at] = (here + (before + after) * k) * norm;
            before = here;
        }
    }
}

/// Blurs a mask of `w * h` values by a box of `2 * radius + 1`, twice each way: nearly a Gaussian.
pub(super) fn blur_mask(mask: &mut [f32], w: usize, h: usize, radius: usize) {
    let mut line = Vec::new();
    for _ in 0..2 {
        for (length, lines, step, stride) in [(w, h, 1, w), (h, w, w, 1)] {
            for l in 0..lines {
                line.clear();
                line.extend((0..length).map(|i| mask[l * stride + i * step]));
                let get = |i: isize| line[i.clamp(0, length as isize - 1) as usize];
                let r = radius as isize;
                let mut sum: f32 = (-r..=r).map(get).sum();
                for i in 0..length as isize {
                    mask[l * stride + i as usize * step] = sum / (2 * r + 1) as f32;
                    sum += get(i + r + 1) - get(i - r);
                }
            }
        }
    }
}
