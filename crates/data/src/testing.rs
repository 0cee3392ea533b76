//! What the tests of this crate have in common: small data directories drawn on the spot.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plan::{ColorMode, DataPlan, Interpolation, LabelMode, OnError};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A directory with the given files.
pub fn directory(files: &[(&str, &[u8])]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    directory
}

/// A colour PNG whose levels are `level(row, column, channel)`.
pub fn png(height: usize, width: usize, level: impl Fn(usize, usize, usize) -> u8) -> Vec<u8> {
    let indices = (0..height * width * 3).map(|i| (i / 3 / width, i / 3 % width, i % 3));
    let pixels: Vec<u8> = indices.map(|(row, column, channel)| level(row, column, channel)).collect();
    encode(&pixels, height, width, ExtendedColorType::Rgb8)
}

/// A PNG of raw samples.
pub fn encode(samples: &[u8], height: usize, width: usize, color: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(samples, width as u32, height as u32, color).unwrap();
    bytes
}

/// A plan for the images of `directory`, at 4 x 6 pixels.
pub fn plan(directory: &Path) -> DataPlan {
    DataPlan {
        directory: directory.into(),
        classes: Vec::new(),
        label_mode: LabelMode::Binary,
        image_size: [4, 6],
        color_mode: ColorMode::Rgb,
        batch_size: 2,
        interpolation: Interpolation::Bilinear,
        shuffle: true,
        on_error: OnError::Refuse,
        generate: None,
        allow: Vec::new(),
    }
}

/// `text` without the name of the temporary directory.
pub fn portable(text: impl ToString, directory: &TempDir) -> String {
    text.to_string().replace(directory.path().to_str().unwrap(), "DATA")
}
