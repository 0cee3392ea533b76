//! What the curves plot draws of a variant: for each run its values by epoch, and their mean over runs.

use crate::results::is_finished;
use record::RunRecord;
use std::collections::BTreeMap;

/// (epoch, value), finite values only, cut where one is missing.
pub type Segments = Vec<Vec<(f64, f64)>>;

/// The values of `column` (`val_loss`, ...) over a run's epochs.
pub fn of_run(run: &RunRecord, column: &str) -> Segments {
    let values = run.epochs.iter().map(|epoch| (f64::from(epoch.epoch), epoch.get(column)));
    cut(values)
}

/// The mean over runs, at the epochs that all of them have: where some have stopped, a mean over the others would jump.
pub fn mean(runs: &[&RunRecord], column: &str) -> Segments {
    let Some(first) = runs.first() else { return Vec::new() };
    let values = first.epochs.iter().map(|epoch| {
        let of = |run: &&RunRecord| run.epochs.iter().find(|other| other.epoch == epoch.epoch)?.get(column);
        let values: Option<Vec<f64>> = runs.iter().map(of).collect();
        (f64::from(epoch.epoch), values.map(|values| values.iter().sum::<f64>() / values.len() as f64))
    });
    cut(values)
}

/// Where runs are above `high`: of each stretch of epochs at which any is, the highest value and its epoch. Infinity is
/// above everything.
pub fn peaks(runs: &[&RunRecord], column: &str, high: f64) -> Vec<(f64, f64)> {
    let mut above: BTreeMap<u32, f64> = BTreeMap::new();
    for epoch in runs.iter().flat_map(|run| &run.epochs) {
        if let Some(value) = epoch.get(column).filter(|value| *value > high) {
            let highest = above.entry(epoch.epoch).or_insert(value);
            *highest = highest.max(value);
        }
    }
    let mut peaks: Vec<(f64, f64)> = Vec::new();
    let mut last = None;
    for (epoch, value) in above {
        let goes_on = last.is_some_and(|last: u32| last.checked_add(1) == Some(epoch));
        match peaks.last_mut().filter(|_| goes_on) {
            Some(peak) if value > peak.1 => *peak = (f64::from(epoch), value),
            Some(_) => {}
            None => peaks.push((f64::from(epoch), value)),
        }
        last = Some(epoch);
    }
    peaks
}

/// The runs of a variant that enter its mean, and those that do not.
pub fn split<'a>(runs: impl Iterator<Item = &'a RunRecord>) -> (Vec<&'a RunRecord>, Vec<&'a RunRecord>) {
    runs.partition(|run| is_finished(run))
}

fn cut(values: impl Iterator<Item = (f64, Option<f64>)>) -> Segments {
    let mut segments: Segments = vec![Vec::new()];
    for (epoch, value) in values {
        match value.filter(|value| value.is_finite()) {
            Some(value) => {
                if let Some(last) = segments.last_mut() {
                    last.push((epoch, value));
                }
            }
            None => segments.push(Vec::new()),
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

/// Cuts a line where it leaves the range `low..=high`, at the range's edge.
pub fn clip(segment: &[(f64, f64)], low: f64, high: f64) -> Segments {
    if let [only] = segment {
        return if (low..=high).contains(&only.1) { vec![vec![*only]] } else { Vec::new() };
    }
    let mut pieces: Segments = Vec::new();
    for pair in segment.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (bottom, top) = (from.1.min(to.1), from.1.max(to.1));
        if top < low || bottom > high {
            continue;
        }
        // The end that is outside moves along the line to the edge.
        let inward = |end: (f64, f64)| {
            let edge = end.1.clamp(low, high);
            if edge == end.1 { end } else { (from.0 + (edge - from.1) / (to.1 - from.1) * (to.0 - from.0), edge) }
        };
        let (start, end) = (inward(from), inward(to));
        match pieces.last_mut().filter(|piece| piece.last() == Some(&start)) {
            Some(piece) => piece.push(end),
            None => pieces.push(vec![start, end]),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_the_edge_of_the_range() {
        let all = [(1.0, 0.5), (2.0, 0.7)];
        assert_eq!(clip(&all, 0.0, 1.0), [all.to_vec()]);
        let leaves = [(1.0, 0.5), (2.0, 1.5)];
        assert_eq!(clip(&leaves, 0.0, 1.0), [vec![(1.0, 0.5), (1.5, 1.0)]]);
        let returns = [(1.0, 0.5), (2.0, 1.5), (3.0, 0.5)];
        assert_eq!(clip(&returns, 0.0, 1.0), [vec![(1.0, 0.5), (1.5, 1.0)], vec![(2.5, 1.0), (3.0, 0.5)]]);
        assert_eq!(clip(&[(1.0, 5.0), (2.0, 6.0)], 0.0, 1.0), Segments::new());
        let crosses = [(1.0, -1.0), (2.0, 2.0)];
        let pieces = clip(&crosses, 0.0, 1.0);
        assert_eq!((pieces.len(), pieces[0].len()), (1, 2), "{pieces:?}");
    }
}
