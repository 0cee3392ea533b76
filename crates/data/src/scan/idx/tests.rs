use crate::testing::{digest, directory, gzip, idx, names, plan, portable, prepared};
use crate::{Manifest, Set, scan};
use insta::assert_snapshot;
use plan::{ColorMode, DataPlan, DataSource, Format, LabelMode, SplitKind, SplitPlan};
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

/// Five training images and two test images of 2x3 pixels; the pixels of image i are 10i, 10i + 1, ...
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let pixels =
        |count: u8| (0..count).flat_map(|image| (0..6).map(move |pixel| 10 * image + pixel)).collect::<Vec<u8>>();
    vec![
        ("train-images-idx3-ubyte", idx(&[5, 2, 3], &pixels(5))),
        ("train-labels-idx1-ubyte", idx(&[5], &[1, 0, 2, 0, 1])),
        ("t10k-images-idx3-ubyte", idx(&[3, 2, 3], &pixels(3))),
        ("t10k-labels-idx1-ubyte", idx(&[3], &[2, 1, 0])),
    ]
}

fn write(files: &[(&str, Vec<u8>)]) -> TempDir {
    directory(&files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect::<Vec<_>>())
}

fn data() -> TempDir {
    write(&files())
}

fn categorical(data: &TempDir) -> DataPlan {
    DataPlan { label_mode: LabelMode::Categorical, image_size: [2, 3], ..plan(data.path()) }
}

fn manifest(data: &TempDir) -> Manifest {
    scan(&categorical(data)).unwrap()
}

/// What is said where one of the files is another.
fn complaint(name: &str, bytes: Vec<u8>) -> String {
    let data = data();
    fs::write(data.path().join(name), bytes).unwrap();
    portable(scan(&categorical(&data)).unwrap_err(), &data)
}

#[test]
fn records_are_read_where_they_lie() {
    let data = data();
    let manifest = manifest(&data);
    assert_eq!(manifest.classes, ["0", "1", "2"]);
    let expected = [("#1", 0), ("#3", 0), ("#0", 1), ("#4", 1), ("#2", 2)];
    assert_eq!(names(&manifest.train), expected.map(|(n, c)| (format!("train-images-idx3-ubyte{n}"), c)));
    assert_eq!(manifest.validation, None);
    assert_eq!(manifest.test.as_ref().unwrap().counts(3), [1, 1, 1]);
    let grey = DataPlan { color_mode: ColorMode::Grayscale, ..categorical(&data) };
    let image = &manifest.train.files[1];
    assert_eq!(image.pixels(&grey).unwrap(), [30, 31, 32, 33, 34, 35]);
    let three_times: Vec<u8> = (30..36).flat_map(|level| [level; 3]).collect();
    assert_eq!(image.pixels(&categorical(&data)).unwrap(), three_times);
    let (preparation, _cache) = prepared(&manifest, &grey);
    let images = Set::open(&preparation.set.unwrap(), &grey).unwrap().train;
    assert_eq!((images.labels.as_slice(), images.image(4)), (&[0, 0, 1, 1, 2][..], &[20, 21, 22, 23, 24, 25][..]));
}

#[test]
fn compressed_files_and_other_names_are_the_same_images() {
    let plain = manifest(&data());
    let packed: Vec<(String, Vec<u8>)> =
        files().iter().map(|(name, bytes)| (format!("{}.gz", name.replace("-idx", ".idx")), gzip(bytes))).collect();
    let packed = write(&packed.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect::<Vec<_>>());
    let manifest = manifest(&packed);
    assert_eq!(digest(&manifest), digest(&plain));
    let plan = categorical(&packed);
    for (one, other) in manifest.train.files.iter().zip(&plain.train.files) {
        assert_eq!(one.pixels(&plan).unwrap(), other.pixels(&plan).unwrap());
    }
}

