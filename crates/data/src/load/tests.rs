use super::*;
use crate::scan;
use crate::testing::{directory, plan, png, portable};
use insta::assert_snapshot;
use tempfile::TempDir;

/// Three good images whose level is their number, and two files that are none, at the start and between them.
fn data() -> TempDir {
    let flat = |level| png(2, 2, move |_, _, _| level);
    directory(&[
        ("train/a/0.png", b"not an image"),
        ("train/a/1.png", &flat(1)),
        ("train/b/2.png", &flat(2)),
        ("train/b/3.png", b""),
        ("train/b/4.png", &flat(4)),
    ])
}

#[test]
fn images_stand_in_file_order_at_any_number_of_threads() {
    let data = data();
    let plan = DataPlan { on_error: OnError::Skip, ..plan(data.path()) };
    let split = scan(&plan).unwrap().train;
    let images = load(&split, &plan).unwrap();
    assert_eq!((images.height, images.width, images.len(), images.image_len()), (4, 6, 3, 72));
    assert_eq!(images.labels, [0, 1, 1]);
    for (index, level) in [1, 2, 4].into_iter().enumerate() {
        assert_eq!(images.image(index), [level; 72]);
        assert!(images.paths[index].ends_with(format!("{level}.png")));
    }
    assert_eq!(images.pixels.len(), 3 * 72);
    for threads in [1, 2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| load(&split, &plan)).unwrap(), images, "{threads} threads");
    }
}

#[test]
fn unreadable_images_are_all_named() {
    let data = data();
    let plan = plan(data.path());
    let manifest = scan(&plan).unwrap();
    let bad = load(&manifest.train, &plan).unwrap_err();
    let text: Vec<String> = bad.iter().map(|bad| portable(bad, &data)).collect();
    assert_snapshot!(text.join("\n"), @r"
    DATA/train/a/0.png: is no image in a format that is read here (JPEG, PNG, GIF, BMP, WebP, TIFF)
    DATA/train/b/3.png: the file is empty
    ");
    let skipping = DataPlan { on_error: OnError::Skip, ..plan };
    assert_eq!(load(&manifest.train, &skipping).unwrap().left_out, bad);
}
