//! How many images, how large, of which kinds.

use super::Item;
use crate::Manifest;
use serde::Serialize;
use std::collections::BTreeMap;

/// One split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SplitSummary {
    /// `train`, `validation`, `test`.
    pub split: &'static str,
    /// Number of images that can be used.
    pub images: usize,
    /// Number of those of each class, in the order of labels.
    pub classes: Vec<(String, usize)>,
    /// Their rows.
    pub height: Option<Spread>,
    /// Their columns.
    pub width: Option<Spread>,
    /// Their formats and modes, the most frequent first.
    pub kinds: Vec<(String, usize)>,
}

/// How a size spreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// The smallest.
    pub min: usize,
    /// As many are smaller as are larger.
    pub median: usize,
    /// The largest.
    pub max: usize,
}

pub(super) fn of(manifest: &Manifest, items: &[Item]) -> Vec<SplitSummary> {
    let summary = |(name, split): (&'static str, &crate::Split)| {
        let profiles: Vec<_> = items.iter().filter(|item| item.split == name).map(|item| item.profile).collect();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for profile in &profiles {
            *kinds.entry(profile.kind.to_string()).or_default() += 1;
        }
        let mut kinds: Vec<(String, usize)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        SplitSummary {
            split: name,
            images: split.files.len(),
            classes: manifest.classes.iter().cloned().zip(split.counts(manifest.classes.len())).collect(),
            height: Spread::of(profiles.iter().map(|profile| profile.height).collect()),
            width: Spread::of(profiles.iter().map(|profile| profile.width).collect()),
            kinds,
        }
    };
    manifest.splits().into_iter().map(summary).collect()
}

impl Spread {
    fn of(mut values: Vec<usize>) -> Option<Spread> {
        values.sort_unstable();
        Some(Spread { min: *values.first()?, median: values[values.len() / 2], max: *values.last()? })
    }
}
