use super::*;
use crate::scan;
use crate::testing::{directory, plan as plan_of, png, portable};
use insta::assert_snapshot;
use plan::{ColorMode, Interpolation, Normalization, Sampling, SplitKind, SplitPlan};
use tempfile::TempDir;

mod damage;

/// Three good images whose level is their number, and two files that are none, at the start and between them.
fn data() -> TempDir {
    directory(&[
        ("train/a/0.png", b"not an image"),
        ("train/a/1.png", &flat(1)),
        ("train/b/2.png", &flat(2)),
        ("train/b/3.png", b""),
        ("train/b/4.png", &flat(4)),
        ("test/a/5.png", &flat(5)),
        ("test/b/1.png", &flat(1)),
    ])
}

fn flat(level: u8) -> Vec<u8> {
    png(2, 2, move |_, _, _| level)
}

fn skipping(data: &TempDir) -> DataPlan {
    DataPlan { on_error: OnError::Skip, ..plan_of(data.path()) }
}

fn prepare(cache: &TempDir, plan: &DataPlan) -> Preparation {
    Cache::open(cache.path()).unwrap().prepare(&mut scan(plan).unwrap(), plan, &mut |_| {}).unwrap()
}

/// What a program maps.
fn opened(preparation: &Preparation, plan: &DataPlan) -> Set {
    Set::open(preparation.set.as_ref().unwrap(), plan).unwrap()
}

/// The levels of flat images.
fn levels(images: &crate::Images) -> Vec<u8> {
    let level = |index| {
        let levels: &[u8] = images.image(index);
        assert!(levels.iter().all(|level| *level == levels[0]));
        levels[0]
    };
    (0..images.len()).map(level).collect()
}

#[test]
fn what_is_mapped_is_what_the_files_hold_in_their_order_at_any_number_of_threads() {
    let data = data();
    let plan = skipping(&data);
    for threads in [1, 2, 4] {
        let cache = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let preparation = pool.install(|| prepare(&cache, &plan));
        let set = opened(&preparation, &plan);
        assert_eq!((set.train.height, set.train.width, set.train.image_len()), (4, 6, 72));
        assert_eq!((levels(&set.train), &set.train.labels[..]), (vec![1, 2, 4], &[0, 1, 1][..]));
        let test = set.test.unwrap();
        assert_eq!((levels(&test), &test.labels[..]), (vec![5, 1], &[0, 1][..]));
        assert!(set.validation.is_none());
        assert_eq!((set.classes, set.train.left_out, test.left_out), (vec!["a".to_owned(), "b".to_owned()], 2, 0));
    }
}

#[test]
fn unreadable_images_are_all_named_and_not_tried_again() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let refusing = plan_of(data.path());
    let first = prepare(&cache, &refusing);
    let text: Vec<String> = first.bad.iter().map(|bad| portable(bad, &data)).collect();
    assert_snapshot!(text.join("\n"), @r"
    DATA/train/a/0.png: not a supported image format (JPEG, PNG, GIF, BMP, WebP, TIFF)
    DATA/train/b/3.png: the file is empty
    ");
    assert_eq!((first.set, first.progress.decoded), (None, 7));
    let second = prepare(&cache, &skipping(&data));
    assert_eq!((second.bad, second.progress.decoded), (first.bad, 0));
    let prepared = second.set.unwrap();
    let mut rest = scan(&refusing).unwrap();
    rest.leave_out(&second_bad(&cache, &data));
    let contents: Vec<_> = ["train/a/1", "train/b/2", "train/b/4", "test/a/5", "test/b/1"]
        .map(|name| blake3::hash(&fs::read(data.path().join(name).with_extension("png")).unwrap()))
        .into();
    assert_eq!(prepared.digest, rest.digest(&contents));
}

fn second_bad(cache: &TempDir, data: &TempDir) -> Vec<BadImage> {
    prepare(cache, &skipping(data)).bad
}

#[test]
fn a_file_that_is_gone_is_named() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = plan_of(data.path());
    let mut manifest = scan(&plan).unwrap();
    fs::remove_file(data.path().join("train/b/2.png")).unwrap();
    let cache = Cache::open(cache.path()).unwrap();
    let bad = cache.prepare(&mut manifest, &plan, &mut |_| {}).unwrap().bad;
    assert_eq!(bad.len(), 3);
    assert_snapshot!(portable(&bad[1], &data), @"DATA/train/b/2.png: cannot be read: No such file or directory (os error 2)");
}

