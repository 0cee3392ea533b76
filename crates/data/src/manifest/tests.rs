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

fn manifest(data: &TempDir) -> Manifest {
    scan(&plan(data.path())).unwrap()
}

#[test]
fn the_digest_knows_nothing_of_places_and_names_of_split_folders() {
    let (here, there) = (data(), data());
    let digest = manifest(&here).digest().unwrap();
    assert_eq!(digest.len(), 64);
    fs::rename(there.path().join("val"), there.path().join("validation_set")).unwrap();
    assert_eq!(manifest(&there).digest().unwrap(), digest);
    fs::write(there.path().join("train/cat/notes.txt"), "no image").unwrap();
    assert_eq!(manifest(&there).digest().unwrap(), digest);
}

#[test]
fn the_digest_changes_with_content_name_class_and_split() {
    let digest = manifest(&data()).digest().unwrap();
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
        assert_ne!(manifest(&changed).digest().unwrap(), digest, "{what}");
    }
}

#[test]
fn a_file_that_is_gone_is_named() {
    let data = data();
    let manifest = manifest(&data);
    fs::remove_file(data.path().join("val/dog/1.png")).unwrap();
    let error = manifest.digest().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    assert!(error.to_string().contains("val/dog/1.png"), "{error}");
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
    let digest = rest.digest().unwrap();
    assert_ne!(digest, whole.digest().unwrap());
    fs::write(data.path().join("train/cat/2.png"), "something else").unwrap();
    assert_eq!(rest.digest().unwrap(), digest, "what was left out does not count");
}
