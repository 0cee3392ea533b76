//! `binary_crossentropy`: -(y ln p + (1 - y) ln(1 - p)) with p = sigmoid(z), in the form that overflows for no logit z:
//! max(z, 0) - y z + ln(1 + exp(-|z|)).

use super::Target;

/// The loss of one image.
pub(super) fn loss(logits: &[f32], target: &Target) -> f64 {
    let z = logit(logits);
    let y = target.mean(|label| {
        assert!(label < 2, "label {label} is not 0 or 1");
        f64::from(label)
    });
    // NaN must stay NaN: `max` would drop it.
    let positive = if z < 0.0 { 0.0 } else { z };
    positive - y * z + libm::log1p(libm::exp(-z.abs()))
}

/// The probability of class 1.
pub(super) fn probabilities(logits: &[f32]) -> Vec<f64> {
    let z = logit(logits);
    let e = libm::exp(-z.abs());
    vec![if z < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }]
}

fn logit(logits: &[f32]) -> f64 {
    assert_eq!(logits.len(), 1, "binary_crossentropy takes one logit");
    f64::from(logits[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_its_definition_and_survives_large_logits() {
        let loss = |logits: &[f32], label: u32| loss(logits, &label.into());
        for (z, label) in [(0.3f32, 0), (0.3, 1), (-2.0, 1), (4.0, 0)] {
            let p = 1.0 / (1.0 + (-f64::from(z)).exp());
            let expected = if label == 1 { -p.ln() } else { -(1.0 - p).ln() };
            assert!((loss(&[z], label) - expected).abs() < 1e-12);
            assert!((probabilities(&[z])[0] - p).abs() < 1e-15);
        }
        assert_eq!((loss(&[1e30], 0), loss(&[1e30], 1), loss(&[-1e30], 1)), (1e30f32.into(), 0.0, 1e30f32.into()));
        assert_eq!((probabilities(&[1e30])[0], probabilities(&[-1e30])[0]), (1.0, 0.0));
        assert!(loss(&[f32::NAN], 1).is_nan() && probabilities(&[f32::NAN])[0].is_nan());
    }
}
