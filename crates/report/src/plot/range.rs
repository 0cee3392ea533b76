//! How far an axis goes, so that one number does not ruin it: a variant whose loss explodes to 1,898 would put every
//! other curve on the zero line.
//!
//! A variant's usual values are those below the first jump in their upper half. The axis holds all values, unless the
//! largest is more than [`BEYOND`] times the usual ones of the variant that has the smallest: then it ends at the largest
//! value within [`KEPT`] times those, and what lies beyond is an arrow.

/// An axis is cut where its largest value is more than so many times the usual ones.
const BEYOND: f64 = 12.0;
/// How many times the usual values a cut axis goes, at most.
const KEPT: f64 = 3.0;
/// A value of more than so many times the next smaller one is a jump.
const JUMP: f64 = 8.0;
/// Losses below this, in nats, are all alike small.
const SMALL: f64 = 0.1;
/// What is larger is drawn there: sums and differences of such values are finite.
const LARGEST: f64 = 1e300;

/// The smallest value and the end of an axis for `groups`, the values of each variant. `None` where none is finite.
pub fn robust(groups: &[Vec<f64>]) -> Option<(f64, f64)> {
    let sorted = |group: &Vec<f64>| {
        let finite = group.iter().copied().filter(|value| value.is_finite());
        let mut values: Vec<f64> = finite.map(|value| value.clamp(-LARGEST, LARGEST)).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let groups: Vec<Vec<f64>> = groups.iter().map(sorted).filter(|group| !group.is_empty()).collect();
    let all = || groups.iter().flatten().copied();
    let (low, high) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
    let usual = groups.iter().map(|group| usual(group)).reduce(f64::min)?;
    if high <= BEYOND * usual {
        return Some((low, high));
    }
    Some((low, all().filter(|value| *value <= KEPT * usual).reduce(f64::max)?))
}

/// The largest value below the first jump in the upper half of `sorted` ones.
fn usual(sorted: &[f64]) -> f64 {
    let upper = &sorted[(sorted.len() - 1) / 2..];
    let jump = upper.windows(2).find(|pair| pair[1] > JUMP * pair[0].max(SMALL));
    jump.map_or(upper[upper.len() - 1], |pair| pair[0]).max(SMALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_holds_what_is_usual() {
        // Training that falls and validation that rises: all of it.
        assert_eq!(robust(&[vec![0.69, 0.4, 0.1, 0.01, 0.001, 0.69, 0.6, 0.9, 1.9]]), Some((0.001, 1.9)));
        // A network that learns within an epoch, beside one that does not learn.
        assert_eq!(robust(&[vec![0.2, 0.05, 0.03], vec![2.3, 2.3, 2.3]]), Some((0.03, 2.3)));
        assert_eq!(robust(&[vec![0.0, 0.0, 0.0, 0.0, 0.3]]), Some((0.0, 0.3)));
        assert_eq!(robust(&[vec![7.0]]), Some((7.0, 7.0)));
        assert_eq!(robust(&[]), None);
        assert_eq!(robust(&[vec![f64::NAN, f64::INFINITY]]), None);
        assert_eq!(robust(&[vec![f64::MAX, 1.0, f64::MIN]]), Some((-1e300, 1.0)));
    }

    #[test]
    fn what_exploded_lies_beyond() {
        let good = vec![0.69, 0.6, 0.5, 0.7];
        // One epoch; a variant that never comes down; two of three that do not; one number, and nothing else to go by.
        assert_eq!(robust(&[vec![0.69, 1898.0, 0.7, 0.6]]), Some((0.6, 0.7)));
        assert_eq!(robust(&[good.clone(), vec![1898.0, 900.0, 300.0, 80.0]]), Some((0.5, 0.7)));
        assert_eq!(robust(&[good.clone(), vec![12.0, 3.5, 9.0], vec![1898.0, 3e38]]), Some((0.5, 0.7)));
        assert_eq!(robust(&[good, vec![1898.0, 2.0, 1.9]]), Some((0.5, 2.0)));
        assert_eq!(robust(&[vec![0.69, 1898.0]]), Some((0.69, 0.69)));
    }
}
