//! Pictures of different splits that look alike: the same photograph at another size, compressed again, or brightened.

use super::{Entry, Item, LOOK_BITS};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::HashSet;

/// Two pictures look alike where their perceptual hashes differ in at most this many of 64 bits.
pub const NEAR_BITS: u32 = 6;

/// A picture, and the one of an earlier split that it looks like most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NearPair {
    /// In the earlier split.
    pub first: Entry,
    /// In the later.
    pub second: Entry,
    /// Bits in which their hashes differ.
    pub distance: u32,
}

/// A picture's nearest so far: bits in which their hashes differ, and which it is.
type Nearest = Option<(u32, usize)>;

/// For each picture of validation and test its nearest of an earlier split, where that is near and not the very same.
pub(super) fn find(items: &[Item], classes: &[String]) -> Vec<NearPair> {
    let looks = Looks::of(items);
    // Hashes that differ in no more than NEAR_BITS bits agree in one of NEAR_BITS + 1 bands of bits at least: only those
    // that share a band are compared (multi-index hashing; Norouzi, Punjani and Fleet, 2012).
    let bands = (0..=NEAR_BITS).into_par_iter().map(|band| looks.nearest(band));
    let nearer = |one: Nearest, other: Nearest| [one, other].into_iter().flatten().min();
    let both = |one: Vec<Nearest>, other| one.into_iter().zip(other).map(|(one, other)| nearer(one, other)).collect();
    let nearest: Vec<Nearest> = bands.reduce_with(both).unwrap_or_default();
    let pairs = items.iter().zip(nearest).filter_map(|(second, found)| {
        let (distance, first) = found?;
        Some(NearPair { first: items[first].entry(classes), second: second.entry(classes), distance })
    });
    pairs.collect()
}

/// The perceptual hashes of all pictures that have one.
struct Looks<'a> {
    items: &'a [Item<'a>],
    /// Bits, and whose they are.
    looks: Vec<(u64, usize)>,
    /// Where the split of each item begins.
    begins: Vec<usize>,
    /// Whether an item is the first of its pixels: what is near to its copies is near to it.
    is_first: Vec<bool>,
}

impl Looks<'_> {
    fn of<'a>(items: &'a [Item<'a>]) -> Looks<'a> {
        let mut begins: Vec<usize> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let before = index.checked_sub(1).filter(|&before| items[before].split == item.split);
            begins.push(before.map_or(index, |before| begins[before]));
        }
        let mut known = HashSet::new();
        Looks {
            items,
            looks: (0..items.len()).filter_map(|index| Some((items[index].profile.look?.bits(), index))).collect(),
            begins,
            is_first: items.iter().map(|item| known.insert(item.profile.pixels)).collect(),
        }
    }

    /// The nearest of each item among those that have the same bits in `band`.
    fn nearest(&self, band: u32) -> Vec<Nearest> {
        let (from, to) = (band * LOOK_BITS / (NEAR_BITS + 1), (band + 1) * LOOK_BITS / (NEAR_BITS + 1));
        let key = |bits: u64| bits >> from & ((1 << (to - from)) - 1);
        let mut sorted = self.looks.clone();
        sorted.sort_unstable_by_key(|&(bits, index)| (key(bits), index));
        let mut nearest = vec![None; self.items.len()];
        for alike in sorted.chunk_by(|(one, _), (other, _)| key(*one) == key(*other)) {
            let firsts: Vec<(u64, usize)> = alike.iter().copied().filter(|&(_, index)| self.is_first[index]).collect();
            for &(bits, second) in alike {
                let earlier = firsts.partition_point(|&(_, first)| first < self.begins[second]);
                nearest[second] = self.nearest_of(bits, second, &firsts[..earlier]);
            }
        }
        nearest
    }

    /// The nearest of `earlier`, of equals the first.
    fn nearest_of(&self, bits: u64, second: usize, earlier: &[(u64, usize)]) -> Nearest {
        let pixels = |index: usize| self.items[index].profile.pixels;
        let mut nearest = None;
        let mut within = NEAR_BITS;
        for &(other, first) in earlier {
            let distance = (bits ^ other).count_ones();
            if distance <= within && pixels(first) != pixels(second) {
                nearest = Some((distance, first));
                // From here on only what is nearer counts.
                let Some(less) = distance.checked_sub(1) else { break };
                within = less;
            }
        }
        nearest
    }
}
