use super::*;
use proptest::prelude::*;

const RGB: ColorMode = ColorMode::Rgb;

fn done(colors: &[Color]) -> Vec<f32> {
    let mut picture = picture();
    apply(colors, RGB, 5, &mut picture);
    picture
}

fn picture() -> Vec<f32> {
    (0..8 * 5 * 3).map(|i| (i * i * 37 % 256) as f32 / 255.0).collect()
}

#[test]
fn what_changes_nothing_gives_the_levels() {
    for idle in [
        Color::Brightness { factor: 1.0 },
        Color::Contrast { factor: 1.0 },
        Color::Saturation { factor: 1.0 },
        Color::ChannelShift { shift: 0.0 },
        Color::GaussianNoise { sigma: 0.0, key: 3 },
    ] {
        assert_eq!(done(&[idle]), picture(), "{idle:?}");
    }
    for (level, expected) in done(&[Color::Hue { turns: 0.0 }]).iter().zip(picture()) {
        assert!((level - expected).abs() < 1e-6, "{level} {expected}");
    }
}

#[test]
fn a_channel_shift_stays_between_the_extremes() {
    let mut picture = vec![0.2, 0.5, 0.8];
    apply(&[Color::ChannelShift { shift: 0.2 }], RGB, 1, &mut picture);
    assert_eq!(picture, [0.4, 0.7, 0.8]);
}

#[test]
fn a_third_of_a_turn_takes_red_to_green() {
    let mut picture = vec![1.0, 0.0, 0.0];
    apply(&[Color::Hue { turns: 1.0 / 3.0 }], RGB, 1, &mut picture);
    for (level, expected) in picture.iter().zip([0.0, 1.0, 0.0]) {
        assert!((level - expected).abs() < 1e-6, "{picture:?}");
    }
}

#[test]
fn grey_pictures_have_no_colour_to_change() {
    let grey: Vec<f32> = picture().into_iter().take(40).collect();
    let mut changed = grey.clone();
    let colors = [Color::Hue { turns: 0.3 }, Color::Saturation { factor: 0.0 }, Color::Grayscale];
    apply(&colors, ColorMode::Grayscale, 5, &mut changed);
    assert_eq!(changed, grey);
}

fn any_color() -> impl Strategy<Value = Color> {
    prop_oneof![
        (0.0_f32..3.0).prop_map(|factor| Color::Brightness { factor }),
        (0.0_f32..3.0).prop_map(|factor| Color::Contrast { factor }),
        (0.0_f32..3.0).prop_map(|factor| Color::Saturation { factor }),
        (-0.5_f32..0.5).prop_map(|turns| Color::Hue { turns }),
        (-1.0_f32..1.0).prop_map(|shift| Color::ChannelShift { shift }),
        (0.0_f32..0.5, any::<u64>()).prop_map(|(sigma, key)| Color::GaussianNoise { sigma, key }),
        Just(Color::Grayscale),
    ]
}

proptest! {
    #[test]
    fn one_pass_gives_what_one_after_the_other_gives(colors in prop::collection::vec(any_color(), 0..6)) {
        let at_once = done(&colors);
        prop_assert!(at_once.iter().all(|level| (0.0..=1.0).contains(level)));
        let mut in_turn = picture();
        for color in colors {
            apply(&[color], RGB, 5, &mut in_turn);
        }
        prop_assert_eq!(at_once, in_turn);
    }
}
