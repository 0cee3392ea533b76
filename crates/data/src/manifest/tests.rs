use crate::testing::{digest, directory, plan};
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
    let whole = digest(&manifest(&here));
    assert_eq!(whole.len(), 64);
    fs::rename(there.path().join("val"), there.path().join("validation_set")).unwrap();
    assert_eq!(digest(&manifest(&there)), whole);
    fs::write(there.path().join("train/cat/notes.txt"), "no image").unwrap();
    assert_eq!(digest(&manifest(&there)), whole);
}

#[test]
fn the_digest_changes_with_content_name_class_and_split() {
    let whole = digest(&manifest(&data()));
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
        assert_ne!(digest(&manifest(&changed)), whole, "{what}");
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
    let digest_of_rest = digest(&rest);
    assert_ne!(digest_of_rest, digest(&whole));
    fs::write(data.path().join("train/cat/2.png"), "something else").unwrap();
    assert_eq!(digest(&rest), digest_of_rest, "what was left out does not count");
}
