//! Does something tell the class of an image without a look at its pixels? Cats from a camera of 4000 x 3000 and dogs
//! from a web page are told apart by size, and by what resizing to one size leaves of it; a network finds that out.
//!
//! For each of height, width, number of pixels and aspect ratio: the best rule "up to a bound class A, above it class B"
//! is found on every second training image (of each class) and tried on the others, and the other way round. For format
//! and mode: the most frequent class of each. That accuracy is held against always answering the most frequent class,
//! and reported where it is better by [`LEAST_GAIN`] and by three standard deviations of the number that a rule without
//! any knowledge gets right.

use super::Item;
use serde::Serialize;
use std::collections::BTreeMap;

/// Least gain in accuracy over the most frequent class that is worth a word.
const LEAST_GAIN: f64 = 0.05;
/// Standard deviations that chance would have to reach.
const DEVIATIONS: f64 = 3.0;

/// What tells the class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shortcut {
    /// `height`, `width`, `number of pixels`, `aspect ratio`, or `format and mode`.
    pub by: &'static str,
    /// Accuracy of the rule on training images that it was not made from.
    pub accuracy: f64,
    /// Accuracy of always answering the most frequent class.
    pub baseline_accuracy: f64,
}

/// The best of all rules, where it is good enough.
pub(super) fn find(training: &[&Item], classes: usize) -> Option<Shortcut> {
    // Every second image of each class, so that both halves have the classes in the same shares.
    let mut halves: [Vec<&Item>; 2] = [Vec::new(), Vec::new()];
    let mut counts = vec![0_usize; classes];
    for &item in training {
        let count = &mut counts[item.file.class as usize];
        halves[*count % 2].push(item);
        *count += 1;
    }
    let [one, other] = &halves;
    let all = training.len() as f64;
    let baseline = counts.iter().copied().max().filter(|_| all > 0.0)? as f64 / all;
    let accuracy = |rule: &dyn Fn(&[&Item], &[&Item]) -> usize| (rule(one, other) + rule(other, one)) as f64 / all;

    type Measure = fn(&Item) -> f64;
    let measures: [(&'static str, Measure); 4] = [
        ("height", |item| item.profile.height as f64),
        ("width", |item| item.profile.width as f64),
        ("number of pixels", |item| item.profile.height as f64 * item.profile.width as f64),
        ("aspect ratio", |item| item.profile.width as f64 / item.profile.height as f64),
    ];
    let mut rules: Vec<(&'static str, f64)> = measures
        .iter()
        .map(|&(by, measure)| (by, accuracy(&|made, tried| Bound::best(made, classes, measure).right(tried, measure))))
        .collect();
    rules.push(("format and mode", accuracy(&|made, tried| right_by_kind(made, tried, classes))));
    // Of equals the first.
    let (by, accuracy) = rules.into_iter().rev().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let deviation = (baseline * (1.0 - baseline) / all).sqrt();
    (accuracy - baseline >= LEAST_GAIN.max(DEVIATIONS * deviation)).then_some(Shortcut {
        by,
        accuracy,
        baseline_accuracy: baseline,
    })
}

/// Up to `bound` class `low`, above it class `high`.
struct Bound {
    bound: f64,
    low: u32,
    high: u32,
}

impl Bound {
    /// The rule that gets most of `items` right.
    fn best(items: &[&Item], classes: usize, measure: fn(&Item) -> f64) -> Bound {
        let mut sorted: Vec<(f64, u32)> = items.iter().map(|item| (measure(item), item.file.class)).collect();
        sorted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut below = vec![0_usize; classes];
        let mut above = vec![0_usize; classes];
        for &(_, class) in &sorted {
            above[class as usize] += 1;
        }
        let (_, high) = most(&above);
        let (mut best, mut best_right) = (Bound { bound: f64::NEG_INFINITY, low: high, high }, most(&above).0);
        for (place, &(value, class)) in sorted.iter().enumerate() {
            below[class as usize] += 1;
            above[class as usize] -= 1;
            let ends_here = sorted.get(place + 1).is_none_or(|&(next, _)| next > value);
            let ((right_below, low), (right_above, high)) = (most(&below), most(&above));
            if ends_here && right_below + right_above > best_right {
                best_right = right_below + right_above;
                best = Bound { bound: value, low, high };
            }
        }
        best
    }

    fn right(&self, items: &[&Item], measure: fn(&Item) -> f64) -> usize {
        let answer = |item: &Item| if measure(item) <= self.bound { self.low } else { self.high };
        items.iter().filter(|item| answer(item) == item.file.class).count()
    }
}

/// How many of `tried` have the most frequent class that their kind has in `made`.
fn right_by_kind(made: &[&Item], tried: &[&Item], classes: usize) -> usize {
    let mut counts = BTreeMap::new();
    for item in made {
        counts.entry(item.profile.kind).or_insert_with(|| vec![0_usize; classes])[item.file.class as usize] += 1;
    }
    let answer = |item: &Item| counts.get(&item.profile.kind).map_or(0, |counts| most(counts).1);
    tried.iter().filter(|item| answer(item) == item.file.class).count()
}

/// The greatest count and its class, of equals the first.
fn most(counts: &[usize]) -> (usize, u32) {
    let most = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count);
    most.map_or((0, 0), |(class, count)| (*count, class as u32))
}
