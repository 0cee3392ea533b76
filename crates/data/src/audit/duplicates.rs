//! The same picture more than once, pixel for pixel, whatever the files are called and however they are stored.

use super::{Entry, Item};

/// Groups of equal pictures. A group that crosses splits and classes is in both lists.
pub(super) struct Duplicates {
    /// In more than one split.
    pub across_splits: Vec<Vec<Entry>>,
    /// In more than one class.
    pub conflicting: Vec<Vec<Entry>>,
    /// Neither: in one split and class.
    pub within_split: Vec<Vec<Entry>>,
}

pub(super) fn find(items: &[Item], classes: &[String]) -> Duplicates {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_unstable_by_key(|&index| (items[index].profile.pixels, index));
    let equal = |&one: &usize, &other: &usize| items[one].profile.pixels == items[other].profile.pixels;
    let mut groups: Vec<&[usize]> = order.chunk_by(equal).filter(|group| group.len() > 1).collect();
    groups.sort_unstable();

    let mut found = Duplicates { across_splits: Vec::new(), conflicting: Vec::new(), within_split: Vec::new() };
    for group in groups {
        let first = &items[group[0]];
        let entries: Vec<Entry> = group.iter().map(|&index| items[index].entry(classes)).collect();
        let crosses = group.iter().any(|&index| items[index].split != first.split);
        let conflicts = group.iter().any(|&index| items[index].file.class != first.file.class);
        if crosses {
            found.across_splits.push(entries.clone());
        }
        if conflicts {
            found.conflicting.push(entries.clone());
        }
        if !crosses && !conflicts {
            found.within_split.push(entries);
        }
    }
    found
}
