//! What is the matter with images is said before anything trains. Each message is a snapshot.

use crate::support::{Project, Text, idx};
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
fn a_class_of_which_nothing_can_be_read_is_refused_by_both() {
    let project = with_images();
    for file in fs::read_dir(image(&project, "test/dog")).unwrap() {
        fs::write(file.unwrap().path(), "no picture").unwrap();
    }
    let skip = ["--set", "data.on_error=skip"];
    insta::assert_snapshot!("nothing_left_audited", audited(&project, &skip));
    project.fails(&[&["run", FILE, "--dry-run"], &skip[..]].concat(), 2);
}

#[test]
fn where_nothing_can_be_kept_an_audit_and_a_preview_work_all_the_same() {
    let project = with_images();
    let target = project.path().join("target");
    fs::create_dir_all(target.join("ablate")).unwrap();
    fs::write(target.join("ablate/images"), "not a folder").unwrap();
    let ablate = |words: &[&str]| Text::from(project.ablate(words).env("CARGO_TARGET_DIR", &target).output().unwrap());
    let audit = ablate(&["data", "audit", FILE]);
    assert_eq!(project.portable(&format!("{}exit status {}\n", audit.stdout, audit.status)), audited(&project, &[]));
    assert!(
        audit.stderr.contains("note: cannot write ") && audit.stderr.contains("temporary folder"),
        "{}",
        audit.stderr
    );
    let preview = ablate(&["preview", FILE, "-o", "grid.png", "--set", "data.on_error=skip"]);
    assert_eq!(preview.status, 0, "{}", preview.stderr);
    assert_eq!(ablate(&["check", FILE]).status, 0);
    // A run keeps what it prepares, and says why it cannot.
    let run = ablate(&["run", FILE, "--dry-run"]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!("nothing_can_be_kept", project.portable(&run.stderr));
}

#[test]
fn an_audit_that_comes_to_no_end_says_nothing_of_a_run() {
    let project = with_images();
    let target = project.path().join("target");
    fs::create_dir_all(target.join("ablate")).unwrap();
    fs::write(target.join("ablate/images"), "no folder").unwrap();
    let mut audit = project.ablate(&["data", "audit", FILE]);
    let audit = audit.env("CARGO_TARGET_DIR", target).env("TMPDIR", project.path().join("nowhere")).output().unwrap();
    let text = Text::from(audit);
    assert_eq!(text.status, 2, "{}", text.stderr);
    assert!(text.stderr.contains("cannot write "), "{}", text.stderr);
}

#[test]
fn classes_that_a_split_lacks_are_a_finding_that_may_be_allowed() {
    let project = with_images();
    fs::remove_dir_all(image(&project, "test/dog")).unwrap();
    insta::assert_snapshot!("missing_classes_audited", audited(&project, &[]));
    let allow = ["--set", "data.audit.allow=[\"missing_classes\"]"];
    let allowed = project.succeeds(&[&["run", FILE, "--dry-run"], &allow[..]].concat());
    assert!(allowed.stderr.contains("warning: 1 class has no image in a split: test: dog"), "{}", allowed.stderr);
    assert!(audited(&project, &allow).ends_with("exit status 0\n"));
}

#[test]
fn files_of_one_name_are_audited_side_by_side() {
    let project = with_images();
    let text = fs::read_to_string(project.path().join(FILE)).unwrap();
    fs::write(project.path().join("experiments/again.toml"), text.replace("[12, 12]", "[13, 12]")).unwrap();
    let both = project.succeeds(&["data", "audit", FILE, "experiments/again.toml"]);
    assert_eq!(both.stdout.matches("images of ").count(), 1, "they share their images: {}", both.stdout);
    project.fails(&["run", "--dry-run", FILE, "experiments/again.toml"], 2);
}

#[test]
fn cifar_without_its_last_batch_is_told() {
    let project = Project::tiny();
    let folder = project.path().join("cifar");
    fs::create_dir_all(&folder).unwrap();
    for batch in 1..5_u8 {
        let records = (0..4_u8).flat_map(|number| [vec![number % 2], vec![batch * 40 + number * 9; 3072]].concat());
        fs::write(folder.join(format!("data_batch_{batch}.bin")), records.collect::<Vec<u8>>()).unwrap();
    }
    fs::write(folder.join("batches.meta.txt"), "ship\nauto\n").unwrap();
    let directory = ["--set", "data.directory=cifar"];
    let missing = audited(&project, &directory);
    assert!(
        missing.contains("CIFAR-10 has 5 training batches, and 1 of them is not there:\n  data_batch_5.bin"),
        "{missing}"
    );
    fs::copy(folder.join("data_batch_4.bin"), folder.join("data_batch_5.bin")).unwrap();
    assert!(!audited(&project, &directory).contains("training batches"));
}

#[test]
fn an_audit_for_programs_and_what_is_remembered() {
    let project = with_images();
    copy(&project, "train/cat/cat.0001.jpg", "test/cat/leaked.jpg");
    let ablate = |words: &[&str]| {
        let target = project.path().join("target");
        Text::from(project.ablate(words).env("CARGO_TARGET_DIR", target).output().unwrap())
    };
    let json = || {
        let text = ablate(&["data", "audit", FILE, "--format", "json"]);
        assert_eq!(text.status, 1, "{}", text.stderr);
        (serde_json::from_str::<serde_json::Value>(&text.stdout).unwrap(), text.stderr.contains("prepared"))
    };
    let (first, decoded) = json();
    assert!(decoded);
    assert_eq!(first[0]["errors"], serde_json::json!(["duplicates_across_splits"]));
    assert_eq!(first[0]["digest"].as_str().unwrap().len(), 64);
    assert_eq!(first[0]["audit"]["splits"][0]["classes"], serde_json::json!([["cat", 12], ["dog", 12]]));
    let leak = |audit: &serde_json::Value| audit[0]["audit"]["duplicates_across_splits"][0].clone();
    let leaked = leak(&first);
    assert_eq!((&leaked[0]["split"], &leaked[1]["split"]), (&"train".into(), &"test".into()));
    assert!(leaked[1]["path"].as_str().unwrap().ends_with("test/cat/leaked.jpg"), "{leaked}");

    // Nothing is decoded again, neither by an audit nor by a run.
    assert_eq!(json(), (first, false));
    let allow = "data.audit.allow=[\"duplicates_across_splits\"]";
    let run = ablate(&["run", FILE, "--dry-run", "--set", allow]);
    assert!(run.status == 0 && !run.stderr.contains("prepared"), "{}", run.stderr);
    // A changed file is looked at.
    copy(&project, "train/cat/cat.0002.jpg", "test/cat/leaked.jpg");
    assert!(leak(&json().0)[0]["path"].as_str().unwrap().ends_with("train/cat/cat.0002.jpg"));
}

#[test]
fn records_of_containers_are_audited() {
    let project = Project::tiny();
    let numbers = |shift: u8| (0..24).flat_map(|image| [image * 9; 30].map(|level| level + shift)).collect::<Vec<u8>>();
    let labels: Vec<u8> = (0..24).map(|image| image % 2).collect();
    let digits = project.path().join("digits");
    idx(&digits.join("train-images-idx3-ubyte"), &[24, 6, 5], &numbers(0));
    idx(&digits.join("train-labels-idx1-ubyte"), &[24], &labels);
    let mut test = numbers(4);
    test[60..90].fill(36);
    idx(&digits.join("t10k-images-idx3-ubyte"), &[24, 6, 5], &test);
    idx(&digits.join("t10k-labels-idx1-ubyte"), &[24], &labels);
    fs::write(digits.join("README"), "x").unwrap();
    insta::assert_snapshot!(audited(&project, &["--set", "data.directory=digits"]));
}

#[test]
fn a_preview_is_no_run() {
    let project = with_images();
    copy(&project, "train/cat/cat.0001.jpg", "test/cat/leaked.jpg");
    fs::write(image(&project, "train/dog/broken.jpg"), "x").unwrap();
    let shown = project.succeeds(&["preview", FILE, "-o", "grid.png", "--set", "data.on_error=skip"]);
    assert!(shown.stderr.contains("leaving out 1 image that cannot be read:\n  "), "{}", shown.stderr);
    assert!(project.path().join("grid.png").is_file());
}

#[test]
fn warnings_that_were_told_before_are_one_line() {
    let project = with_images();
    fs::write(project.path().join("data/pets/train/notes.txt"), "mine").unwrap();
    fs::write(project.path().join("data/pets/test/cat/notes.txt"), "mine").unwrap();
    let dry_run = ["run", FILE, "--dry-run"];
    let said = |words: &[&str]| {
        let stderr = project.succeeds(words).stderr;
        stderr.lines().filter(|line| line.contains("warning")).map(str::to_owned).collect::<Vec<_>>()
    };
    let first = said(&dry_run);
    assert!(first.len() == 1 && first[0].starts_with("warning: 2 entries are ignored"), "{first:?}");
    let again = ["1 warning about these images, as before: `ablate data audit` lists them"];
    assert_eq!(said(&dry_run), again);
    // Something else is found: all is told again.
    fs::write(project.path().join("data/pets/test/dog/more.txt"), "mine").unwrap();
    assert!(said(&dry_run)[0].starts_with("warning: 3 entries are ignored"));
}
