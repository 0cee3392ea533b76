//! Axes: a range that holds the data, and ticks at round numbers.

/// A linear axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
    /// Decimals that tell the ticks apart.
    pub decimals: usize,
}

impl Axis {
    /// Around values from `low` to `high`, with about `count` ticks, the first and last at its ends where `bounds`
    /// (what values can be at all) allow it.
    pub fn around(low: f64, high: f64, count: usize, bounds: (f64, f64)) -> Axis {
        let (low, high) = (low.clamp(bounds.0, bounds.1), high.clamp(bounds.0, bounds.1));
        // Values that are as good as equal get an axis that shows that.
        let size = low.abs().max(high.abs()).max(1.0);
        let room = if high - low > 1e-6 * size { 0.0 } else { 0.05 * size };
        let (low, high) = (low - room, high + room);
        let step = Step::about((high - low) / count.max(1) as f64);
        let mut first = step.floor(low);
        let mut last = -step.floor(-high);
        while step.at(first) < bounds.0 - 1e-12 {
            first += 1;
        }
        while step.at(last) > bounds.1 + 1e-12 {
            last -= 1;
        }
        let ticks: Vec<f64> = (first..=last).map(|index| step.at(index)).collect();
        let low = ticks.first().map_or(low, |tick| tick.min(low)).max(bounds.0);
        let high = ticks.last().map_or(high, |tick| tick.max(high)).min(bounds.1);
        Axis { low, high, ticks, decimals: step.decimals() }
    }

    /// Over whole numbers, with at most `count` ticks and room at both ends.
    pub fn whole(low: u32, high: u32, count: usize) -> Axis {
        let (first, last) = (i64::from(low), i64::from(high.max(low)));
        let span = (last - first) as f64;
        let mut step = Step::about((span / count.max(1) as f64).max(1.0));
        while span / step.at(1) > count as f64 {
            step = Step::about(step.at(1) * 1.01);
        }
        let stride = (step.at(1).round() as i64).max(1);
        // Multiples of the stride, and the first epoch, where it has room.
        let multiple = (first + stride - 1) / stride * stride;
        let mut ticks: Vec<i64> = (multiple..=last).step_by(stride as usize).collect();
        if ticks.first().is_none_or(|tick| tick - first > stride / 2) {
            ticks.insert(0, first);
        }
        let room = if span > 0.0 { 0.035 * span } else { 0.5 };
        Axis {
            low: first as f64 - room,
            high: last as f64 + room,
            ticks: ticks.into_iter().map(|tick| tick as f64).collect(),
            decimals: 0,
        }
    }

    /// Where `value` is, 0 at the low end and 1 at the high one.
    pub fn place(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// A tick's text.
    pub fn label(&self, tick: f64) -> String {
        if tick == 0.0 && self.decimals > 5 {
            return "0".to_owned();
        }
        if tick.abs() >= 1e6 || self.decimals > 5 {
            return crate::words::typeset(&format!("{tick:e}"));
        }
        crate::words::typeset(&format!("{tick:.*}", self.decimals))
    }

    /// A tick's text in percent.
    pub fn percent(&self, tick: f64) -> String {
        crate::words::typeset(&format!("{:.*}%", self.decimals.saturating_sub(2), tick * 100.0))
    }
}

/// 1, 2 or 5 times a power of ten, kept as whole numbers so that ticks are the nearest floats to their labels.
struct Step {
    mantissa: i64,
    exponent: i32,
}

impl Step {
    /// The smallest that is at least `size`.
    fn about(size: f64) -> Step {
        for exponent in -9..=300 {
            for mantissa in [1, 2, 5] {
                let step = Step { mantissa, exponent };
                if step.at(1) >= size * (1.0 - 1e-9) {
                    return step;
                }
            }
        }
        Step { mantissa: 1, exponent: 301 }
    }

    fn at(&self, index: i64) -> f64 {
        let value = (index * self.mantissa) as f64;
        let power = 10f64.powi(self.exponent.abs());
        if self.exponent < 0 { value / power } else { value * power }
    }

    /// The index of the last tick that is not above `value`.
    fn floor(&self, value: f64) -> i64 {
        (value / self.at(1) + 1e-9).floor() as i64
    }

    fn decimals(&self) -> usize {
        usize::try_from(-self.exponent).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_the_data() {
        let axis = Axis::around(0.512, 0.987, 4, (0.0, 1.0));
        assert_eq!(axis.ticks, [0.4, 0.6, 0.8, 1.0]);
        assert_eq!((axis.low, axis.high, axis.decimals), (0.4, 1.0, 1));
        assert_eq!(axis.percent(0.6), "60%");
        let axis = Axis::around(1.0, 1.0, 4, (0.0, 1.0));
        assert_eq!(axis.high, 1.0, "no share is above 100 %");
        let axis = Axis::around(0.0, 0.0, 4, (0.0, f64::INFINITY));
        assert!(axis.low <= 0.0 && axis.high > 0.0 && axis.ticks.len() >= 2, "{axis:?}");
        // A loss that exploded but stayed finite.
        let axis = Axis::around(0.2, 3e38, 3, (0.0, f64::INFINITY));
        assert_eq!((axis.ticks.len(), axis.label(axis.ticks[1])), (4, "1e38".to_owned()));
        let axis = Axis::around(0.0, 4e-6, 3, (0.0, f64::INFINITY));
        assert_eq!(
            axis.ticks.iter().map(|tick| axis.label(*tick)).collect::<Vec<_>>(),
            ["0", "2e\u{2212}6", "4e\u{2212}6"]
        );
        for value in [-1e300, 1e300, 1e15 + 0.3, 250.0, f64::MIN_POSITIVE] {
            let axis = Axis::around(value, value, 4, (f64::NEG_INFINITY, f64::INFINITY));
            assert!(axis.low <= value && value <= axis.high && (2..9).contains(&axis.ticks.len()), "{axis:?}");
        }
        let axis = Axis::around(-1e300, 1e300, 4, (f64::NEG_INFINITY, f64::INFINITY));
        assert!((2..9).contains(&axis.ticks.len()), "{axis:?}");
        let axis = Axis::around(-0.03, 0.12, 4, (-1.0, 1.0));
        assert_eq!(
            (axis.ticks.clone(), axis.label(axis.ticks[0])),
            (vec![-0.05, 0.0, 0.05, 0.1, 0.15], "\u{2212}0.05".into())
        );
    }

    #[test]
    fn epochs_have_whole_ticks() {
        assert_eq!(Axis::whole(1, 30, 4).ticks, [1.0, 10.0, 20.0, 30.0]);
        assert_eq!(Axis::whole(1, 4, 5).ticks, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(Axis::whole(1, 1, 5).ticks, [1.0]);
        assert_eq!(Axis::whole(3, u32::MAX, 4).ticks, [3.0, 2e9, 4e9]);
        let axis = Axis::whole(0, 0, 5);
        assert_eq!((axis.low, axis.high, axis.ticks), (-0.5, 0.5, vec![0.0]));
    }
}