#[test]
fn the_digest_covers_pixels_labels_shape_and_split() {
    let changed = |name: &str, bytes: Vec<u8>| {
        let data = data();
        fs::write(data.path().join(name), bytes).unwrap();
        digest(&manifest(&data))
    };
    let [train, labels, ..] = &files()[..] else { unreachable!() };
    let same = changed(train.0, train.1.clone());
    let mut other = train.1.clone();
    *other.last_mut().unwrap() ^= 1;
    assert_ne!(changed(train.0, other), same, "a pixel");
    assert_ne!(changed(labels.0, idx(&[5], &[1, 0, 2, 1, 0])), same, "a label");
    assert_ne!(changed(train.0, idx(&[5, 3, 2], &train.1[16..])), same, "the shape");
    let data = data();
    let split = SplitPlan { kind: SplitKind::Stratified, probabilities: vec![0.5, 0.5], seed: 0 };
    let source = DataSource { split: Some(split), ..DataSource::default() };
    let two = DataPlan { classes: vec!["0".into(), "1".into()], ..categorical(&data) };
    let whole = scan(&two).unwrap();
    let cut = scan(&DataPlan { source, ..two }).unwrap();
    assert_eq!((cut.train.counts(2), cut.validation.as_ref().unwrap().counts(2)), (vec![1, 1], vec![1, 1]));
    assert_eq!(cut.test, whole.test);
    assert_ne!(digest(&cut), digest(&whole), "the split");
}

