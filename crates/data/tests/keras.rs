//! Pixels against those that Keras and Pillow make of the same files; `tests/keras/` has the scripts that stored them.

use data::augment::{Drawn, DrawnOperation, apply};
use data::{Cache, Set, Standardization};
use plan::augment::FlipAxis;
use plan::{ColorMode, DataPlan, FillMode, Interpolation, LabelMode, Normalization};
use safetensors::SafeTensors;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn stored(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/keras/stored")).join(path)
}

fn plan(image_size: [usize; 2], interpolation: Interpolation) -> DataPlan {
    DataPlan { interpolation, ..DataPlan::new("", image_size) }
}

fn decode(path: &str, image_size: [usize; 2], interpolation: Interpolation) -> Vec<u8> {
    data::decode_one(&stored(path), &plan(image_size, interpolation)).unwrap()
}

fn decode_grayscale(path: &str, image_size: [usize; 2], interpolation: Interpolation) -> Vec<u8> {
    let plan = DataPlan { color_mode: ColorMode::Grayscale, ..plan(image_size, interpolation) };
    data::decode_one(&stored(path), &plan).unwrap()
}

#[test]
fn images_are_standardized_as_keras_normalizes_them() {
    let directory = stored("images/small");
    let plan = DataPlan { directory, label_mode: LabelMode::Categorical, ..plan([16, 16], Interpolation::Nearest) };
    let folder = tempfile::tempdir().unwrap();
    let preparation = Cache::open(folder.path()).unwrap().prepare(&mut data::scan(&plan).unwrap(), &plan, &mut |_| {});
    let images = Set::open(&preparation.unwrap().set.unwrap(), &plan).unwrap().train;
    let found = Standardization::of(Normalization::Standardize, &images).unwrap();
    let cases: Value = serde_json::from_slice(&fs::read(stored("formulas.json")).unwrap()).unwrap();
    let numbers = |name: &str| -> Vec<f64> { serde_json::from_value(cases["normalization"][name].clone()).unwrap() };
    let close = |found: &[f64], expected: &[f64]| {
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}, expected {expected:?}");
    };
    close(&found.mean, &numbers("mean"));
    let variance: Vec<f64> = found.standard_deviation.iter().map(|deviation| deviation * deviation).collect();
    close(&variance, &numbers("variance"));
    let mut row = vec![0.0; 16 * 3];
    data::scale(&images.image(0)[..16 * 3], &mut row);
    found.apply(3, &mut row);
    close(&row.iter().map(|number| f64::from(*number)).collect::<Vec<_>>(), &numbers("first_row"));
}

#[test]
fn resized_images_are_those_of_keras_in_colour_and_in_grey() {
    for size in [[20, 30], [24, 31], [94, 122], [80, 45]] {
        for interpolation in Interpolation::ALL {
            let name = interpolation.name();
            let [height, width] = size;
            let expected = decode(&format!("resize/{name}_{height}x{width}.png"), size, Interpolation::Nearest);
            assert!(decode("images/resize.png", size, interpolation) == expected, "{name} to {height}x{width}");
            let path = format!("resize/grayscale_{name}_{height}x{width}.png");
            let expected = decode_grayscale(&path, size, Interpolation::Nearest);
            let found = decode_grayscale("images/resize.png", size, interpolation);
            assert!(found == expected, "{name} to {height}x{width} in grey");
        }
    }
}

/// The operations with Keras's numbers. Its `tx` and `zx` are those of the columns, as (x, y) is (column, row) there.
fn operations(case: &Value) -> Vec<DrawnOperation> {
    let number = |name, default| case["arguments"].get(name).map_or(default, |n| n.as_f64().unwrap() as f32);
    let flip = |axis| vec![DrawnOperation::Flip { axis, flipped: true }];
    let flip = match case["flip"].as_str() {
        Some("horizontal") => flip(FlipAxis::Horizontal),
        Some("vertical") => flip(FlipAxis::Vertical),
        Some(other) => panic!("no such flip: {other}"),
        None => Vec::new(),
    };
    let affine = [
        DrawnOperation::Rotation { degrees: number("theta", 0.0) },
        DrawnOperation::Shift { height_px: number("ty", 0.0), width_px: number("tx", 0.0) },
        DrawnOperation::Shear { degrees: number("shear", 0.0) },
        DrawnOperation::Zoom { height: number("zy", 1.0), width: number("zx", 1.0) },
    ];
    affine.into_iter().chain(flip).collect()
}

