//! Values of a channel as levels that an eye can tell apart.

/// Added to the standard deviation where it is 0.
const TINY: f64 = 1e-5;

/// A channel's mean becomes 128 and a standard deviation 64 levels; what lies beyond 0 or 255 is cut off (as in the
/// course of the cats and dogs). A channel of equal values is 128 throughout; one in which a value is NaN or infinite has
/// no mean or no deviation, and is 0 throughout.
pub(super) fn levels(values: &[f32]) -> Vec<u8> {
    let count = values.len().max(1) as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    let variance = values.iter().map(|v| (f64::from(*v) - mean) * (f64::from(*v) - mean)).sum::<f64>() / count;
    let deviation = if variance == 0.0 { TINY } else { variance.sqrt() };
    // `as` cuts the fraction off, as numpy's astype does, and sends a NaN to 0.
    let level = |value: &f32| ((f64::from(*value) - mean) / deviation * 64.0 + 128.0).clamp(0.0, 255.0) as u8;
    values.iter().map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deviation_is_64_levels() {
        assert_eq!(levels(&[1.0, 3.0]), [64, 192]);
        // mean 1, deviation 3: 9 values of 0 and one of 10.
        let mut values = [0.0; 10];
        values[9] = 10.0;
        assert_eq!(levels(&values)[8..], [106, 255]);
    }

    #[test]
    fn equal_values_are_the_middle_and_a_channel_with_a_value_that_is_not_finite_is_nothing() {
        assert_eq!(levels(&[0.1; 9]), [128; 9]);
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(levels(&[value, 1.0, 2.0]), [0; 3], "{value}");
        }
        assert!(levels(&[]).is_empty());
    }
}
