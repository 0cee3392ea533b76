//! What a disk, or a stranger's folder, may do to the cache.

use super::*;

/// Every file of the cache.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

fn file_of(cache: &TempDir, start: &str) -> PathBuf {
    let is_it = |path: &PathBuf| path.strip_prefix(cache.path()).unwrap().to_str().unwrap().contains(start);
    below(cache.path()).into_iter().find(is_it).unwrap()
}

fn turn(path: &Path, byte: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1 << (byte % 8);
    fs::write(path, bytes).unwrap();
}

/// What the tool does before it starts programs: prepares, verifies, and prepares again what is damaged. What it says of
/// that, and how many files it decoded.
fn sound(cache: &TempDir, plan: &DataPlan) -> (Preparation, Vec<String>, usize) {
    let cache = Cache::open(cache.path()).unwrap();
    let mut manifest = scan(plan).unwrap();
    let mut preparation = cache.prepare(&mut manifest, plan, &mut |_| {}).unwrap();
    let mut decoded = preparation.progress.decoded;
    while !cache.verify(preparation.set.as_ref().unwrap(), &manifest, plan).unwrap() {
        preparation = cache.prepare(&mut scan(plan).unwrap(), plan, &mut |_| {}).unwrap();
        decoded += preparation.progress.decoded;
    }
    (preparation, cache.damaged().iter().map(ToString::to_string).collect(), decoded)
}

#[test]
fn a_picture_that_is_damaged_is_refused_by_programs_and_named_and_prepared_again_by_the_tool() {
    let (data, cache) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let before = prepare(&cache, &plan);
    let pixels = file_of(&cache, "pixels-");
    turn(&pixels, 72 + 40);
    let refusal = portable(Set::open(before.set.as_ref().unwrap(), &plan).unwrap_err(), &cache);
    let name = |text: &str| text.replace(pixels.file_name().unwrap().to_str().unwrap(), "PIXELS");
    let name = |text: &str| name(text).replace(&pack_name(&plan), "PACK");
    assert_snapshot!(name(&refusal), @"DATA/PACK/PIXELS is damaged: picture 1 is not as it was prepared; run again, and what is damaged is prepared again");
    let (after, damaged, decoded) = sound(&cache, &plan);
    let damaged: Vec<String> = damaged
        .iter()
        .map(|one| name(&portable(one, &cache).replace(data.path().to_str().unwrap(), "IMAGES")))
        .collect();
    assert_snapshot!(damaged.join("\n"), @"DATA/PACK/PIXELS is damaged: the picture of IMAGES/train/b/2.png");
    assert_eq!(decoded, 1, "and no other");
    assert_eq!(after.set.as_ref().unwrap().digest, before.set.unwrap().digest);
    let set = opened(&after, &plan);
    assert_eq!((levels(&set.train), levels(&set.test.unwrap())), (vec![1, 2, 4], vec![5, 1]));
    assert_eq!(sound(&cache, &plan).1, [""; 0], "it is said once");
}

#[test]
fn whatever_bit_of_the_cache_is_turned_no_program_gets_another_picture() {
    let (data, example) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let prepared = prepare(&example, &plan).set.unwrap();
    let inside = |path: &Path| path.strip_prefix(example.path()).unwrap().to_owned();
    let files: Vec<(PathBuf, Vec<u8>)> =
        below(example.path()).iter().map(|path| (inside(path), fs::read(path).unwrap())).collect();
    let mut refused = 0;
    for (damaged, whole) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        for byte in (0..whole.len()).step_by(whole.len().div_ceil(60)) {
            let cache = tempfile::tempdir().unwrap();
            for (path, bytes) in &files {
                let path = cache.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
            turn(&cache.path().join(damaged), byte);
            // A program that was started before the damage was found.
            let old = Prepared { set: cache.path().join(inside(&prepared.set)), ..prepared.clone() };
            match Set::open(&old, &plan) {
                Ok(set) => assert_eq!((levels(&set.train), &set.train.labels[..]), (vec![1, 2, 4], &[0, 1, 1][..])),
                Err(_) => refused += 1,
            }
            let (after, _, decoded) = sound(&cache, &plan);
            assert_eq!(after.set.as_ref().unwrap().digest, prepared.digest);
            let set = opened(&after, &plan);
            assert_eq!((levels(&set.train), levels(set.test.as_ref().unwrap())), (vec![1, 2, 4], vec![5, 1]));
            assert_eq!((&set.train.labels[..], &set.test.unwrap().labels[..]), (&[0, 1, 1][..], &[0, 1][..]));
            assert!(decoded <= 2 || byte < 60, "{}: {byte}: {decoded} files were decoded", damaged.to_string_lossy());
        }
    }
    assert!(refused > 100, "{refused}");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_nor_removed_behind_one() {
    use std::os::unix::fs::symlink;
    let (data, precious) = (data(), tempfile::tempdir().unwrap());
    let plan = skipping(&data);
    let file = precious.path().join("thesis.tex");
    fs::write(&file, "years of work").unwrap();
    for name in ["lock", "PACK/lock", "PACK/index", "PACK/used", "PACK/sets", "PACK", "seen"] {
        let cache = tempfile::tempdir().unwrap();
        let link = cache.path().join(name.replace("PACK", &pack_name(&plan)));
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        let is_folder = ["PACK/sets", "PACK", "seen"].contains(&name);
        symlink(if is_folder { precious.path() } else { &file }, &link).unwrap();
        let prepared =
            Cache::open(cache.path()).and_then(|cache| cache.prepare(&mut scan(&plan).unwrap(), &plan, &mut |_| {}));
        assert!(matches!(prepared, Err(CacheError::Write { .. })), "{name}");
        assert_eq!(below(precious.path()), std::slice::from_ref(&file), "{name}");
        assert_eq!(fs::read(&file).unwrap(), b"years of work", "{name}");
    }
    let link = data.path().join("images");
    symlink(precious.path(), &link).unwrap();
    assert!(matches!(Cache::empty(&link), Err(CacheError::Write { .. })));
    assert!(file.exists());
}

#[test]
fn a_temporary_cache_prepares_and_leaves_nothing() {
    let data = data();
    let plan = skipping(&data);
    let cache = Cache::temporary().unwrap();
    let folder = cache.folder.clone();
    let preparation = cache.prepare(&mut scan(&plan).unwrap(), &plan, &mut |_| {}).unwrap();
    assert_eq!(levels(&opened(&preparation, &plan).train), [1, 2, 4]);
    drop(cache);
    assert!(!folder.exists());
}