#[test]
fn augmented_images_are_those_of_keras() {
    let size = 48;
    let source = decode("images/affine.png", [size, size], Interpolation::Nearest);
    let cases: Value = serde_json::from_slice(&fs::read(stored("affine.json")).unwrap()).unwrap();
    let arrays = fs::read(stored("affine.safetensors")).unwrap();
    let arrays = SafeTensors::deserialize(&arrays).unwrap();
    let constant = FillMode::Constant { value: cases["cval"].as_f64().unwrap() as f32 };

    let cases = cases["cases"].as_object().unwrap();
    for (operation, mode) in ["rotation", "shift", "shear", "zoom_out", "chain"]
        .into_iter()
        .flat_map(|operation| ["constant", "reflect", "wrap"].map(|mode| (operation, mode)))
    {
        assert!(cases.contains_key(&format!("{operation}_{mode}")), "no case for {operation} with {mode}");
    }
    for operation in ["identity", "rotation", "shift_rows", "shift_columns", "shear", "zoom_in", "flip_horizontal"] {
        assert!(cases.contains_key(operation), "no case for {operation}");
    }
    for (name, case) in cases {
        let fill_mode = match case["fill_mode"].as_str().unwrap() {
            "nearest" => FillMode::Nearest,
            "constant" => constant,
            "reflect" => FillMode::Reflect,
            "wrap" => FillMode::Wrap,
            other => panic!("no such fill mode: {other}"),
        };
        let drawn = Drawn::new(operations(case), fill_mode, size, size);
        for (row, expected) in drawn.matrix().0.iter().zip(case["matrix"].as_array().unwrap()) {
            for (entry, expected) in row.iter().zip(expected.as_array().unwrap()) {
                assert!((entry - expected.as_f64().unwrap()).abs() < 1e-4, "{name}: {:?}", drawn.matrix());
            }
        }

        let mut target = vec![0.0; source.len()];
        apply(&drawn, ColorMode::Rgb, &source, &mut target);
        let expected = arrays.tensor(name).unwrap();
        assert_eq!(expected.shape(), [size, size, 3]);
        let expected = expected.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
        let mut off_border = 0;
        for (index, (value, expected)) in target.iter().zip(expected).enumerate() {
            if (value * 255.0 - expected).abs() <= 1.0 {
                continue;
            }
            // At the very edge of the source, f32 and f64 angles may fall on different sides of it.
            let (row, column) = ((index / 3 / size) as f64, (index / 3 % size) as f64);
            let at = drawn.matrix().0.map(|[of_row, of_column, offset]| of_row * row + of_column * column + offset);
            let near_edge = |at: f64| at.abs() < 1e-3 || (at - (size - 1) as f64).abs() < 1e-3;
            assert!(at.iter().copied().any(near_edge), "{name} at ({row}, {column}): {} and {expected}", value * 255.0);
            off_border += 1;
        }
        assert!(off_border < size, "{name}: {off_border} values differ at the edge");
    }
}

#[test]
fn changes_of_colour_are_those_of_keras() {
    let size = 48;
    let source = decode("images/affine.png", [size, size], Interpolation::Nearest);
    let arrays = fs::read(stored("colors.safetensors")).unwrap();
    let arrays = SafeTensors::deserialize(&arrays).unwrap();
    let cases = [
        ("channel_shift_-30", DrawnOperation::ChannelShift { levels: -30.0 }),
        ("channel_shift_45", DrawnOperation::ChannelShift { levels: 45.0 }),
        ("brightness_0.6", DrawnOperation::Brightness { factor: 0.6 }),
        ("brightness_1.5", DrawnOperation::Brightness { factor: 1.5 }),
    ];
    assert_eq!(arrays.len(), cases.len());
    for (name, operation) in cases {
        let mut target = vec![0.0; source.len()];
        let drawn = Drawn::new(vec![operation], FillMode::Nearest, size, size);
        apply(&drawn, ColorMode::Rgb, &source, &mut target);
        let expected = arrays.tensor(name).unwrap();
        let expected = expected.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
        for (index, (value, expected)) in target.iter().zip(expected).enumerate() {
            assert!((value * 255.0 - expected).abs() <= 1.0, "{name} at {index}: {} and {expected}", value * 255.0);
        }
    }
}
