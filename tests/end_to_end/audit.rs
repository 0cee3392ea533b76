//! What is the matter with images is said before anything trains. Each message is a snapshot.

use crate::support::{Project, Text};
use std::fs;
use std::path::PathBuf;

const FILE: &str = "experiments/tiny.toml";

/// A project whose images have been drawn.
fn with_images() -> Project {
    let project = Project::tiny();
    project.succeeds(&["run", FILE, "--dry-run"]);
    project
}

fn image(project: &Project, name: &str) -> PathBuf {
    project.path().join("data/pets").join(name)
}

fn copy(project: &Project, from: &str, to: &str) {
    fs::copy(image(project, from), image(project, to)).unwrap();
}

/// What `ablate data audit` prints, with its exit status.
fn audited(project: &Project, words: &[&str]) -> String {
    let text = Text::from(project.ablate(&[&["data", "audit", FILE], words].concat()).output().unwrap());
    project.portable(&format!("{}exit status {}\n", text.stdout, text.status))
}

#[test]
fn images_without_a_fault() {
    insta::assert_snapshot!(audited(&with_images(), &[]));
}

#[test]
fn a_leak_keeps_a_run_from_starting_unless_it_is_allowed() {
    let project = with_images();
    copy(&project, "train/cat/cat.0001.jpg", "test/cat/leaked.jpg");
    copy(&project, "validation/dog/dog.0001.jpg", "train/dog/another.jpg");
    insta::assert_snapshot!("leak_audited", audited(&project, &[]));
    insta::assert_snapshot!("leak_refused", project.fails(&["run", FILE, "--dry-run"], 2));
    assert!(!project.results().exists());

    let allow = ["--set", "data.audit.allow=[\"duplicates_across_splits\"]"];
    let allowed = project.succeeds(&[&["run", FILE, "--dry-run"], &allow[..]].concat());
    insta::assert_snapshot!("leak_allowed", project.portable(&allowed.stderr));
    assert!(audited(&project, &allow).ends_with("exit status 0\n"));
}

#[test]
fn two_labels_for_one_picture() {
    let project = with_images();
    copy(&project, "train/cat/cat.0001.jpg", "test/dog/no_dog.jpg");
    copy(&project, "train/cat/cat.0002.jpg", "train/dog/no_dog_either.jpg");
    insta::assert_snapshot!("two_labels_audited", audited(&project, &[]));
    insta::assert_snapshot!("two_labels_refused", project.fails(&["run", FILE, "--dry-run"], 2));
}

#[test]
fn truncated_misnamed_and_stray_files() {
    let project = with_images();
    let truncated = image(&project, "train/cat/cat.0001.jpg");
    let bytes = fs::read(&truncated).unwrap();
    fs::write(&truncated, &bytes[..bytes.len() / 2]).unwrap();
    fs::rename(image(&project, "validation/dog/dog.0001.jpg"), image(&project, "validation/dog/one.png")).unwrap();
    fs::write(image(&project, "train/dog/.DS_Store"), "x").unwrap();
    fs::write(image(&project, "train/dog/Thumbs.db"), "x").unwrap();
    insta::assert_snapshot!("files_audited", audited(&project, &[]));
    let skipped = project.succeeds(&["run", FILE, "--dry-run", "--set", "data.on_error=skip"]);
    insta::assert_snapshot!("files_skipped", project.portable(&skipped.stderr));
}

#[test]
fn an_empty_class() {
    let project = with_images();
    fs::remove_dir_all(image(&project, "train/dog")).unwrap();
    fs::create_dir(image(&project, "train/dog")).unwrap();
    fs::write(image(&project, "train/dog/.DS_Store"), "x").unwrap();
    insta::assert_snapshot!(audited(&project, &[]));
    let missing = audited(&project, &["--set", "data.directory=elsewhere"]);
    assert_eq!(missing, "exit status 2\n");
}

#[test]
fn an_audit_for_programs_and_what_is_remembered() {
    let project = with_images();
    copy(&project, "train/cat/cat.0001.jpg", "test/cat/leaked.jpg");
    let json = || {
        let mut command = project.ablate(&["data", "audit", FILE, "--format", "json"]);
        let text = Text::from(command.env("CARGO_TARGET_DIR", project.path().join("target")).output().unwrap());
        assert_eq!(text.status, 1, "{}", text.stderr);
        serde_json::from_str::<serde_json::Value>(&text.stdout).unwrap()
    };
    let first = json();
    assert_eq!(first[0]["errors"], serde_json::json!(["duplicates_across_splits"]));
    assert_eq!(first[0]["audit"]["splits"][0]["classes"], serde_json::json!([["cat", 12], ["dog", 12]]));
    let leak = &first[0]["audit"]["duplicates_across_splits"][0];
    assert_eq!((&leak[0]["split"], &leak[1]["split"]), (&"train".into(), &"test".into()));
    assert!(leak[1]["path"].as_str().unwrap().ends_with("test/cat/leaked.jpg"), "{leak}");

    // Nothing is decoded again: what an earlier call noted is what is told.
    let digest = first[0]["digest"].as_str().unwrap();
    let notes = fs::read_dir(project.path().join("target/ablate/audit")).unwrap().map(|entry| entry.unwrap().path());
    let notes: Vec<PathBuf> = notes.collect();
    let [note] = notes.as_slice() else { panic!("one data set was audited: {notes:?}") };
    assert!(note.file_name().unwrap().to_str().unwrap().starts_with(digest));
    let mut seen: Vec<serde_json::Value> = serde_json::from_slice(&fs::read(note).unwrap()).unwrap();
    seen[0] = serde_json::json!({ "Err": "as was noted" });
    fs::write(note, serde_json::to_vec(&seen).unwrap()).unwrap();
    assert_eq!(json()[0]["audit"]["unreadable"][0]["reason"], "as was noted");
    // A changed file is looked at.
    copy(&project, "train/cat/cat.0002.jpg", "test/cat/leaked.jpg");
    assert_eq!(json()[0]["audit"]["unreadable"], serde_json::json!([]));
}
