//! What every plot has: margins, the experiment's name, its question.

use super::font::{self, Weight};
use super::palette::{INK, SOFT};
use super::scene::{Scene, Type};
use files::shown;

/// Free room around a picture.
pub const MARGIN: f64 = 24.0;

/// Writes name and description at the top; returns where the rest may begin.
pub fn title(scene: &mut Scene, name: &str, description: &str) -> f64 {
    let room = scene.width - 2.0 * MARGIN;
    let name = shown(name).to_string();
    scene.text((MARGIN, 32.0), font::shorten(&name, 20.0, Weight::Bold, room), Type::new(20.0, INK).bold());
    let words: Vec<String> = description.split_whitespace().map(|word| shown(word).to_string()).collect();
    let mut y = 56.0;
    for line in font::wrap(&words, " ", 13.0, Weight::Regular, room, 2) {
        scene.text((MARGIN, y), line, Type::new(13.0, SOFT));
        y += 18.0;
    }
    y
}
