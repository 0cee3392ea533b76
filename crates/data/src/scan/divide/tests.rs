use super::{divide, ranges};
use crate::testing::{digest, directory, plan, portable};
use crate::{Manifest, ScanError, scan};
use insta::assert_snapshot;
use plan::{DataPlan, DataSource, SplitKind, SplitPlan};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const KINDS: [SplitKind; 3] = [SplitKind::Random, SplitKind::Stratified, SplitKind::Hash];
const SHARES: [f64; 3] = [0.6, 0.2, 0.2];

/// Class folders `a` and `b`, of 60 and 40 files with a content of their own.
fn data() -> TempDir {
    let files: Vec<(String, String)> =
        (0..100).map(|n| (format!("{}/{n:03}.png", if n < 60 { "a" } else { "b" }), format!("image {n}"))).collect();
    directory(&files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect::<Vec<_>>())
}

fn split(directory: &Path, kind: SplitKind, probabilities: &[f64], seed: u64) -> Result<Manifest, ScanError> {
    let split = SplitPlan { kind, probabilities: probabilities.to_vec(), seed };
    scan(&DataPlan { source: DataSource { split: Some(split), ..DataSource::default() }, ..plan(directory) })
}

/// The split of each file, by its content.
fn places(manifest: &Manifest) -> BTreeMap<String, &'static str> {
    let splits = manifest.splits();
    let files = splits.iter().flat_map(|(name, split)| split.files.iter().map(move |file| (*name, file)));
    files.map(|(name, file)| (fs::read_to_string(&file.path).unwrap(), name)).collect()
}

#[test]
fn every_image_is_in_one_split_and_the_shares_are_kept() {
    let data = data();
    for kind in KINDS {
        let manifest = split(data.path(), kind, &SHARES, 0).unwrap();
        let counts: Vec<usize> = manifest.splits().iter().map(|(_, split)| split.files.len()).collect();
        assert_eq!((counts.iter().sum::<usize>(), places(&manifest).len()), (100, 100), "{kind:?}");
        match kind {
            SplitKind::Random | SplitKind::Stratified => assert_eq!(counts, [60, 20, 20], "{kind:?}"),
            SplitKind::Hash => assert!((45..75).contains(&counts[0]) && counts[1] > 8 && counts[2] > 8, "{counts:?}"),
        }
        for (_, split) in manifest.splits() {
            assert!(split.files.is_sorted_by_key(|file| &file.path), "{kind:?}");
        }
        assert_eq!(split(data.path(), kind, &SHARES, 0).unwrap(), manifest);
        assert_ne!(split(data.path(), kind, &SHARES, 1).unwrap(), manifest, "{kind:?}");
    }
    let manifest = split(data.path(), SplitKind::Stratified, &SHARES, 0).unwrap();
    let counts: Vec<Vec<usize>> = manifest.splits().iter().map(|(_, split)| split.counts(2)).collect();
    assert_eq!(counts, [[36, 24], [12, 8], [12, 8]]);
}

#[test]
fn splits_are_pinned() {
    // Another split of the same files would make results stale in silence.
    let data = data();
    let digests = KINDS.map(|kind| digest(&split(data.path(), kind, &SHARES, 0).unwrap())[..16].to_owned());
    assert_snapshot!(digests.join(" "), @"0481f56a5bd5a0b1 8734e3d68e26ebcc d6adc7c351ed1b99");
}

#[test]
fn a_share_of_0_is_no_split() {
    let data = data();
    for kind in KINDS {
        let manifest = split(data.path(), kind, &[0.8, 0.0, 0.2], 0).unwrap();
        assert!(manifest.validation.is_none() && manifest.test.is_some(), "{kind:?}");
        let manifest = split(data.path(), kind, &[0.8, 0.2], 0).unwrap();
        assert!(manifest.validation.is_some() && manifest.test.is_none(), "{kind:?}");
    }
}

#[test]
fn equal_images_share_a_split_by_hash() {
    let data = data();
    for n in 0..60 {
        fs::copy(data.path().join(format!("a/{n:03}.png")), data.path().join(format!("b/copy of {n:03}.png"))).unwrap();
    }
    let manifest = split(data.path(), SplitKind::Hash, &SHARES, 0).unwrap();
    let files: usize = manifest.splits().iter().map(|(_, split)| split.files.len()).sum();
    let distinct: usize = manifest
        .splits()
        .iter()
        .map(|(name, _)| places(&manifest).values().filter(|place| *place == name).count())
        .sum();
    assert_eq!((files, distinct), (160, 100));
    let mut seen = BTreeMap::new();
    for (name, split) in manifest.splits() {
        for file in &split.files {
            let content = fs::read_to_string(&file.path).unwrap();
            assert_eq!(*seen.entry(content).or_insert(name), name, "{}", file.path.to_string_lossy());
        }
    }
}

