//! Takes a sample of each class.

use super::ContentHash;
use super::divide::hash_or_name;
use crate::manifest::{Manifest, Split};
use rayon::prelude::*;

/// Leaves at most `limit` images of each class in each split: the first by the hash of their content, so that a folder
/// that grows keeps most of its sample. The order stays.
pub fn limit(manifest: &mut Manifest, limit: usize, hash: &ContentHash) {
    let classes = manifest.classes.len();
    for split in [Some(&mut manifest.train), manifest.validation.as_mut(), manifest.test.as_mut()].into_iter().flatten()
    {
        limit_split(split, classes, limit, hash);
    }
}

fn limit_split(split: &mut Split, classes: usize, limit: usize, hash: &ContentHash) {
    if split.counts(classes).iter().all(|&count| count <= limit) {
        return;
    }
    let hashed: Vec<_> =
        split.files.par_iter().map(|file| (file.class, *hash_or_name(file, hash).as_bytes())).collect();
    let mut order: Vec<usize> = (0..hashed.len()).collect();
    order.sort_by_key(|&index| hashed[index]);
    let mut taken = vec![0; classes];
    let mut keep = vec![false; hashed.len()];
    for index in order {
        let count = &mut taken[hashed[index].0 as usize];
        keep[index] = *count < limit;
        *count += 1;
    }
    let mut keep = keep.into_iter();
    split.files.retain(|_| keep.next().unwrap_or(false));
}
