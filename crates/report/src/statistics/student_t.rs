//! Student's t distribution, by statrs.

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

fn distribution(degrees: usize) -> StudentsT {
    // Fails only for a scale or a number of degrees that is not positive; callers have at least one.
    StudentsT::new(0.0, 1.0, degrees.max(1) as f64).expect("a positive number of degrees of freedom")
}

/// The 97.5 % quantile for `degrees` degrees of freedom, at least 1.
pub fn quantile_975(degrees: usize) -> f64 {
    let t = distribution(degrees);
    let mut quantile = t.inverse_cdf(0.975);
    // The inverse is good to some 1e-7; two steps of Newton bring it to the last digits.
    for _ in 0..2 {
        quantile -= (t.cdf(quantile) - 0.975) / t.pdf(quantile);
    }
    quantile
}

/// The probability of |T| >= |t|.
pub fn two_sided_p(t: f64, degrees: usize) -> f64 {
    (2.0 * distribution(degrees).cdf(-t.abs())).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    // SciPy 1.17.1: stats.t.ppf(0.975, df).
    #[test]
    fn quantiles_are_scipys() {
        let cases = [
            (1, 12.706204736174694),
            (2, 4.302652729749462),
            (3, 3.1824463052837078),
            (4, 2.7764451051977934),
            (9, 2.262157162798205),
            (29, 2.045229642132703),
        ];
        for (degrees, expected) in cases {
            let quantile = quantile_975(degrees);
            assert!((quantile / expected - 1.0).abs() < 1e-11, "{degrees}: {quantile}");
        }
    }

    // SciPy 1.17.1: 2 * stats.t.sf(t, df).
    #[test]
    fn p_values_are_scipys() {
        let cases = [
            (0.0, 3, 1.0),
            (1e-3, 1, 0.9993633804398159),
            (-2.5, 2, 0.12961172022151082),
            (12.0, 4, 0.000276428548502973),
            (40.0, 9, 1.8982998449339822e-11),
        ];
        for (t, degrees, expected) in cases {
            let p = two_sided_p(t, degrees);
            assert!((p / expected - 1.0).abs() < 1e-9, "{t} {degrees}: {p}");
        }
    }
}
