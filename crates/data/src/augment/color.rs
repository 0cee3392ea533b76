//! Operations on colours. Neighbours in the chain are one pass over the picture: each row is taken through all of them
//! while it is in the nearest cache. An operation that asks for something of the whole picture, its mean or its extremes,
//! begins a pass, as that must be known first.
//!
//! Levels are in [0, 1] and stay there. Formulas are those of torchvision's v2 functional transforms on float images;
//! the channel shift is Keras's. A picture of one channel is grey already: hue, saturation and grayscale leave it as it
//! is.

mod channel_shift;
mod contrast;
mod grey;
mod hue;
mod noise;

use noise::Noise;
use plan::ColorMode;

/// An operation with its drawn numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Color {
    /// Levels times a factor.
    Brightness { factor: f32 },
    /// Distances from the picture's mean grey times a factor.
    Contrast { factor: f32 },
    /// Distances from each pixel's grey times a factor.
    Saturation { factor: f32 },
    /// So many turns of the colour wheel.
    Hue { turns: f32 },
    /// Added to all channels, in [-1, 1].
    ChannelShift { shift: f32 },
    /// Normal noise of this deviation, from the stream of this key.
    GaussianNoise { sigma: f32, key: u64 },
    /// Each pixel's grey in all channels.
    Grayscale,
}

/// An operation that is ready to be done to one row after the other, from the top.
enum Ready {
    Blend { factor: f32, rest: f32 },
    Saturation { factor: f32 },
    Hue { turns: f32 },
    Shift { shift: f32, low: f32, high: f32 },
    Noise(Box<Noise>),
    Grayscale,
}

/// Does neighbouring operations, in order, to a picture of `width` pixels a row.
pub(super) fn apply(colors: &[Color], color_mode: ColorMode, width: usize, picture: &mut [f32]) {
    let asks_for_the_whole = |color: &Color| match color {
        Color::Contrast { .. } | Color::ChannelShift { .. } => true,
        Color::Brightness { .. }
        | Color::Saturation { .. }
        | Color::Hue { .. }
        | Color::GaussianNoise { .. }
        | Color::Grayscale => false,
    };
    for pass in colors.chunk_by(|_, next| !asks_for_the_whole(next)) {
        let mut ready: Vec<Ready> = pass.iter().map(|color| color.ready(color_mode, picture)).collect();
        for row in picture.chunks_exact_mut(width * color_mode.channels()) {
            for operation in &mut ready {
                operation.apply(color_mode, row);
            }
        }
    }
}

impl Color {
    fn ready(&self, color_mode: ColorMode, picture: &[f32]) -> Ready {
        match *self {
            Color::Brightness { factor } => Ready::Blend { factor, rest: 0.0 },
            Color::Contrast { factor } => {
                Ready::Blend { factor, rest: (1.0 - factor) * contrast::mean(color_mode, picture) }
            }
            Color::Saturation { factor } => Ready::Saturation { factor },
            Color::Hue { turns } => Ready::Hue { turns },
            Color::ChannelShift { shift } => {
                let [low, high] = channel_shift::extremes(picture);
                Ready::Shift { shift, low, high }
            }
            Color::GaussianNoise { sigma, key } => Ready::Noise(Box::new(Noise::new(sigma, key))),
            Color::Grayscale => Ready::Grayscale,
        }
    }
}

impl Ready {
    fn apply(&mut self, color_mode: ColorMode, row: &mut [f32]) {
        match (self, color_mode) {
            (Ready::Blend { factor, rest }, _) => {
                row.iter_mut().for_each(|level| *level = (*level * *factor + *rest).clamp(0.0, 1.0));
            }
            (Ready::Shift { shift, low, high }, _) => {
                row.iter_mut().for_each(|level| *level = (*level + *shift).clamp(*low, *high));
            }
            (Ready::Noise(noise), _) => noise.add(row),
            (Ready::Saturation { factor }, ColorMode::Rgb) => grey::saturate(*factor, row),
            (Ready::Hue { turns }, ColorMode::Rgb) => hue::turn(*turns, row),
            (Ready::Grayscale, ColorMode::Rgb) => grey::saturate(0.0, row),
            (Ready::Saturation { .. } | Ready::Hue { .. } | Ready::Grayscale, ColorMode::Grayscale) => {}
        }
    }
}

#[cfg(test)]
mod tests;
