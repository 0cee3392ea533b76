use crate::testing::{directory, plan};
use crate::{BadImage, Manifest, scan};
use std::fs;
use tempfile::TempDir;

fn data() -> TempDir {
    directory(&[
        ("train/cat/1.png", b"one"),
        ("train/cat/2.png", b"two"),
        ("train/dog/1.png", b"three"),
        ("val/cat/1.png", b"four"),
        ("val/dog/1.png", b"five"),
    ])
}

fn digest_of(manifest: &Manifest) -> String {
    let files = manifest.splits().into_iter().flat_map(|(_, split)| &split.files);
    let contents: Vec<_> = files.map(|file| blake3::hash(&fs::read(&file.path).unwrap())).collect();
    manifest.digest(&contents)
}

fn manifest(data: &TempDir) -> Manifest {
    scan(&plan(data.path())).unwrap()
}

#[test]
fn the_digest_knows_nothing_of_places_and_names_of_split_folders() {
    let (here, there) = (data(), data());
    let digest = digest_of(&manifest(&here));
    assert_eq!(digest.len(), 64);
    fs::rename(there.path().join("val"), there.path().join("validation_set")).unwrap();
    assert_eq!(digest_of(&manifest(&there)), digest);
    fs::write(there.path().join("train/cat/notes.txt"), "no image").unwrap();
    assert_eq!(digest_of(&manifest(&there)), digest);
}

#[test]
fn the_digest_changes_with_content_name_class_and_split() {
    let digest = digest_of(&manifest(&data()));
    let rename = |data: &TempDir, from: &str, to: &str| {
        fs::rename(data.path().join(from), data.path().join(to)).unwrap();
    };
    let content = data();
    fs::write(content.path().join("train/cat/1.png"), "One").unwrap();
    let name = data();
    rename(&name, "train/cat/1.png", "train/cat/0.png");
    let class = data();
    rename(&class, "train/cat/2.png", "train/dog/2.png");
    let split = data();
    rename(&split, "train/cat/2.png", "val/cat/2.png");
    for (what, changed) in [("content", content), ("name", name), ("class", class), ("split", split)] {
        assert_ne!(digest_of(&manifest(&changed)), digest, "{what}");
    }
}

#[test]
fn what_is_left_out_leaves_list_and_digest() {
    let data = data();
    let whole = manifest(&data);
    let mut rest = whole.clone();
    let bad = |path: &str| BadImage { path: data.path().join(path), reason: String::new() };
    rest.leave_out(&[bad("train/cat/2.png"), bad("val/dog/1.png")]);
    assert_eq!(rest.train.counts(2), [1, 1]);
    assert_eq!(rest.validation.as_ref().unwrap().counts(2), [1, 0]);
    let digest = digest_of(&rest);
    assert_ne!(digest, digest_of(&whole));
    fs::write(data.path().join("train/cat/2.png"), "something else").unwrap();
    assert_eq!(digest_of(&rest), digest, "what was left out does not count");
}
