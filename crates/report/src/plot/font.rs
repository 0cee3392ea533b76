//! The font of pictures, and how much room words take.
//!
//! PNG text is drawn with Ubuntu Light, which comes as a crate: no font of the system takes part. It is made a little
//! bolder than it is ([`Weight::emboldening`]). SVG text stays text, in the reader's own sans-serif, which may be
//! wider: layouts leave room for that.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use std::sync::OnceLock;

/// How bold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

impl Weight {
    /// How far outlines are thickened to each side, in em.
    pub fn emboldening(self) -> f32 {
        match self {
            Weight::Regular => 0.012,
            Weight::Bold => 0.038,
        }
    }
}

/// The font.
pub fn font() -> &'static FontRef<'static> {
    static FONT: OnceLock<FontRef<'static>> = OnceLock::new();
    // The bytes are compiled in, and a test reads them.
    FONT.get_or_init(|| FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).expect("the embedded font is one"))
}

/// The scale at which an em of the font is `em` pixels.
pub fn scale(em: f32) -> PxScale {
    PxScale::from(em * font().height_unscaled() / font().units_per_em().unwrap_or(1000.0))
}

/// Width of `text` in pixels, with room for the widest common sans-serif (DejaVu).
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let scaled = font().as_scaled(scale(size as f32));
    let advance: f32 = text.chars().map(|c| scaled.h_advance(scaled.glyph_id(c))).sum();
    let room = match weight {
        Weight::Regular => 1.15,
        Weight::Bold => 1.25,
    };
    f64::from(advance) * room
}

/// `text`, with its middle replaced by an ellipsis if it is wider than `room`: names of variants differ at both ends.
pub fn shorten(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    for kept in (2..characters.len()).rev() {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let start: String = characters[..head].iter().collect();
        let end: String = characters[characters.len() - tail..].iter().collect();
        let short = format!("{}\u{2026}{}", start.trim_end(), end.trim_start());
        if width(&short, size, weight) <= room {
            return short;
        }
    }
    "\u{2026}".to_owned()
}

/// `parts` in lines no wider than `room`, as many to a line as fit, joined by `separator`; a part that is wider than a
/// line is shortened. No more than `lines` lines: what is left is shortened into the last.
pub fn wrap(parts: &[String], separator: &str, size: f64, weight: Weight, room: f64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    for part in parts {
        match wrapped.last_mut() {
            Some(last) if width(&format!("{last}{separator}{part}"), size, weight) <= room => {
                last.push_str(separator);
                last.push_str(part);
            }
            Some(_) | None => wrapped.push(part.clone()),
        }
    }
    if wrapped.len() > lines {
        let rest = wrapped.split_off(lines.saturating_sub(1));
        wrapped.push(rest.join(separator));
    }
    wrapped.into_iter().map(|line| shorten(&line, size, weight, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_their_room() {
        let name = "augmentation=strong_with_everything,dropout=0.5";
        let short = shorten(name, 12.0, Weight::Bold, 120.0);
        assert!(width(&short, 12.0, Weight::Bold) <= 120.0, "{short}");
        assert!(short.starts_with("augm") && short.ends_with("0.5"), "{short}");
        assert_eq!(shorten("on", 12.0, Weight::Regular, 120.0), "on");
        let parts: Vec<String> = ["augmentation=off", "dropout=on", "lr=1e-4"].map(str::to_owned).to_vec();
        let lines = wrap(&parts, ", ", 12.0, Weight::Regular, 130.0, 3);
        assert_eq!(lines, ["augmentation=off", "dropout=on, lr=1e-4"]);
        assert_eq!(wrap(&parts, ", ", 12.0, Weight::Regular, 60.0, 1).len(), 1);
    }
}
