use super::*;
use crate::testing::plan;
use plan::{Purpose, Stream};
use std::path::Path;

const SIZE: [usize; 2] = [5, 7];

fn images(color_mode: ColorMode, count: usize) -> Images {
    let [height, width] = SIZE;
    let mut stream = Stream::new(2, Purpose::Generate, &[count as u64]);
    let pixels = (0..count * height * width * color_mode.channels()).map(|_| stream.below(200) as u8).collect();
    Images::held(height, width, color_mode, pixels, vec![0; count])
}

#[test]
fn what_it_was_taken_from_gets_mean_0_and_deviation_1() {
    for color_mode in [ColorMode::Rgb, ColorMode::Grayscale] {
        let (images, channels) = (images(color_mode, 9), color_mode.channels());
        let taken = Standardization::of(Normalization::Standardize, &images).unwrap();
        let mut numbers = vec![0.0; images.len() * images.image_len()];
        for (index, numbers) in numbers.chunks_exact_mut(images.image_len()).enumerate() {
            crate::scale(images.image(index), numbers);
        }
        taken.apply(channels, &mut numbers);
        for channel in 0..channels {
            let of = || numbers.iter().skip(channel).step_by(channels).map(|number| f64::from(*number));
            let count = of().count() as f64;
            let mean = of().sum::<f64>() / count;
            let variance = of().map(|number| (number - mean) * (number - mean)).sum::<f64>() / count;
            assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5, "{channel}: {mean} {variance}");
        }
    }
}

#[test]
fn the_numbers_of_levels_that_are_known() {
    // Red: 34 of 255 levels and once 0; green: 51 everywhere; blue: 0 and 255 in turn, 18 and 17 of them.
    let pixel = |index: usize| [if index == 0 { 0 } else { 255 }, 51, if index.is_multiple_of(2) { 0 } else { 255 }];
    let [height, width] = SIZE;
    let images = Images::held(height, width, ColorMode::Rgb, (0..height * width).flat_map(pixel).collect(), vec![0]);
    let taken = Standardization::of(Normalization::Standardize, &images).unwrap();
    let close = |found: &[f64], expected: [f64; 3]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15);
    assert!(close(&taken.mean, [34.0 / 35.0, 0.2, 17.0 / 35.0]), "{taken:?}");
    let root = |x: f64| x.sqrt() / 35.0;
    assert!(close(&taken.standard_deviation, [root(34.0), 0.0, root(17.0 * 18.0)]), "{taken:?}");
    // A channel without deviation does not become infinite.
    let mut green = [0.0, 0.2, 0.0];
    taken.apply(3, &mut green);
    assert!(green.iter().all(|number| number.is_finite()));
}

#[test]
fn no_machine_order_or_number_of_threads_shows() {
    let images = images(ColorMode::Rgb, 40);
    let bits = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let taken = pool.install(|| Standardization::of(Normalization::Standardize, &images)).unwrap();
        [taken.mean, taken.standard_deviation].concat().iter().map(|number| number.to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(bits(1), bits(3));
    // Of red, the mean, and of green. Changing these changes results: bump plan::ENGINE_VERSION with them.
    assert_eq!(bits(1)[..2], [4600552615543527772, 4600849777428184185]);
}

#[test]
fn rescaling_needs_no_numbers_and_no_images_give_harmless_ones() {
    assert_eq!(plan(Path::new("")).normalization, Normalization::Rescale);
    assert_eq!(Standardization::of(Normalization::Rescale, &images(ColorMode::Rgb, 1)), None);
    let none = Standardization::of(Normalization::Standardize, &images(ColorMode::Grayscale, 0)).unwrap();
    assert_eq!(none, Standardization { mean: vec![0.0], standard_deviation: vec![1.0] });
}
