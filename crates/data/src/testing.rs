//! What the tests of this crate have in common: small data directories drawn on the spot.

use crate::{Cache, Manifest, Preparation};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plan::DataPlan;
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
    DataPlan { batch_size: 2, ..DataPlan::new(directory, [4, 6]) }
}

/// `text` without the name of the temporary directory.
pub fn portable(text: impl ToString, directory: &TempDir) -> String {
    text.to_string().replace(directory.path().to_str().unwrap(), "DATA")
}

/// An IDX file of bytes.
pub fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let header = [0x0800 + sizes.len() as u32].into_iter().chain(sizes.iter().copied());
    header.flat_map(u32::to_be_bytes).chain(bytes.iter().copied()).collect()
}

/// As gzip packs it.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

/// The names of a split's files, each with its class.
pub fn names(split: &crate::Split) -> Vec<(String, u32)> {
    let name = |file: &crate::File| file.path.file_name().unwrap().to_str().unwrap().to_owned();
    split.files.iter().map(|file| (name(file), file.class)).collect()
}

/// The digest of a manifest whose files can all be read.
pub fn digest(manifest: &Manifest) -> String {
    let files = manifest.splits().into_iter().flat_map(|(_, split)| &split.files);
    manifest.digest(&files.map(|file| file.hash().unwrap()).collect::<Vec<_>>())
}

/// What comes of preparing a manifest's images in a cache of their own.
pub fn prepared(manifest: &Manifest, plan: &DataPlan) -> (Preparation, TempDir) {
    let cache = tempfile::tempdir().unwrap();
    let preparation = Cache::open(cache.path()).unwrap().prepare(&mut manifest.clone(), plan, &mut |_| {}).unwrap();
    (preparation, cache)
}
