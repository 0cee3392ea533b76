use crate::scan;
use crate::testing::{digest, directory, names, plan, portable};
use insta::assert_snapshot;
use plan::{ColorMode, DataPlan, DataSource, Format, LabelMode};
use std::fs;
use tempfile::TempDir;

/// A record: its labels, then planes of one level each.
fn record(labels: &[u8], [red, green, blue]: [u8; 3]) -> Vec<u8> {
    [labels, &[red; 1024], &[green; 1024], &[blue; 1024]].concat()
}

/// Two batches of two classes, and test images.
fn cifar10() -> TempDir {
    directory(&[
        ("data_batch_1.bin", &[record(&[1], [1, 2, 3]), record(&[0], [4, 5, 6])].concat()),
        ("data_batch_2.bin", &record(&[0], [7, 8, 9])),
        ("test_batch.bin", &[record(&[0], [0; 3]), record(&[1], [9; 3])].concat()),
        ("batches.meta.txt", b"ship\nauto\n\n"),
        ("readme.html", b"<html>"),
    ])
}

fn complaint(data: &TempDir) -> String {
    portable(scan(&plan(data.path())).unwrap_err(), data)
}

#[test]
fn batches_are_read_in_their_order_with_the_names_of_their_classes() {
    let data = cifar10();
    let plan = DataPlan { image_size: [32, 32], ..plan(data.path()) };
    let manifest = scan(&plan).unwrap();
    assert_eq!(manifest.classes, ["ship", "auto"], "as the labels go");
    let expected = [("data_batch_1.bin#1", 0), ("data_batch_2.bin#0", 0), ("data_batch_1.bin#0", 1)];
    assert_eq!(names(&manifest.train), expected.map(|(n, c)| (n.to_owned(), c)));
    assert_eq!(manifest.test.as_ref().unwrap().counts(2), [1, 1]);
    assert_eq!(manifest.train.files[1].pixels(&plan).unwrap(), [7, 8, 9].repeat(1024));
    let grey = DataPlan { color_mode: ColorMode::Grayscale, ..plan.clone() };
    assert_eq!(manifest.train.files[0].pixels(&grey).unwrap(), [5; 1024]);
    let swapped = DataPlan { classes: vec!["auto".into(), "ship".into()], ..plan };
    assert_eq!(scan(&swapped).unwrap(), manifest, "a selection does not reorder");
    fs::write(data.path().join("batches.meta.txt"), "ship\nplane\n").unwrap();
    assert_ne!(digest(&scan(&crate::testing::plan(data.path())).unwrap()), digest(&manifest));
}

#[test]
fn of_cifar100_the_fine_label_counts() {
    let data = directory(&[
        ("train.bin", &[record(&[9, 1], [1; 3]), record(&[8, 0], [2; 3])].concat()),
        ("fine_label_names.txt", b"apple\nbear\n"),
    ]);
    let manifest = scan(&plan(data.path())).unwrap();
    assert_eq!(names(&manifest.train), [("train.bin#1".to_owned(), 0), ("train.bin#0".to_owned(), 1)]);
    assert_eq!((manifest.classes.as_slice(), &manifest.test), (&["apple".to_owned(), "bear".to_owned()][..], &None));
    fs::remove_file(data.path().join("fine_label_names.txt")).unwrap();
    assert_eq!(crate::class_names(&plan(data.path())).unwrap().len(), 100);
}

#[test]
fn malformed_files_are_named_with_the_reason() {
    let data = cifar10();
    fs::write(data.path().join("data_batch_2.bin"), &record(&[0], [7, 8, 9])[1..]).unwrap();
    assert_snapshot!(complaint(&data), @"DATA/data_batch_2.bin: has 3072 bytes, but cifar10 holds records of 3073");
    fs::write(data.path().join("data_batch_2.bin"), record(&[2], [7, 8, 9])).unwrap();
    assert_snapshot!(complaint(&data), @"DATA/data_batch_2.bin: record 0 has the label 2, but labels go from 0 to 1 here");
    fs::rename(data.path().join("data_batch_2.bin"), data.path().join("data_batch_3.bin")).unwrap();
    assert_snapshot!(complaint(&data), @r"
    DATA has no file data_batch_2.bin
    expected CIFAR-10 in its binary version:
      DATA/data_batch_1.bin, data_batch_2.bin, ...
      DATA/test_batch.bin, optional
      DATA/batches.meta.txt, optional (the names of the classes)
    ");
    fs::write(data.path().join("batches.meta.txt"), "ship\nship\n").unwrap();
    assert_snapshot!(complaint(&data), @r#"DATA/batches.meta.txt: names the class "ship" twice"#);
    let data = directory(&[("data_batch_1", b"pickle"), ("batches.meta", b"pickle")]);
    assert_snapshot!(complaint(&data), @"DATA/data_batch_1 is of CIFAR's Python version; what is read here is its binary version (data_batch_1.bin, ...)");
}

#[test]
fn what_is_in_a_directory_tells_its_format_or_the_plan_does() {
    let data = cifar10();
    fs::create_dir_all(data.path().join("train")).unwrap();
    assert_snapshot!(complaint(&data), @r#"DATA can be read in several ways; say in which with `format` in [data]: "folders" or "cifar10""#);
    let of = |format| DataSource { format: Some(format), ..DataSource::default() };
    let said = DataPlan { source: of(Format::Cifar10), label_mode: LabelMode::Categorical, ..plan(data.path()) };
    assert_eq!(scan(&said).unwrap().train.files.len(), 3);
    let folders = DataPlan { source: of(Format::Folders), ..plan(data.path()) };
    assert_snapshot!(portable(scan(&folders).unwrap_err(), &data), @"DATA/train has no class folders; expected DATA/train/<class>/*.jpg");
}
