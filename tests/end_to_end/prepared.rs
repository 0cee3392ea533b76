//! Images are prepared once, for every variant and every later call, until `ablate clean`.

use crate::support::{Project, Text};
use std::fs;
use std::path::PathBuf;

const FILE: &str = "experiments/tiny.toml";

/// Runs `ablate` with a cache of the project's own, and expects success.
fn ablate(project: &Project, words: &[&str]) -> Text {
    let target = project.path().join("target");
    let text = Text::from(project.ablate(words).env("CARGO_TARGET_DIR", target).output().unwrap());
    assert_eq!(text.status, 0, "ablate {words:?}\n{}{}", text.stdout, text.stderr);
    text
}

/// The line that says how many images were decoded, where there is one.
fn prepared(text: &Text) -> Vec<&str> {
    text.stderr.lines().filter(|line| line.starts_with("prepared ")).collect()
}

fn images(project: &Project) -> PathBuf {
    project.path().join("data/pets")
}

#[test]
fn a_second_call_decodes_nothing_and_a_changed_file_alone_is_decoded_anew() {
    let project = Project::tiny();
    let look = |words: &[&str]| ablate(&project, &[&["run", FILE, "--dry-run"], words].concat());
    let first = look(&[]);
    assert_eq!(prepared(&first), ["prepared 46 images at 12x12"], "two variants share them");
    let second = look(&[]);
    assert!(prepared(&second).is_empty(), "{}", second.stderr);
    assert_eq!(first.stdout, second.stdout);

    fs::copy(images(&project).join("train/cat/cat.0001.jpg"), images(&project).join("train/cat/copy.jpg")).unwrap();
    let renamed = look(&[]);
    assert!(prepared(&renamed).is_empty(), "its content was known: {}", renamed.stderr);
    fs::write(images(&project).join("train/cat/copy.jpg"), fs::read(drawn_otherwise(&project)).unwrap()).unwrap();
    assert_eq!(prepared(&look(&[])), ["prepared 1 image at 12x12"]);
    assert_eq!(prepared(&look(&["--set", "data.interpolation=area"])), ["prepared 47 images at 12x12"]);
}

/// A picture that is not among the project's.
fn drawn_otherwise(project: &Project) -> PathBuf {
    let path = project.path().join("other.png");
    image::RgbImage::from_fn(20, 10, |x, y| image::Rgb([x as u8 * 9, y as u8 * 20, 7])).save(&path).unwrap();
    path
}

#[test]
fn unreadable_images_are_not_tried_again_and_the_reason_is_told_again() {
    let project = Project::tiny();
    ablate(&project, &["run", FILE, "--dry-run"]);
    fs::write(images(&project).join("train/dog/notes.png"), "no picture at all").unwrap();
    let look = || ablate(&project, &["run", FILE, "--dry-run", "--set", "data.on_error=skip"]);
    let (first, second) = (look(), look());
    assert_eq!(prepared(&first), ["prepared 1 image at 12x12"]);
    assert!(prepared(&second).is_empty(), "{}", second.stderr);
    for text in [&first, &second] {
        assert_eq!(text.stderr.matches("leaving out 1 image that cannot be read:").count(), 1, "{}", text.stderr);
        assert!(text.stderr.contains("notes.png: is no image in a format"), "{}", text.stderr);
    }
}

#[test]
fn clean_says_what_it_frees() {
    let project = Project::tiny();
    assert!(ablate(&project, &["clean"]).stdout.starts_with("freed 0.0 MiB of prepared images in "));
    ablate(&project, &["run", FILE, "--dry-run", "--set", "data.image_size=[120, 120]"]);
    let cleaned = ablate(&project, &["clean"]);
    // 46 images of 120 x 120 x 3 bytes.
    assert!(cleaned.stdout.starts_with("freed 1.9 MiB of prepared images in "), "{}", cleaned.stdout);
    assert!(ablate(&project, &["clean"]).stdout.starts_with("freed 0.0 MiB"));
    let again = ablate(&project, &["run", FILE, "--dry-run"]);
    assert_eq!(prepared(&again), ["prepared 46 images at 12x12"]);
}
