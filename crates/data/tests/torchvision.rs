//! Pictures against those that torchvision makes of the same one; `tests/torchvision/make.py` stored them.

use data::augment::{Drawn, DrawnOperation, Window, apply};
use plan::{ColorMode, FillMode};
use safetensors::SafeTensors;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/torchvision/stored/operations.safetensors");
const SIZE: [usize; 2] = [11, 14];
const WINDOW: Window = Window { top_px: 2, left_px: 3, height_px: 6, width_px: 9 };

fn cases() -> Vec<(&'static str, Vec<DrawnOperation>)> {
    use DrawnOperation::{Brightness, Contrast, Cutout, GaussianBlur, Grayscale, Hue, ResizedCrop, Saturation};
    let mixed =
        vec![Brightness { factor: 1.2 }, Contrast { factor: 0.8 }, Saturation { factor: 1.4 }, Hue { turns: -0.05 }];
    vec![
        ("brightness_0.5", vec![Brightness { factor: 0.5 }]),
        ("brightness_1.7", vec![Brightness { factor: 1.7 }]),
        ("contrast_0.5", vec![Contrast { factor: 0.5 }]),
        ("contrast_1.7", vec![Contrast { factor: 1.7 }]),
        ("saturation_0.5", vec![Saturation { factor: 0.5 }]),
        ("saturation_1.7", vec![Saturation { factor: 1.7 }]),
        ("hue_-0.3", vec![Hue { turns: -0.3 }]),
        ("hue_0.1", vec![Hue { turns: 0.1 }]),
        ("hue_0.5", vec![Hue { turns: 0.5 }]),
        ("grayscale", vec![Grayscale]),
        ("blur_5_1.5", vec![GaussianBlur { kernel_size: 5, sigma: 1.5 }]),
        ("blur_9_0.7", vec![GaussianBlur { kernel_size: 9, sigma: 0.7 }]),
        ("crop_2_3_6_9", vec![ResizedCrop(WINDOW)]),
        ("cutout_2_3_6_9", vec![Cutout { window: WINDOW, value: 127.5 }]),
        ("chain", mixed),
    ]
}

#[test]
fn operations_are_those_of_torchvision() {
    let bytes = std::fs::read(FILE).unwrap();
    let arrays = SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |name: &str| -> Vec<f32> {
        let tensor = arrays.tensor(name).unwrap();
        assert_eq!(tensor.shape(), [SIZE[0], SIZE[1], 3]);
        tensor.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
    };
    let source: Vec<u8> = numbers("source").iter().map(|level| (level * 255.0).round() as u8).collect();
    for (name, operations) in cases() {
        let is_crop = name.starts_with("crop");
        let drawn = Drawn::new(operations, FillMode::Nearest, SIZE[0], SIZE[1]);
        let mut target = vec![0.0; source.len()];
        apply(&drawn, ColorMode::Rgb, &source, &mut target);
        let mut compared = 0;
        for (index, (level, expected)) in target.iter().zip(numbers(name)).enumerate() {
            let (row, column) = (index / 3 / SIZE[1], index / 3 % SIZE[1]);
            // torchvision cuts the window out before it resizes it; here the picture goes on behind the window's border.
            if is_crop && (row == 0 || row == SIZE[0] - 1 || column == 0 || column == SIZE[1] - 1) {
                continue;
            }
            compared += 1;
            assert!((level - expected).abs() < 1e-5, "{name} at ({row}, {column}): {level} and {expected}");
        }
        assert!(compared >= 9 * 12 * 3, "{name}: {compared} values");
    }
    assert_eq!(arrays.len(), cases().len() + 1, "a stored picture that nothing is held to");
}
