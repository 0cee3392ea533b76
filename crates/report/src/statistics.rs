//! Means over seeds and how sure they are.
//!
//! Intervals are Student's: mean +- t(0.975, n-1) * std / sqrt(n), std with n-1 below. A variant is compared with the
//! baseline seed by seed (same initial weights and image order where the variants allow it), so the difference is
//! judged by the paired t-test: the same formulas on the differences. P-values are two-sided and not corrected for
//! the number of comparisons.
//!
//! Of two runs all of this is true and useless: Student's factor is 12.7 then. comparison.csv has it; what people read
//! shows the two values instead ([`FEWEST`]).

mod student_t;

/// The fewest runs whose interval and p-value are shown.
pub(crate) const FEWEST: usize = 3;

/// A mean over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mean {
    /// Number of values.
    pub n: usize,
    pub mean: f64,
    /// Sample standard deviation; `None` for one value.
    pub std: Option<f64>,
    /// The 95 % confidence interval; `None` for one value.
    pub ci95: Option<(f64, f64)>,
}

impl Mean {
    /// `None` for no values.
    pub fn of(values: &[f64]) -> Option<Mean> {
        let n = values.len();
        if n == 0 {
            return None;
        }
        // Equal values have their own value as mean, whatever rounding a sum would bring.
        let equal = values.iter().all(|value| *value == values[0]);
        let mean = if equal { values[0] } else { values.iter().sum::<f64>() / n as f64 };
        if n == 1 {
            return Some(Mean { n, mean, std: None, ci95: None });
        }
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let std = (squares / (n - 1) as f64).sqrt();
        let half = student_t::quantile_975(n - 1) * std / (n as f64).sqrt();
        Some(Mean { n, mean, std: Some(std), ci95: Some((mean - half, mean + half)) })
    }

    /// The interval, where there are enough runs to show one.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.ci95.filter(|_| self.n >= FEWEST)
    }

    /// Half the width of the interval that is shown.
    pub fn half_width(&self) -> Option<f64> {
        self.interval().map(|(low, high)| (high - low) / 2.0)
    }
}

/// A difference between two variants over the seeds they share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Variant - baseline, a value for each seed.
    pub values: Vec<f64>,
    /// Mean of (variant - baseline), its spread and interval.
    pub delta: Mean,
    /// Two-sided p-value of the paired t-test; `None` for one pair, and where all differences are equal: then t is
    /// 0/0 or infinite, and nothing can be said of chance.
    pub p_value: Option<f64>,
}

impl Difference {
    /// Of (variant, baseline) pairs. `None` for no pairs.
    pub fn paired(pairs: &[(f64, f64)]) -> Option<Difference> {
        // Values have six decimals; so have their differences, once what binary arithmetic added is gone.
        let differences: Vec<f64> =
            pairs.iter().map(|(variant, baseline)| record::number::rounded(variant - baseline)).collect();
        let delta = Mean::of(&differences)?;
        let p_value = delta.std.filter(|std| *std > 0.0).map(|std| {
            let t = delta.mean / (std / (delta.n as f64).sqrt());
            student_t::two_sided_p(t, delta.n - 1)
        });
        Some(Difference { values: differences, delta, p_value })
    }

    /// The p-value, where there are enough pairs to show one.
    pub fn shown_p_value(&self) -> Option<f64> {
        self.p_value.filter(|_| self.delta.n >= FEWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-3), "{a} is not {b}");
    }

    const X: [f64; 5] = [0.71, 0.735, 0.702, 0.748, 0.719];
    const B: [f64; 5] = [0.705, 0.715, 0.709, 0.72, 0.701];

    // SciPy 1.17.1: x.mean(), x.std(ddof=1), stats.t.interval(0.95, 4, x.mean(), stats.sem(x)).
    #[test]
    fn mean_and_interval_are_scipys() {
        let mean = Mean::of(&X).unwrap();
        close(mean.mean, 0.7228);
        close(mean.std.unwrap(), 0.018673510650116132);
        let (low, high) = mean.ci95.unwrap();
        close(low, 0.6996137741056762);
        close(high, 0.7459862258943236);
    }

    // SciPy 1.17.1: r = stats.ttest_rel(x, b); r.pvalue, r.confidence_interval(); then for the first two of each.
    #[test]
    fn the_paired_test_is_scipys() {
        let pairs: Vec<(f64, f64)> = X.into_iter().zip(B).collect();
        let cases = [
            (5, 0.0128, 0.106912440615999, -0.004346656020397176, 0.0299466560203972),
            (2, 0.0125, 0.34404173924526144, -0.08279653552131028, 0.1077965355213103),
        ];
        for (n, delta, p, low, high) in cases {
            let difference = Difference::paired(&pairs[..n]).unwrap();
            close(difference.delta.mean, delta);
            close(difference.p_value.unwrap(), p);
            close(difference.delta.ci95.unwrap().0, low);
            close(difference.delta.ci95.unwrap().1, high);
        }
    }

    #[test]
    fn two_runs_have_an_interval_that_is_not_shown() {
        let two = Mean::of(&X[..2]).unwrap();
        assert!(two.ci95.is_some() && two.interval().is_none() && two.half_width().is_none());
        let pairs: Vec<(f64, f64)> = X.into_iter().zip(B).collect();
        let difference = Difference::paired(&pairs[..2]).unwrap();
        assert!(difference.p_value.is_some() && difference.shown_p_value().is_none());
        assert!(Difference::paired(&pairs[..3]).unwrap().shown_p_value().is_some());
    }

    #[test]
    fn where_nothing_can_be_said_nothing_is() {
        assert_eq!((Mean::of(&[]), Difference::paired(&[])), (None, None));
        let one = Difference::paired(&[(0.7, 0.6)]).unwrap();
        assert_eq!((one.delta.mean, one.delta.ci95, one.p_value), (0.1, None, None));
        // 0.9 - 0.8 and 0.4 - 0.3 differ in binary; as measured they are both 0.1.
        let same = Difference::paired(&[(0.9, 0.8), (0.4, 0.3), (0.7, 0.6)]).unwrap();
        assert_eq!((same.delta.mean, same.delta.std, same.p_value), (0.1, Some(0.0), None));
        assert_eq!(same.delta.ci95, Some((0.1, 0.1)));
        let none = Difference::paired(&[(0.5, 0.5), (0.4, 0.4)]).unwrap();
        assert_eq!((none.delta.mean, none.p_value), (0.0, None));
    }
}