#[test]
fn what_is_split_already_is_not_split_again() {
    let data =
        directory(&[("train/a/1.png", b""), ("train/b/1.png", b""), ("test/a/1.png", b""), ("test/b/1.png", b"")]);
    let message =
        |probabilities: &[f64]| portable(split(data.path(), SplitKind::Hash, probabilities, 0).unwrap_err(), &data);
    assert_snapshot!(message(&[0.5, 0.5]), @"DATA/train says how the images are split, so `split` in [data] cannot; remove one of the two");
    // A class may be called like a split.
    let data = directory(&[("train/1.png", b"1"), ("train/2.png", b"2"), ("bus/1.png", b"3"), ("bus/2.png", b"4")]);
    let manifest = split(data.path(), SplitKind::Stratified, &[0.5, 0.5], 0).unwrap();
    assert_eq!(
        (manifest.classes.as_slice(), manifest.train.counts(2)),
        (&["bus".to_owned(), "train".to_owned()][..], vec![1, 1])
    );

    let mut whole = manifest.clone();
    whole.test = whole.validation.take();
    let three = SplitPlan { kind: SplitKind::Hash, probabilities: SHARES.to_vec(), seed: 0 };
    let refused = divide(&mut whole, &three, Path::new("mnist"), &crate::File::hash).unwrap_err();
    assert_snapshot!(refused, @"mnist has test images of its own: `split` in [data] takes two probabilities here, of train and validation");
}

#[test]
fn a_split_without_a_class_is_refused() {
    let data = directory(&[("a/1.png", b"1"), ("a/2.png", b"2"), ("b/1.png", b"3"), ("b/2.png", b"4")]);
    let message = |kind, shares: &[f64]| portable(split(data.path(), kind, shares, 0).unwrap_err(), &data);
    assert_snapshot!(message(SplitKind::Stratified, &[0.9, 0.1]), @r#"
    DATA has no image of the class "a" for validation; a larger probability, another seed or type = "stratified" may give it some
    DATA has no image of the class "b" for validation; a larger probability, another seed or type = "stratified" may give it some
    Validation and test images may lack classes with `allow = ["missing_classes"]` in [data.audit]
    "#);
    let gone = directory(&[]);
    let message = portable(split(&gone.path().join("pets"), SplitKind::Hash, &SHARES, 0).unwrap_err(), &gone);
    assert_snapshot!(message, @r"
    the data directory DATA/pets does not exist
    expected a folder of images for each class:
      DATA/pets/<class>/*.jpg
    ");
}

#[test]
fn a_limit_takes_a_sample_that_stays() {
    let data = data();
    let limited = |limit| {
        let split = SplitPlan { kind: SplitKind::Hash, probabilities: SHARES.to_vec(), seed: 0 };
        let source = DataSource { split: Some(split), limit_per_class: Some(limit), ..DataSource::default() };
        scan(&DataPlan { source, ..plan(data.path()) }).unwrap()
    };
    let five = limited(5);
    for (_, split) in five.splits() {
        assert_eq!(split.counts(2), [5, 5]);
        assert!(split.files.is_sorted_by_key(|file| &file.path));
    }
    let (few, more) = (places(&five), limited(7));
    let more = places(&more);
    assert!(
        few.iter().all(|(content, place)| more.get(content) == Some(place)),
        "a smaller sample is part of a larger"
    );
    assert_eq!(limited(1000), split(data.path(), SplitKind::Hash, &SHARES, 0).unwrap());
    // Names do not count: a sample is of what is in the files.
    fs::rename(data.path().join("a/000.png"), data.path().join("a/zzz.png")).unwrap();
    assert_eq!(places(&limited(5)), few);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever else comes or goes, an image that stays is in the split that it was in.
    #[test]
    fn by_hash_an_image_stays_in_its_split(gone in proptest::collection::btree_set(0..100usize, 0..60), added in 0..20usize, seed: u64) {
        let data = data();
        let Ok(before) = split(data.path(), SplitKind::Hash, &SHARES, seed) else { return Ok(()) };
        let before = places(&before);
        for n in gone {
            fs::remove_file(data.path().join(format!("{}/{n:03}.png", if n < 60 { "a" } else { "b" }))).unwrap();
        }
        for n in 0..added {
            fs::write(data.path().join(format!("b/{n}.png")), format!("another image {n}")).unwrap();
        }
        let Ok(after) = split(data.path(), SplitKind::Hash, &SHARES, seed) else { return Ok(()) };
        for (content, place) in places(&after) {
            prop_assert!(before.get(&content).is_none_or(|was| *was == place), "{content}");
        }
    }

    /// The classes beside it do not move an image of a stratified split.
    #[test]
    fn stratified_a_class_is_split_for_itself(others in 1..30usize, seed: u64) {
        let data = data();
        let places_of = |manifest: &Manifest| -> Vec<(String, &'static str)> {
            places(manifest).into_iter().filter(|(content, _)| content[6..].parse::<usize>().is_ok_and(|n| n < 60)).collect()
        };
        let before = places_of(&split(data.path(), SplitKind::Stratified, &SHARES, seed).unwrap());
        for n in 60..60 + others {
            fs::remove_file(data.path().join(format!("b/{n:03}.png"))).unwrap();
        }
        let after = places_of(&split(data.path(), SplitKind::Stratified, &SHARES, seed).unwrap());
        prop_assert_eq!(before, after);
    }

    /// The ranges follow each other, cover everything, and are off by less than an image.
    #[test]
    fn ranges_cover_everything(weights in proptest::collection::vec(0..100u32, 1..4), count in 0..500usize) {
        let sum: u32 = weights.iter().sum();
        prop_assume!(weights[0] > 0);
        let shares: Vec<f64> = weights.iter().map(|&weight| f64::from(weight) / f64::from(sum)).collect();
        let mut next = 0;
        for (range, share) in ranges(&shares, count).into_iter().zip(&shares) {
            prop_assert_eq!(range.start, next);
            prop_assert!((range.len() as f64 - share * count as f64).abs() <= 1.0 + 1e-6);
            prop_assert!(*share > 0.0 || range.is_empty());
            next = range.end;
        }
        prop_assert_eq!(next, count);
    }
}