#[test]
fn only_what_is_new_is_decoded() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let decoded = |plan: &DataPlan| prepare(&cache, plan).progress.decoded;
    assert_eq!((decoded(&plan), decoded(&plan)), (7, 0));
    // Its content is that of another file; the rest is as it was.
    fs::write(data.path().join("train/b/6.png"), flat(5)).unwrap();
    assert_eq!(decoded(&plan), 0);
    fs::write(data.path().join("train/b/6.png"), flat(6)).unwrap();
    let preparation = prepare(&cache, &plan);
    assert_eq!(preparation.progress.decoded, 1);
    assert_eq!(levels(&opened(&preparation, &plan).train), [1, 2, 4, 6]);
    fs::rename(data.path().join("train/b/6.png"), data.path().join("train/a/6.png")).unwrap();
    assert_eq!(decoded(&plan), 0);
    // Another way of preparing is another picture.
    let others = [
        DataPlan { color_mode: ColorMode::Grayscale, ..plan.clone() },
        DataPlan { interpolation: Interpolation::Nearest, ..plan.clone() },
        DataPlan { image_size: [6, 4], ..plan.clone() },
    ];
    for other in &others {
        let preparation = prepare(&cache, other);
        assert_eq!(preparation.progress.decoded, 8, "{other:?}");
        assert_eq!(levels(&opened(&preparation, other).train), [1, 6, 2, 4]);
        assert_eq!(decoded(other), 0);
    }
    // What does not decide a picture decodes nothing.
    let (normalization, sampling) = (Normalization::Standardize, Sampling::Balanced);
    assert_eq!(decoded(&DataPlan { batch_size: 9, shuffle: false, normalization, sampling, ..plan }), 0);
}

#[test]
fn what_was_prepared_stays_while_files_change() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let before = prepare(&cache, &plan);
    let mapped = opened(&before, &plan);
    fs::write(data.path().join("train/b/2.png"), flat(22)).unwrap();
    let after = prepare(&cache, &plan);
    assert_ne!(before.set.as_ref().unwrap().digest, after.set.as_ref().unwrap().digest);
    for set in [mapped, opened(&before, &plan)] {
        assert_eq!(levels(&set.train), [1, 2, 4], "what the earlier digest stands for");
    }
    assert_eq!(levels(&opened(&after, &plan).train), [1, 22, 4]);
}

#[test]
fn a_program_refuses_what_is_not_what_it_was_promised() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let prepared = prepare(&cache, &plan).set.unwrap();
    let digest = prepared.digest.clone();
    let refusal = |prepared: &Prepared, plan: &DataPlan| {
        let told = portable(Set::open(prepared, plan).unwrap_err(), &cache).replace(&digest, "DIGEST");
        let told = told.replace(&pack_name(&skipping(&data)), "PACK");
        let (start, rest) = told.split_once("/sets/").map_or((told.as_str(), ""), |(start, rest)| (start, &rest[32..]));
        format!("{start}/sets/HASH{rest}")
    };
    let other = Prepared { digest: "feed".to_owned(), ..prepared.clone() };
    assert_snapshot!(refusal(&other, &plan), @"DATA/PACK/sets/HASH.json holds the images with the digest DIGEST, and the run is of the images with the digest feed: the images have changed; run again");
    assert_snapshot!(refusal(&prepared, &DataPlan { image_size: [3, 3], ..plan.clone() }), @"DATA/PACK/sets/HASH.json holds images of 4x6 pixels and 3 channels, and the run is of images of 3x3 pixels and 3 channels: the images have changed; run again");
    let list = fs::read_to_string(&prepared.set).unwrap();
    fs::write(&prepared.set, list.replace("\"b\"", "\"d\"")).unwrap();
    assert_snapshot!(refusal(&prepared, &plan), @"DATA/PACK/sets/HASH.json is damaged: it is not what its name says; run again, and what is damaged is prepared again");
    fs::remove_file(&prepared.set).unwrap();
    assert_snapshot!(refusal(&prepared, &plan), @"cannot read DATA/PACK/sets/HASH.json: No such file or directory (os error 2); the prepared images are gone: run again to prepare them again");
}

