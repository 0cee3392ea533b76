//! Splits images that have no split of their own.

use super::{ContentHash, ScanError};
use crate::file::File;
use crate::manifest::{Manifest, Split};
use plan::stream::name_id;
use plan::{Purpose, SplitKind, SplitPlan, Stream};
use rayon::prelude::*;
use std::path::Path;

/// Cuts the training images of `manifest` into train, validation and, where the plan has three probabilities, test. What
/// is there already as test images stays.
pub fn divide(manifest: &mut Manifest, plan: &SplitPlan, place: &Path, hash: &ContentHash) -> Result<(), ScanError> {
    if manifest.test.is_some() && plan.probabilities.len() > 2 {
        return Err(ScanError::TestTwice { place: place.into() });
    }
    let places = match plan.kind {
        SplitKind::Random => random(manifest, plan),
        SplitKind::Stratified => stratified(manifest, plan),
        SplitKind::Hash => hashed(&manifest.train.files, plan, hash),
    };
    let whole = &mut manifest.train;
    let mut files: Vec<Vec<File>> = plan.probabilities.iter().map(|_| Vec::new()).collect();
    for (file, place) in std::mem::take(&mut whole.files).into_iter().zip(places) {
        files[place].push(file);
    }
    let mut files = files.into_iter();
    whole.files = files.next().unwrap_or_default();
    let mut part = |probability: Option<&f64>| {
        let files = files.next()?;
        let split = Split { folder: whole.folder.clone(), files, passed_over: 0 };
        probability.is_some_and(|&probability| probability > 0.0).then_some(split)
    };
    manifest.validation = part(plan.probabilities.get(1));
    if let Some(test) = part(plan.probabilities.get(2)) {
        manifest.test = Some(test);
    }
    Ok(())
}

/// All images are shuffled, then cut.
fn random(manifest: &Manifest, plan: &SplitPlan) -> Vec<usize> {
    let mut places = vec![0; manifest.train.files.len()];
    cut(&mut (0..places.len()).collect::<Vec<_>>(), Stream::new(plan.seed, Purpose::Split, &[]), plan, &mut places);
    places
}

/// The images of each class are shuffled, then cut.
fn stratified(manifest: &Manifest, plan: &SplitPlan) -> Vec<usize> {
    let files = &manifest.train.files;
    let mut places = vec![0; files.len()];
    for (label, class) in manifest.classes.iter().enumerate() {
        let mut of_class: Vec<usize> = (0..files.len()).filter(|&file| files[file].class as usize == label).collect();
        cut(&mut of_class, Stream::new(plan.seed, Purpose::Split, &[name_id(class)]), plan, &mut places);
    }
    places
}

/// Shuffles `files` and cuts them, so that each split has its share to the nearest image.
fn cut(files: &mut [usize], mut stream: Stream, plan: &SplitPlan, places: &mut [usize]) {
    stream.shuffle(files);
    for (place, range) in ranges(&plan.probabilities, files.len()).into_iter().enumerate() {
        files[range].iter().for_each(|&file| places[file] = place);
    }
}

fn ranges(probabilities: &[f64], count: usize) -> Vec<std::ops::Range<usize>> {
    let (mut start, mut sum) = (0, 0.0);
    let mut ranges: Vec<_> = probabilities
        .iter()
        .map(|probability| {
            sum += probability;
            // Probabilities sum to 1, but for the rounding of a few digits.
            let end = ((sum * count as f64 + 0.5) as usize).min(count);
            let range = start..end;
            start = end;
            range
        })
        .collect();
    if let Some(last) = ranges.iter_mut().zip(probabilities).filter(|(_, share)| **share > 0.0).map(|(r, _)| r).last() {
        last.end = count;
    }
    ranges
}

/// The hash of an image decides for it alone, so that it stays where it is when others come and go, and equal images
/// share a split. An image that cannot be read goes by its name; it is complained of later.
fn hashed(files: &[File], plan: &SplitPlan, hash: &ContentHash) -> Vec<usize> {
    let last = plan.probabilities.iter().rposition(|&probability| probability > 0.0).unwrap_or(0);
    files
        .par_iter()
        .map(|file| {
            let hash = hash_or_name(file, hash);
            let (words, _) = hash.as_bytes().as_chunks::<8>();
            let words: Vec<u64> = words.iter().map(|&word| u64::from_le_bytes(word)).collect();
            let drawn = f64::from(Stream::new(plan.seed, Purpose::Split, &words).unit());
            let mut sum = 0.0;
            let mut below = plan.probabilities.iter().map(|probability| {
                sum += probability;
                drawn < sum
            });
            below.position(|below| below).unwrap_or(last)
        })
        .collect()
}

/// The hash of an image's content; of its name where it cannot be read.
pub fn hash_or_name(file: &File, hash: &ContentHash) -> blake3::Hash {
    hash(file).unwrap_or_else(|_| blake3::hash(&file.name()))
}

#[cfg(test)]
mod tests;