#[test]
fn a_part_of_the_classes_keeps_their_order() {
    let data = data();
    let plan = DataPlan { classes: vec!["0".into(), "2".into()], label_mode: LabelMode::Binary, ..categorical(&data) };
    let manifest = scan(&plan).unwrap();
    assert_eq!(
        (manifest.classes.as_slice(), manifest.train.counts(2)),
        (&["0".to_owned(), "2".to_owned()][..], vec![2, 1])
    );
    assert_eq!(crate::class_names(&plan).unwrap(), ["0", "2"]);
    let all = DataPlan { classes: vec![], ..plan.clone() };
    assert_snapshot!(portable(scan(&all).unwrap_err(), &data), @r#"label_mode = "binary" needs exactly two classes, and DATA has 3: "0", "1", "2"; select two of them with data.classes, or use label_mode = "categorical""#);
    let none = DataPlan { classes: vec!["0".into(), "7".into()], ..plan };
    assert_snapshot!(portable(scan(&none).unwrap_err(), &data), @r#"class "7" is selected, but DATA has no such class; it has "0", "1", "2""#);
}

#[test]
fn labels_of_many_classes_stand_in_the_order_of_numbers() {
    let data = write(&[
        ("train-images-idx3-ubyte", idx(&[12, 1, 1], &[0; 12])),
        ("train-labels-idx1-ubyte", idx(&[12], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
    ]);
    let manifest = manifest(&data);
    assert_eq!(manifest.classes[9..], ["9", "10", "11"]);
    assert!(manifest.test.is_none());
}

#[test]
fn malformed_files_are_named_with_the_reason() {
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    assert_snapshot!(complaint(images, b"<html>".to_vec()), @"DATA/train-images-idx3-ubyte: has 6 bytes; the header of an IDX file of images alone takes 16");
    assert_snapshot!(complaint(images, b"<html>404 not found</html>".to_vec()), @"DATA/train-images-idx3-ubyte: begins with 0x3c68746d; an IDX file of images begins with 0x00000803");
    assert_snapshot!(complaint(images, idx(&[5], &[0; 5])), @"DATA/train-images-idx3-ubyte: has 13 bytes; the header of an IDX file of images alone takes 16");
    assert_snapshot!(complaint(images, idx(&[5, 2, 3], &[0; 29])), @"DATA/train-images-idx3-ubyte: has 29 bytes of images, but its header says 5x2x3");
    assert_snapshot!(complaint(images, idx(&[5, 2, 3], &[0; 31])), @"DATA/train-images-idx3-ubyte: has 31 bytes of images, but its header says 5x2x3");
    assert_snapshot!(complaint(images, idx(&[u32::MAX; 3], &[0; 30])), @"DATA/train-images-idx3-ubyte: has 30 bytes of images, but its header says 4294967295x4294967295x4294967295");
    assert_snapshot!(complaint(images, idx(&[5, 0, 3], &[])), @"DATA/train-images-idx3-ubyte: its header says that it has 5x0x3 bytes of images: none");
    assert_snapshot!(complaint(images, idx(&[4, 2, 3], &[0; 24])), @"DATA/train-images-idx3-ubyte: has 4 images, but DATA/train-labels-idx1-ubyte has 5 labels");
    assert_snapshot!(complaint(images, idx(&[5, 20_000, 20_000], &[])), @"DATA/train-images-idx3-ubyte: has 0 bytes of images, but its header says 5x20000x20000");
    assert_snapshot!(complaint(images, gzip(&[0; 100])[..20].to_vec()), @"DATA/train-images-idx3-ubyte: cannot be unpacked: incomplete deflate stream");
    assert_snapshot!(complaint(labels, Vec::new()), @"DATA/train-labels-idx1-ubyte: has 0 bytes; the header of an IDX file of labels alone takes 8");
    assert_snapshot!(complaint("t10k-labels-idx1-ubyte", idx(&[3], &[2, 9, 0])), @"DATA/t10k-labels-idx1-ubyte: record 1 has the label 9, but labels go from 0 to 2 here");
    assert_snapshot!(complaint("t10k-labels-idx1-ubyte", idx(&[3], &[2, 2, 0])), @r#"DATA has no image of the class "1" for test; add some, or say `allow = ["missing_classes"]` in [data.audit]"#);
}

#[test]
fn files_that_are_not_there_are_named() {
    let without = |name: &str| {
        let data = data();
        fs::remove_file(data.path().join(name)).unwrap();
        portable(scan(&categorical(&data)).unwrap_err(), &data)
    };
    assert_snapshot!(without("train-labels-idx1-ubyte"), @r"
    DATA has no file train-labels-idx1-ubyte
    expected IDX files, as they are or compressed (.gz):
      DATA/train-images-idx3-ubyte, train-labels-idx1-ubyte
      DATA/t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, optional
    ");
    assert_snapshot!(without("t10k-images-idx3-ubyte").lines().next().unwrap(), @"DATA has no file t10k-images-idx3-ubyte");
    let data = directory(&[]);
    let idx = DataSource { format: Some(Format::Idx), ..DataSource::default() };
    let plan = DataPlan { source: idx, ..plan(&data.path().join("mnist")) };
    assert_snapshot!(portable(scan(&plan).unwrap_err(), &data).lines().next().unwrap(), @"the data directory DATA/mnist does not exist");
}

#[test]
fn a_file_that_shrinks_meanwhile_is_an_error_of_its_images() {
    let data = data();
    let manifest = manifest(&data);
    let images = data.path().join("train-images-idx3-ubyte");
    fs::OpenOptions::new().write(true).open(images).unwrap().set_len(30).unwrap();
    let (preparation, _cache) = prepared(&manifest, &categorical(&data));
    let bad: Vec<String> = preparation.bad.iter().map(|bad| portable(bad, &data)).collect();
    assert_eq!(bad.len(), 3);
    assert_snapshot!(bad[0], @"DATA/train-images-idx3-ubyte#3: cannot be read: failed to fill whole buffer");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any byte of any file may be another, and any file may end anywhere: there is an error or there are images.
    #[test]
    fn damage_is_an_error_and_no_panic(file in 0..4usize, at: proptest::sample::Index, byte: u8, cut: bool, packed: bool) {
        let mut files = files();
        let bytes = &mut files[file].1;
        if packed {
            *bytes = gzip(bytes);
        }
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        let data = write(&files);
        if let Ok(manifest) = scan(&categorical(&data)) {
            prop_assert_eq!(prepared(&manifest, &categorical(&data)).0.bad, []);
        }
    }
}
