//! Pictures are turned upright as Pillow turns them, wherever a file says how (`tests/pillow/make_orientation.py`).

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use plan::{DataPlan, Interpolation};
use std::path::{Path, PathBuf};

const HEIGHT: usize = 8;
const WIDTH: usize = 16;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/orientation")
}

/// The levels of a file whose upright picture has this size.
fn decoded(file: &str, height: usize, width: usize) -> Vec<u8> {
    let plan = DataPlan { interpolation: Interpolation::Nearest, ..DataPlan::new("", [height, width]) };
    data::decode_one(&folder().join(file), &plan).unwrap()
}

#[test]
fn every_place_counts_where_pillow_finds_an_orientation() {
    let table = std::fs::read_to_string(folder().join("turns.tsv")).unwrap();
    let rows: Vec<(&str, &str)> = table.lines().map(|line| line.split_once('\t').unwrap()).collect();
    assert!(rows.len() > 40, "{} files", rows.len());
    let mut wrong = Vec::new();
    for (file, turn) in rows {
        let (_, ending) = file.rsplit_once('.').unwrap();
        let plain = decoded(&format!("plain.{ending}"), HEIGHT, WIDTH);
        let mut expected = DynamicImage::from(RgbImage::from_raw(WIDTH as u32, HEIGHT as u32, plain).unwrap());
        expected.apply_orientation(Orientation::from_exif(turn.parse().unwrap()).unwrap());
        let found = decoded(file, expected.height() as usize, expected.width() as usize);
        wrong.extend((found != expected.as_bytes()).then_some(file));
    }
    assert_eq!(wrong, [""; 0], "turned otherwise");
}
