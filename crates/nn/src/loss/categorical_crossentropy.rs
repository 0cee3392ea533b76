//! `categorical_crossentropy`: -ln p_label with p = softmax(z), as ln(sum of exp(z - max)) - (z_label - max), which
//! overflows for no logits z.

use super::Target;

/// The loss of one image.
pub(super) fn loss(logits: &[f32], target: &Target) -> f64 {
    let classes = logits.len();
    let shifted = shift(logits);
    let sum: f64 = shifted.iter().map(|z| libm::exp(*z)).sum();
    let label = target.mean(|label| {
        assert!((label as usize) < classes, "label {label} is none of {classes} classes");
        shifted[label as usize]
    });
    libm::log(sum) - label
}

/// The probability of each class.
pub(super) fn probabilities(logits: &[f32]) -> Vec<f64> {
    let exponentials: Vec<f64> = shift(logits).into_iter().map(libm::exp).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|e| e / sum).collect()
}

/// The logits less their maximum.
fn shift(logits: &[f32]) -> Vec<f64> {
    let max = logits.iter().fold(f32::NEG_INFINITY, |max, z| max.max(*z));
    logits.iter().map(|z| f64::from(*z) - f64::from(max)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_its_definition_and_survives_large_logits() {
        let loss = |logits: &[f32], label: u32| loss(logits, &label.into());
        let logits = [0.3f32, -1.0, 2.0];
        let sum: f64 = logits.iter().map(|z| f64::from(*z).exp()).sum();
        for (class, z) in logits.iter().enumerate() {
            let p = f64::from(*z).exp() / sum;
            assert!((probabilities(&logits)[class] - p).abs() < 1e-15);
            assert!((loss(&logits, class as u32) + p.ln()).abs() < 1e-12);
        }
        assert_eq!(probabilities(&[1e30, 0.0]), [1.0, 0.0]);
        assert_eq!(loss(&[1e30, 0.0], 0), 0.0);
        assert!(loss(&[f32::NAN, 0.0], 1).is_nan());
    }
}
