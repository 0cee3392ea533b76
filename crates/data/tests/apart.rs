//! Images decoded in processes of their own: the same bits, and whatever becomes of such a process, nothing else ends.
#![cfg(target_os = "linux")]

use data::apart::decode_with;
use data::{BadImage, File, Picture};
use plan::{ColorMode, DataPlan, Interpolation};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const DECODER: &str = env!("CARGO_BIN_EXE_decoder");

/// Which program decodes is said for the whole process, so tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn plan(color_mode: ColorMode) -> DataPlan {
    DataPlan { color_mode, interpolation: Interpolation::Area, ..DataPlan::new("", [11, 13]) }
}

fn prepare(path: &Path) -> Result<Picture, BadImage> {
    File::new(path.into(), 0).prepare(&plan(ColorMode::Rgb))
}

/// The images of other tests, whole, cut in half and with a byte changed.
fn files(folder: &Path) -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = Vec::new();
    for stored in ["seeds", "orientation"].iter().flat_map(|folder| std::fs::read_dir(tests.join(folder)).unwrap()) {
        let bytes = std::fs::read(stored.unwrap().path()).unwrap();
        let mut changed = bytes.clone();
        changed[bytes.len() / 3] ^= 0x55;
        for bytes in [&bytes[..], &bytes[..bytes.len() / 2], &changed] {
            files.push(folder.join(files.len().to_string()));
            std::fs::write(files.last().unwrap(), bytes).unwrap();
        }
    }
    files.push(folder.join("gone"));
    files
}

/// A large grey PNG, all of one level.
fn large(folder: &Path) -> PathBuf {
    let path = folder.join("large.png");
    image::GrayImage::from_pixel(9000, 9000, image::Luma([7])).save(&path).unwrap();
    path
}

/// The processes that this one has started and not seen end.
fn children() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.flat_map(|task| of_task(task.unwrap()).split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn kill(signal: &str, process: &str) {
    assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
}

#[test]
fn pictures_and_reasons_are_those_of_this_process() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let all = || {
        let grey = |path: &PathBuf| data::decode_one(path, &plan(ColorMode::Grayscale));
        files.iter().map(|path| (prepare(path), grey(path))).collect::<Vec<_>>()
    };
    decode_with(None);
    let here = all();
    assert!(here.iter().any(|(picture, _)| picture.is_ok()) && here.iter().any(|(picture, _)| picture.is_err()));
    decode_with(Some(DECODER.into()));
    let apart = all();
    assert_eq!(children().len(), 1, "one process decodes what one thread asks for");
    assert_eq!(apart, here);
}

#[test]
fn a_decoder_that_ends_between_images_is_replaced() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = files(folder.path()).remove(0);
    decode_with(Some(DECODER.into()));
    let first = prepare(&path);
    let decoder = children().remove(0);
    kill("-SEGV", &decoder);
    assert_eq!(prepare(&path), first);
    assert!(!children().contains(&decoder));
}

#[test]
fn an_image_over_which_the_decoder_crashes_is_named_and_the_next_is_decoded() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let (large, other) = (large(folder.path()), files(folder.path()).remove(0));
    for (signal, words) in [("-SEGV", "crashes the decoder (signal 11)"), ("-KILL", "was killed by signal 9")] {
        decode_with(Some(DECODER.into()));
        let decoding = std::thread::spawn({
            let large = large.clone();
            move || prepare(&large)
        });
        let decoder = loop {
            if let Some(decoder) = children().pop() {
                break decoder;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        kill(signal, &decoder);
        let bad = decoding.join().unwrap().unwrap_err();
        assert!(bad.path == large && bad.reason.contains(words), "{bad}");
        prepare(&other).unwrap();
    }
}

#[test]
fn an_image_for_which_there_is_no_memory_is_named_and_not_remembered() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for class in ["a", "b"] {
        std::fs::create_dir_all(data.join("train").join(class)).unwrap();
        image::GrayImage::from_pixel(9, 9, image::Luma([7]))
            .save(data.join("train").join(class).join("1.png"))
            .unwrap();
    }
    let large = large(&data.join("train/b"));
    let cache = data::Cache::open(&folder.path().join("cache")).unwrap();
    // Leaving it out would make the result a matter of memory.
    let plan = DataPlan { on_error: plan::OnError::Skip, ..DataPlan::new(&data, [4, 6]) };
    let prepare = || cache.prepare(&mut data::scan(&plan).unwrap(), &plan, &mut |_| {});

    let program = folder.path().join("little-memory");
    let script = format!("#!/bin/bash\nulimit -v 150000\nexec -a ablate-decoder '{DECODER}'\n");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    decode_with(Some(program));
    let error = prepare().unwrap_err().to_string();
    let words = format!("{} takes 387 MiB of memory to decode, and ", large.to_string_lossy());
    assert!(error.starts_with(&words) && error.ends_with(" MiB are free"), "{error}");
    decode_with(Some(DECODER.into()));
    assert_eq!(prepare().unwrap().bad, []);
}

#[test]
fn a_program_that_is_no_decoder_is_an_error() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = files(folder.path()).remove(0);
    decode_with(Some("/bin/false".into()));
    assert!(prepare(&path).unwrap_err().reason.starts_with("the process that decodes images does not answer"));
    decode_with(Some(folder.path().join("gone")));
    assert!(prepare(&path).unwrap_err().reason.starts_with("the process that decodes images cannot be started"));
}
