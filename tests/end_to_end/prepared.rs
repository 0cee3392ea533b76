//! Images are prepared once, for every variant and every later call, until `ablate clean`.

use crate::support::{Project, Text, assert_same, committed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

const FILE: &str = "experiments/tiny.toml";

/// Runs `ablate` with a cache of the project's own, and expects success.
fn ablate(project: &Project, words: &[&str]) -> Text {
    ablate_in(project, "target", words)
}

/// Runs `ablate` with the cache in folder `target`, and expects success.
fn ablate_in(project: &Project, target: &str, words: &[&str]) -> Text {
    let target = project.path().join(target);
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
        assert!(text.stderr.contains("notes.png: not a supported image format"), "{}", text.stderr);
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

#[test]
fn a_picture_that_is_damaged_is_named_and_prepared_again_before_anything_trains() {
    let project = Project::tiny();
    // A pack that no other test uses, of the network that all share.
    let run = |out: &str| {
        let words = ["run", FILE, "--out", out, "--set", "data.interpolation=lanczos3", "--set", "training.epochs=2"];
        project.succeeds(&words)
    };
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/ablate/images");
    let is_ours = |path: &PathBuf| path.to_string_lossy().contains("12x12-rgb-lanczos3");
    let ours = || fs::read_dir(&packs).into_iter().flatten().map(|entry| entry.unwrap().path()).filter(is_ours);
    // What an earlier run of this test has left is another beginning.
    ours().for_each(|pack| fs::remove_dir_all(pack).unwrap());
    let undisturbed = run("undisturbed");
    assert!(!undisturbed.stderr.contains("damaged"), "{}", undisturbed.stderr);
    let pack = ours().next().unwrap();
    let inside = |start: &str| {
        let mut files = fs::read_dir(&pack).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(start)).unwrap()
    };
    let turn = |path: &Path, byte: usize| {
        let mut bytes = fs::read(path).unwrap();
        bytes[byte] ^= 16;
        fs::write(path, bytes).unwrap();
    };
    turn(&inside("pixels-"), 5 * 12 * 12 * 3 + 100);
    let repaired = run("repaired");
    assert!(repaired.stderr.contains(" is damaged: the picture of "), "{}", repaired.stderr);
    assert_eq!(prepared(&repaired), ["prepared 1 image at 12x12"]);
    let text = fs::read(inside("index")).unwrap();
    turn(&inside("index"), text.len() / 2);
    let again = run("again");
    assert!(again.stderr.contains("index is damaged: line "), "{}", again.stderr);
    assert_eq!(prepared(&again), ["prepared 1 image at 12x12"]);
    for out in ["repaired", "again"] {
        let [expected, found] = ["undisturbed", out].map(|out| committed(&project.path().join(out).join("tiny")));
        assert_same(&expected, &found);
    }
}

/// Images of the two classes and splits of [`many`].
const MANY: usize = 240;
const LOOK: [&str; 3] = ["run", FILE, "--dry-run"];

/// Pictures so large when they are prepared that they reach the disk in several portions.
fn many() -> Project {
    let project = Project::with(|text| {
        let lines = text.lines().filter(|line| !line.starts_with("generate"));
        lines.collect::<Vec<_>>().join("\n").replace("image_size = [12, 12]", "image_size = [500, 500]")
    });
    for number in 0..MANY {
        let split = if number < 200 { "train" } else { "validation" };
        let folder = images(&project).join(split).join(["a", "b"][number % 2]);
        fs::create_dir_all(&folder).unwrap();
        let picture = image::RgbImage::from_fn(12, 9, |x, y| {
            image::Rgb([number as u8, (x * 20) as u8, (y * 25 + number as u32 * 3) as u8])
        });
        picture.save(folder.join(format!("{number}.png"))).unwrap();
    }
    project
}

/// The pack of the cache in folder `target`, where there is one.
fn pack(project: &Project, target: &str) -> Option<PathBuf> {
    let packs = fs::read_dir(project.path().join(target).join("ablate/images")).ok()?;
    packs.map(|entry| entry.unwrap().path()).find(|path| path.join("index").exists())
}

/// Bytes of pictures in the cache in folder `target`.
fn held(project: &Project, target: &str) -> u64 {
    let Some(pack) = pack(project, target) else { return 0 };
    let files = fs::read_dir(pack).unwrap().map(|entry| entry.unwrap());
    let pixels = files.filter(|file| file.file_name().to_string_lossy().starts_with("pixels-"));
    pixels.map(|file| file.metadata().unwrap().len()).sum()
}

/// Split, class and a hash of the pixels of each image that a program would be given from the cache in folder `target`.
fn pictures(project: &Project, target: &str) -> Vec<(&'static str, u64, blake3::Hash)> {
    let pack = pack(project, target).unwrap();
    let lists: Vec<_> = fs::read_dir(pack.join("sets")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [list] = &lists[..] else { panic!("{lists:?}") };
    let list: serde_json::Value = serde_json::from_slice(&fs::read(list).unwrap()).unwrap();
    let pixels = fs::read(pack.join(list["pixels"].as_str().unwrap())).unwrap();
    let mut pictures = Vec::new();
    for split in ["train", "validation"] {
        let numbers = |key: &str| list[split][key].as_array().unwrap().iter().map(|number| number.as_u64().unwrap());
        for (place, label) in numbers("pictures").zip(numbers("labels")) {
            let size = 500 * 500 * 3;
            pictures.push((split, label, blake3::hash(&pixels[place as usize * size..][..size])));
        }
    }
    pictures
}

#[test]
fn killed_while_it_prepares_it_leaves_whole_pictures_and_the_next_call_goes_on_from_there() {
    let project = many();
    let undisturbed = ablate_in(&project, "undisturbed", &LOOK);
    let all = held(&project, "undisturbed");
    let mut struck = 0;
    // When the file of pictures has grown by such a part of all: before anything is there; within the first portion; when some
    // pictures are on the disk for good (at 0.55); within the first portion of the others; while they are forced to the disk.
    for part in [0.0, 0.1, 0.65, 0.2, 0.448] {
        let enough = held(&project, "target") + (all as f64 * part) as u64;
        let mut tool = project.ablate(&LOOK);
        tool.env("CARGO_TARGET_DIR", project.path().join("target")).stdout(Stdio::null()).stderr(Stdio::null());
        let mut tool = tool.spawn().unwrap();
        while held(&project, "target") < enough && tool.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        struck += usize::from(tool.try_wait().unwrap().is_none());
        tool.kill().unwrap();
        tool.wait().unwrap();
    }
    assert!(struck >= 2, "the blows missed");
    let end = ablate(&project, &LOOK);
    let left = prepared(&end).first().map_or(0, |line| line.split(' ').nth(1).unwrap().parse().unwrap());
    assert!(left < MANY, "it began anew");
    assert_eq!(end.stdout, undisturbed.stdout);
    let audit = |target| ablate_in(&project, target, &["data", "audit", FILE, "--format", "json"]).stdout;
    assert_eq!(audit("target"), audit("undisturbed"));
    let pictures = |target| pictures(&project, target);
    assert!(pictures("target") == pictures("undisturbed"), "other pictures");
    assert_eq!(pictures("target").len(), MANY);
}
