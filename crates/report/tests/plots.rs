//! Plots from a small fixed CSV: the SVG is read by eye when it changes, the PNG shows the same picture.

#[allow(dead_code, reason = "each test file uses some of it")]
mod fixture;

use record::{Earlier, ExperimentDirectory, epochs_csv, runs_csv};
use report::{Input, write};
use std::fs;

fn draw() -> (tempfile::TempDir, ExperimentDirectory) {
    let (metrics, epochs) = epochs_csv::parse(include_str!("data/epochs.csv")).unwrap();
    let runs = runs_csv::parse(include_str!("data/runs.csv")).unwrap();
    let input = Input {
        name: "small".into(),
        description: "Is <b> better than plain & simple?".into(),
        baseline: "plain".into(),
        variants: vec![fixture::variant("plain"), fixture::variant("a,b")],
        swept_paths: vec![],
        seeds: vec![0, 1],
        metrics,
        data_digest: None,
        file: "experiments/small.toml".into(),
    };
    let folder = tempfile::tempdir().unwrap();
    let directory = ExperimentDirectory::new(folder.path(), "small");
    write(&directory, &input, &runs_csv::assemble(&runs.rows, &epochs), &Earlier::default()).unwrap();
    (folder, directory)
}

struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Picture {
    fn read(directory: &ExperimentDirectory, plot: &str) -> Picture {
        let file = fs::File::open(directory.plot(plot, "png")).unwrap();
        let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        Picture { width: info.width, height: info.height, pixels }
    }

    fn count(&self, color: [u8; 3]) -> usize {
        self.pixels.chunks(3).filter(|pixel| *pixel == color).count()
    }

    /// FNV-1a over the pixels.
    fn hash(&self) -> u64 {
        self.pixels
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
    }
}

#[test]
fn svg() {
    let (_folder, directory) = draw();
    insta::assert_snapshot!("curves", fs::read_to_string(directory.plot("curves", "svg")).unwrap());
    insta::assert_snapshot!("comparison", fs::read_to_string(directory.plot("comparison", "svg")).unwrap());
}

#[test]
fn png_shows_the_same_at_twice_the_size() {
    let (_folder, directory) = draw();
    for plot in ["curves", "comparison"] {
        let picture = Picture::read(&directory, plot);
        let svg = fs::read_to_string(directory.plot(plot, "svg")).unwrap();
        let sizes: Vec<f64> = attribute(&svg, "viewBox").flat_map(|size| numbers(size).collect::<Vec<_>>()).collect();
        let doubled = [picture.width, picture.height].map(|pixels| f64::from(pixels) / 2.0 * 10.0);
        for (pixels, units) in doubled.into_iter().zip(&sizes[2..]) {
            assert!((pixels - units).abs() <= 5.0, "{plot}: {pixels} of {units}");
        }
        // Validation is blue in both, and most of a plot is paper.
        assert!(picture.count([0x00, 0x72, 0xB2]) > 100, "{plot}");
        assert!(picture.count([0xFF; 3]) * 3 > (picture.width * picture.height) as usize * 2, "{plot}");
    }
}

#[test]
fn pixels_are_pinned() {
    // On every machine the same. They change with a plot's look: see that it is meant, then pin the new ones.
    let (_folder, directory) = draw();
    let hashes = ["curves", "comparison"].map(|plot| format!("{:016x}", Picture::read(&directory, plot).hash()));
    insta::assert_debug_snapshot!("pixels", hashes);
}

#[test]
fn nothing_is_drawn_outside_the_picture() {
    // Every x and y of every SVG element lies within its view box; of texts, their anchors.
    for (case, input, runs) in fixture::cases() {
        let folder = tempfile::tempdir().unwrap();
        let directory = ExperimentDirectory::new(folder.path(), case);
        write(&directory, &input, &runs, &Earlier::default()).unwrap();
        for plot in ["curves", "comparison"] {
            let svg = fs::read_to_string(directory.plot(plot, "svg")).unwrap();
            let sizes: Vec<f64> =
                attribute(&svg, "viewBox").flat_map(|size| numbers(size).collect::<Vec<_>>()).collect();
            let within =
                |value: f64, size: f64| assert!((0.0..=size).contains(&value), "{case} {plot}: {value} of {size}");
            for points in attribute(&svg, "points") {
                for (index, value) in numbers(points).enumerate() {
                    within(value, sizes[2 + index % 2]);
                }
            }
            for (names, size) in [(["x", "cx"], sizes[2]), (["y", "cy"], sizes[3])] {
                names
                    .into_iter()
                    .flat_map(|name| attribute(&svg, name))
                    .flat_map(numbers)
                    .for_each(|v| within(v, size));
            }
        }
    }
}

fn attribute<'a>(svg: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let start = format!(" {name}=\"");
    svg.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect::<Vec<_>>().into_iter()
}

fn numbers(text: &str) -> impl Iterator<Item = f64> {
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().unwrap())
}
