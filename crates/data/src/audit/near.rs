//! Pictures of different splits that look alike: the same photograph at another size, compressed again, or brightened.

use super::{Entry, Item, LOOK_BITS};
use serde::Serialize;

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

/// For each picture of validation and test its nearest of an earlier split, where that is near and not the very same.
pub(super) fn find(items: &[Item], classes: &[String]) -> Vec<NearPair> {
    // Hashes that differ in no more than NEAR_BITS bits agree in one of NEAR_BITS + 1 bands of bits at least: only those
    // that share a band are compared (multi-index hashing; Norouzi, Punjani and Fleet, 2012).
    let mut nearest: Vec<Option<(u32, usize)>> = vec![None; items.len()];
    let looks: Vec<(u64, usize)> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| item.profile.look.map(|look| (look.bits(), index)))
        .collect();
    for band in 0..=NEAR_BITS {
        let (from, to) = (band * LOOK_BITS / (NEAR_BITS + 1), (band + 1) * LOOK_BITS / (NEAR_BITS + 1));
        let key = |bits: u64| bits >> from & ((1 << (to - from)) - 1);
        let mut sorted = looks.clone();
        sorted.sort_unstable_by_key(|&(bits, index)| (key(bits), index));
        for alike in sorted.chunk_by(|(one, _), (other, _)| key(*one) == key(*other)) {
            for (place, &(bits, second)) in alike.iter().enumerate() {
                let earlier = alike[..place].iter().take_while(|(_, first)| items[*first].split != items[second].split);
                for &(other, first) in earlier {
                    let found = ((bits ^ other).count_ones(), first);
                    let same = items[first].profile.pixels == items[second].profile.pixels;
                    if found.0 <= NEAR_BITS && !same && nearest[second].is_none_or(|known| found < known) {
                        nearest[second] = Some(found);
                    }
                }
            }
        }
    }
    let pairs = items.iter().zip(nearest).filter_map(|(second, found)| {
        let (distance, first) = found?;
        Some(NearPair { first: items[first].entry(classes), second: second.entry(classes), distance })
    });
    pairs.collect()
}