#[test]
fn pictures_that_lost_their_end_are_refused_and_made_anew() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let preparation = prepare(&cache, &plan);
    let pack = cache.path().join(pack_name(&plan));
    let is_pixels = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("pixels-");
    let pixels = fs::read_dir(&pack).unwrap().map(|entry| entry.unwrap().path()).find(is_pixels).unwrap();
    fs::File::options().write(true).open(&pixels).unwrap().set_len(3 * 72 + 1).unwrap();
    let lost = preparation.set.unwrap();
    assert!(matches!(Set::open(&lost, &plan), Err(CacheError::Damaged { .. })));
    // What comes anew may stand where a lost picture stood: the list of that must not show it.
    fs::write(data.path().join("train/b/6.png"), flat(6)).unwrap();
    let again = prepare(&cache, &plan);
    assert_eq!(levels(&opened(&again, &plan).train), [1, 2, 4, 6]);
    assert!(matches!(Set::open(&lost, &plan), Err(CacheError::Read { .. })));
    assert_eq!(prepare(&cache, &plan).progress.decoded, 0);
}

#[test]
fn several_may_prepare_at_once() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let all: Vec<Preparation> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..6).map(|_| scope.spawn(|| prepare(&cache, &plan))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(all.iter().map(|one| one.progress.decoded).sum::<usize>(), 7, "one of them decodes");
    for one in &all {
        assert_eq!(one.set, all[0].set);
        assert_eq!(levels(&opened(one, &plan).train), [1, 2, 4]);
    }
}

#[test]
fn emptying_frees_all_and_waits_for_nobody() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let preparation = prepare(&cache, &plan);
    let set = opened(&preparation, &plan);
    let in_use = Cache::open(cache.path()).unwrap();
    assert!(matches!(Cache::empty(cache.path()), Err(CacheError::Busy { .. })));
    drop(in_use);
    // What a file manager leaves behind.
    fs::write(cache.path().join(".DS_Store"), [0; 9]).unwrap();
    let freed = Cache::empty(cache.path()).unwrap();
    assert!(freed > 4 * 72, "{freed}");
    assert_eq!(levels(&set.train), [1, 2, 4], "who has mapped it reads on");
    assert!(matches!(Set::open(&preparation.set.unwrap(), &plan), Err(CacheError::Read { .. })));
    assert_eq!(Cache::empty(cache.path()).unwrap(), 0);
    assert_eq!(Cache::empty(&cache.path().join("nowhere")).unwrap(), 0);
    assert_eq!(prepare(&cache, &plan).progress.decoded, 7);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "ages a file")]
fn a_pack_that_nobody_asks_for_goes_after_a_month() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let prepared = prepare(&cache, &plan);
    let pack = cache.path().join(pack_name(&plan));
    let open = || Cache::open(cache.path()).unwrap();
    let age = || {
        let used = fs::File::options().write(true).open(pack.join(USED)).unwrap();
        used.set_modified(SystemTime::now() - KEPT - Duration::from_secs(60)).unwrap();
    };
    drop(open());
    assert!(pack.exists());
    age();
    opened(&prepared, &plan);
    drop(open());
    assert!(pack.exists(), "a program has asked for it");
    let sweep = open();
    age();
    drop(open());
    assert!(pack.exists(), "a sweep may start programs still");
    drop(sweep);
    drop(open());
    assert!(!pack.exists());
}

#[test]
fn another_version_of_the_tool_keeps_its_own_pictures() {
    let data = data();
    let name = pack_name(&skipping(&data));
    let versions = format!("{}.{DECODER_VERSION}.{FORMAT}", plan::ENGINE_VERSION);
    assert_eq!(name, format!("4x6-rgb-bilinear-{versions}"));
}

#[test]
fn a_split_by_content_reads_no_file_that_is_remembered() {
    let names: Vec<String> = (0..40).map(|number| format!("{}/{number}.png", ["a", "b"][number % 2])).collect();
    let pictures: Vec<Vec<u8>> = (0..40).map(flat).collect();
    let files: Vec<(&str, &[u8])> = names.iter().zip(&pictures).map(|(name, bytes)| (&**name, &**bytes)).collect();
    let data = directory(&files);
    let mut plan = plan_of(data.path());
    plan.source.split = Some(SplitPlan { kind: SplitKind::Hash, probabilities: vec![0.5, 0.5], seed: 0 });
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(cache.scan(&plan).unwrap(), scan(&plan).unwrap());
    // With a false memory, that all files hold the same, all are in one split.
    let path = cache.seen(&plan).unwrap();
    let mut seen = Seen::default();
    let later = seen::now() + Duration::from_secs(60);
    for name in &names {
        let file = data.path().join(name);
        seen.remember(&file, Stat::of(&file), Stat::of(&file), later, blake3::hash(b"the same"));
    }
    seen.save(&path).unwrap();
    assert!(matches!(cache.scan(&plan).unwrap_err(), ScanError::Several(_)));
}
