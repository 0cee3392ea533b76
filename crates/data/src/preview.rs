//! A picture of what the augmentation does: one training image a row, the original first, then copies drawn as in
//! training.

use crate::augment;
use crate::decode::BadImage;
use crate::file::File;
use crate::manifest::Manifest;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plan::{Augmentation, ColorMode, DataPlan};

/// Pixels between the pictures.
const MARGIN: usize = 4;

/// A PNG of `rows` training images, taken evenly from all classes, each followed by `copies` augmented ones. The copies
/// of the k-th image are what sample k of the epochs 1, 2, ... would be.
///
/// # Errors
/// [`BadImage`] where a chosen image cannot be decoded.
pub fn grid(
    manifest: &Manifest,
    plan: &DataPlan,
    augmentation: &Augmentation,
    seed: u64,
    rows: usize,
    copies: usize,
) -> Result<Vec<u8>, BadImage> {
    let [height, width] = plan.image_size;
    let channels = plan.channels();
    let files = choose(manifest, rows);
    let canvas_width = (copies + 1) * (width + MARGIN) + MARGIN;
    let canvas_height = files.len() * (height + MARGIN) + MARGIN;
    let mut canvas = vec![255u8; canvas_width * canvas_height * channels];
    let mut put = |row: usize, column: usize, picture: &[u8]| {
        let (top, left) = (MARGIN + row * (height + MARGIN), MARGIN + column * (width + MARGIN));
        for (y, line) in picture.chunks_exact(width * channels).enumerate() {
            let start = ((top + y) * canvas_width + left) * channels;
            canvas[start..start + line.len()].copy_from_slice(line);
        }
    };
    let mut copy = vec![0.0f32; height * width * channels];
    for (row, file) in files.iter().enumerate() {
        let original = file.pixels(plan)?;
        put(row, 0, &original);
        for column in 1..=copies {
            let drawn = augment::draw(augmentation, seed, column as u64, row as u64, height, width);
            augment::apply(&drawn, plan.color_mode, &original, &mut copy);
            let levels: Vec<u8> = copy.iter().map(|value| (value * 255.0 + 0.5) as u8).collect();
            put(row, column, &levels);
        }
    }
    let color = match plan.color_mode {
        ColorMode::Rgb => ExtendedColorType::Rgb8,
        ColorMode::Grayscale => ExtendedColorType::L8,
    };
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&canvas, canvas_width as u32, canvas_height as u32, color).map_err(
        |error| BadImage { path: plan.directory.clone(), reason: format!("the grid cannot be drawn: {error}") },
    )?;
    Ok(png)
}

/// `count` training images: the first of each class, then the second of each, and so on.
fn choose(manifest: &Manifest, count: usize) -> Vec<&File> {
    let classes = manifest.classes.len() as u32;
    let mut by_class: Vec<_> =
        (0..classes).map(|class| manifest.train.files.iter().filter(move |file| file.class == class)).collect();
    let mut chosen = Vec::with_capacity(count);
    while chosen.len() < count {
        let before = chosen.len();
        chosen.extend(by_class.iter_mut().filter_map(Iterator::next).take(count - before));
        if chosen.len() == before {
            break;
        }
    }
    chosen
}
