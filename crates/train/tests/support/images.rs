//! Small pictures of three kinds.

use image::{Rgb, RgbImage};
use plan::{Purpose, Stream};
use std::path::Path;

/// Draws 16x16 images of stripes lying, standing and crossed, under noise: for each class 6 to train, 3 to validate and
/// 2 to test.
pub fn draw_images(folder: &Path) {
    for (split, count) in [("train", 6), ("validation", 3), ("test", 2)] {
        for (class, name) in ["cross", "lie", "stand"].into_iter().enumerate() {
            let place = folder.join(split).join(name);
            std::fs::create_dir_all(&place).unwrap();
            for index in 0..count {
                let ids = [split.len() as u64, class as u64, index];
                let picture = draw(class, &mut Stream::new(0, Purpose::Generate, &ids));
                picture.save(place.join(format!("{index}.png"))).unwrap();
            }
        }
    }
}

fn draw(class: usize, stream: &mut Stream) -> RgbImage {
    let phase = stream.below(6);
    let mut picture = RgbImage::new(16, 16);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (lying, standing) = ((y + phase) % 6 < 3, (x + phase) % 6 < 3);
        let on = [lying != standing, lying, standing][class];
        let level = |stream: &mut Stream| (if on { 120.0 } else { 60.0 } + 70.0 * stream.unit()) as u8;
        *pixel = Rgb([level(stream), level(stream), level(stream)]);
    }
    picture
}
