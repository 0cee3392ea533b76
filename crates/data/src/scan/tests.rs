use super::*;
use crate::manifest::Split;
use crate::testing::{directory, plan, portable};
use insta::assert_snapshot;
use std::fs;
use tempfile::TempDir;

/// Empty files do: nothing is decoded here.
fn touch(files: &[&str]) -> TempDir {
    let files: Vec<(&str, &[u8])> = files.iter().map(|&path| (path, &b""[..])).collect();
    directory(&files)
}

fn message(directory: &TempDir, plan: &DataPlan) -> String {
    portable(scan(plan).unwrap_err(), directory)
}

#[test]
fn classes_and_files_are_sorted_and_the_rest_is_counted() {
    let data = touch(&[
        "training_set/dogs/b.JPG",
        "training_set/dogs/B.webp",
        "training_set/cats/10.png",
        "training_set/cats/9.tiff",
        "training_set/cats/.hidden.png",
        "training_set/cats/notes.txt",
        "training_set/cats/more/1.png",
        "training_set/.ipynb_checkpoints/1.png",
        "training_set/labels.csv",
        "val/cats/1.jpeg",
        "val/dogs/1.gif",
    ]);
    let manifest = scan(&plan(data.path())).unwrap();
    let names = |split: &Split| -> Vec<(String, u32)> {
        split.files.iter().map(|file| (file.path.file_name().unwrap().to_str().unwrap().into(), file.class)).collect()
    };
    assert_eq!(manifest.classes, ["cats", "dogs"]);
    assert_eq!(
        names(&manifest.train),
        [("10.png", 0), ("9.tiff", 0), ("B.webp", 1), ("b.JPG", 1)].map(|(n, c)| (n.to_owned(), c))
    );
    assert_eq!(manifest.train.passed_over, 5, "hidden file, notes, nested folder, hidden folder, labels");
    assert_eq!(manifest.train.counts(2), [2, 2]);
    assert_eq!(manifest.validation.as_ref().unwrap().files.len(), 2);
    assert_eq!(manifest.test, None);
    assert_eq!(manifest.splits().iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["train", "validation"]);
}

#[test]
fn every_documented_name_of_a_split_is_found() {
    for train in names::TRAIN {
        for (validation, test) in names::VALIDATION.iter().zip(names::TEST.iter().cycle()) {
            let files: Vec<String> = [train, validation, test]
                .iter()
                .flat_map(|split| [format!("{split}/a/1.png"), format!("{split}/b/1.png")])
                .collect();
            let data = touch(&files.iter().map(String::as_str).collect::<Vec<_>>());
            let manifest = scan(&plan(data.path())).unwrap();
            assert!(manifest.validation.is_some() && manifest.test.is_some(), "{train} {validation} {test}");
        }
    }
}

#[test]
fn selected_classes_alone_are_read() {
    let data =
        touch(&["train/a/1.png", "train/b/1.png", "train/c/1.png", "test/a/1.png", "test/b/1.png", "test/c/1.png"]);
    let plan = DataPlan { classes: vec!["c".into(), "a".into()], ..plan(data.path()) };
    let manifest = scan(&plan).unwrap();
    assert_eq!(manifest.classes, ["a", "c"]);
    assert_eq!(manifest.train.files.len(), 2);
    assert_eq!(manifest.test.unwrap().files[1].path, data.path().join("test/c/1.png"));
    assert_eq!(class_names(&plan).unwrap(), ["a", "c"]);
}

#[test]
fn class_names_come_from_the_folders_or_from_what_would_be_drawn() {
    let data = touch(&["train/b/1.png", "train/a/1.png", "train/c/1.png"]);
    assert_eq!(class_names(&plan(data.path())).unwrap(), ["a", "b", "c"]);
    let generate = plan::Generate { kind: plan::GenerateKind::Pets, train: 2, validation: 2, test: 2, seed: 0 };
    let drawn = DataPlan { generate: Some(generate), ..plan(&data.path().join("pets")) };
    assert_eq!(class_names(&drawn).unwrap(), ["cat", "dog"]);
    assert!(matches!(class_names(&DataPlan { generate: None, ..drawn }), Err(ScanError::MissingDirectory { .. })));
}

#[test]
fn whether_there_are_validation_images_is_known_before_any_is_looked_at() {
    let has = |plan: &DataPlan| crate::has_validation(plan).unwrap();
    let without = touch(&["train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"]);
    let with = touch(&["train/a/1.png", "train/b/1.png", "val/a/1.png", "val/b/1.png"]);
    assert!(!has(&plan(without.path())) && has(&plan(with.path())));
    let split = |probabilities: &[f64]| {
        let split = plan::SplitPlan { kind: plan::SplitKind::Hash, probabilities: probabilities.into(), seed: 0 };
        let source = plan::DataSource { split: Some(split), ..plan::DataSource::default() };
        has(&DataPlan { source, ..plan(without.path()) })
    };
    assert!(split(&[0.8, 0.2]) && !split(&[0.8, 0.0, 0.2]));
    let listed = touch(&["a.png"]);
    let csv = listed.path().join("labels.csv");
    let source = plan::DataSource { manifest: Some(csv.clone()), ..plan::DataSource::default() };
    let of_list = DataPlan { source, ..plan(listed.path()) };
    for (split, expected) in [("val", true), ("test", false)] {
        std::fs::write(&csv, format!("path,label,split\na.png,cat,train\nb.png,dog,{split}\n")).unwrap();
        assert_eq!(has(&of_list), expected, "{split}");
    }
    let generate = plan::Generate { kind: plan::GenerateKind::Pets, train: 2, validation: 2, test: 2, seed: 0 };
    assert!(has(&DataPlan { generate: Some(generate), ..plan(&without.path().join("pets")) }));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_a_link_to_nowhere_is_not_lost() {
    let data = touch(&["elsewhere/1.png", "train/b/1.png"]);
    std::os::unix::fs::symlink(data.path().join("elsewhere"), data.path().join("train/a")).unwrap();
    std::os::unix::fs::symlink(data.path().join("nowhere"), data.path().join("train/b/2.png")).unwrap();
    let manifest = scan(&plan(data.path())).unwrap();
    assert_eq!(manifest.classes, ["a", "b"]);
    assert_eq!(manifest.train.counts(2), [1, 2]);
    let lost = crate::decode_one(&manifest.train.files[2].path, &plan(data.path())).unwrap_err();
    assert_snapshot!(portable(lost, &data), @"DATA/train/b/2.png: cannot be read: No such file or directory (os error 2)");
}

#[test]
fn missing_directory() {
    let data = touch(&[]);
    let plan = plan(&data.path().join("pets"));
    assert_snapshot!(message(&data, &plan), @r"
    the data directory DATA/pets does not exist
    expected folders of images, one for each class:
      DATA/pets/train/<class>/*.jpg  (or training, training_set, train_set)
      DATA/pets/val/<class>/*.jpg, optional  (or validation, valid, validation_set, val_set)
      DATA/pets/test/<class>/*.jpg, optional  (or testing, test_set)
    ");
}

#[test]
fn a_file_where_the_directory_should_be() {
    let data = touch(&["pets.zip"]);
    let text = message(&data, &plan(&data.path().join("pets.zip")));
    assert_snapshot!(text.lines().next().unwrap(), @"DATA/pets.zip is not a folder, which a data directory is");
}

#[test]
fn missing_training_folder() {
    let data = touch(&["cats/1.png", "dogs/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"
    DATA has no training folder
    expected folders of images, one for each class:
      DATA/train/<class>/*.jpg  (or training, training_set, train_set)
      DATA/val/<class>/*.jpg, optional  (or validation, valid, validation_set, val_set)
      DATA/test/<class>/*.jpg, optional  (or testing, test_set)
    Where its folders are the classes, let their images be split: `split = { type = "stratified", probabilities = [0.7, 0.15, 0.15] }` in [data]
    "#);
}

#[test]
fn two_names_for_one_split() {
    let data = touch(&["train/a/1.png", "train/b/1.png", "val/a/1.png", "validation/a/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @"two folders hold the validation images: DATA/val and DATA/validation; keep one of them");
}

#[test]
fn no_classes() {
    let data = touch(&["train/cat.1.png", "train/dog.1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @"DATA/train has no class folders; expected DATA/train/<class>/*.jpg");
}

#[test]
fn a_file_of_names_that_is_empty() {
    let data = touch(&["data_batch_1.bin", "batches.meta.txt"]);
    fs::write(data.path().join("batches.meta.txt"), "\n").unwrap();
    assert_snapshot!(message(&data, &plan(data.path())), @"DATA/batches.meta.txt: lists no class");
}

#[test]
fn empty_class() {
    let data = touch(&["train/cat/1.png", "train/dog/readme.txt"]);
    assert_snapshot!(message(&data, &plan(data.path())), @"DATA/train/dog has no images (1 other entry was ignored); expected at least one file ending in jpg, jpeg, png, gif, bmp, webp, tif, tiff");
    fs::remove_file(data.path().join("train/dog/readme.txt")).unwrap();
    assert_snapshot!(message(&data, &plan(data.path())), @"DATA/train/dog has no images; expected at least one file ending in jpg, jpeg, png, gif, bmp, webp, tif, tiff");
}

#[test]
fn class_missing_from_another_split() {
    let data = touch(&["train/cat/1.png", "train/dog/1.png", "test/cat/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"DATA/test has no folder for the class "dog"; expected DATA/test/dog/*.jpg, or say `allow = ["missing_classes"]` in [data.audit]"#);
}

#[test]
fn unknown_class_in_another_split() {
    let data = touch(&["train/cat/1.png", "train/dog/1.png", "val/cat/1.png", "val/dog/1.png", "val/fox/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"DATA/val has the class "fox", which the training folder does not have; training has "cat", "dog""#);
}

#[test]
fn one_class_only() {
    let data = touch(&["train/cat/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"
    DATA/train has one class only, "cat"; at least two are needed, each in a folder of its own
    expected folders of images, one for each class:
      DATA/train/<class>/*.jpg  (or training, training_set, train_set)
      DATA/val/<class>/*.jpg, optional  (or validation, valid, validation_set, val_set)
      DATA/test/<class>/*.jpg, optional  (or testing, test_set)
    "#);
}

#[test]
fn three_classes_for_binary_labels() {
    let data = touch(&["train/a/1.png", "train/b/1.png", "train/c/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"label_mode = "binary" needs exactly two classes, and DATA/train has 3: "a", "b", "c"; select two of them with data.classes, or use label_mode = "categorical""#);
    assert!(scan(&DataPlan { label_mode: LabelMode::Categorical, ..plan(data.path()) }).is_ok());
}

#[test]
fn selected_class_that_is_not_there() {
    let data = touch(&["train/cat/1.png", "train/dog/1.png"]);
    let plan = DataPlan { classes: vec!["cat".into(), "fox".into()], ..plan(data.path()) };
    assert_snapshot!(message(&data, &plan), @r#"class "fox" is selected, but DATA/train has no such class; it has "cat", "dog""#);
}

#[test]
fn splits_are_found_in_any_case() {
    let data = touch(&[
        "Train/a/1.png",
        "Train/b/1.png",
        "VALIDATION/a/1.png",
        "VALIDATION/b/1.png",
        "Testing/a/1.png",
        "Testing/b/1.png",
    ]);
    let manifest = scan(&plan(data.path())).unwrap();
    assert_eq!(manifest.train.folder, data.path().join("Train"));
    assert!(manifest.validation.is_some() && manifest.test.is_some());
    let data = touch(&["train/a/1.png", "train/b/1.png", "Train/a/1.png", "Val/a/1.png", "val/a/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r"
    two folders hold the training images: DATA/Train and DATA/train; keep one of them
    two folders hold the validation images: DATA/Val and DATA/val; keep one of them
    ");
}

#[test]
fn classes_that_are_called_as_a_split_are_classes() {
    let mut split = plan(touch(&[]).path());
    split.source.split =
        Some(plan::SplitPlan { kind: plan::SplitKind::Stratified, probabilities: vec![0.5, 0.5], seed: 0 });
    let data = touch(&["Test/1.png", "Test/2.png", "Test/more/1.png", "Control/1.png", "Control/2.png"]);
    split.directory = data.path().into();
    assert_eq!(scan(&split).unwrap().classes, ["Control", "Test"]);
    let data = touch(&["Train/1.png", "Plane/1.png"]);
    assert!(message(&data, &plan(data.path())).contains("Where its folders are the classes"));
}

#[test]
fn a_folder_that_is_nearly_a_split_is_asked_about() {
    let data = touch(&["train/a/1.png", "train/b/1.png", "valdiation/a/1.png", "Test_images/b/1.png", "rest/a/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r"
    DATA/Test_images holds folders of the classes, but its name is not that of a split; did you mean `test`? Rename it, or move it elsewhere
    DATA/valdiation holds folders of the classes, but its name is not that of a split; did you mean `validation`? Rename it, or move it elsewhere
    ");
    // A word that is like a split's, but no split, or one of which there is a split already.
    let data =
        touch(&["train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png", "tests/a/1.png", "value/readme.txt"]);
    assert!(scan(&plan(data.path())).is_ok());
    let data = touch(&["trian/a/1.png", "trian/b/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())).lines().next().unwrap(), @"DATA has no training folder; did you mean DATA/trian? Rename it `train`");
    let data = touch(&["pets/train/a/1.png", "pets/train/b/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())).lines().next().unwrap(), @"DATA has no training folder; DATA/pets has one: is that the data directory?");
}

#[test]
fn classes_that_are_not_selected_count_in_no_split() {
    let data = touch(&[
        "train/a/1.png",
        "train/b/1.png",
        "val/a/1.png",
        "val/b/1.png",
        "val/fox/1.png",
        "test/a/1.png",
        "test/b/1.png",
        "test/other/x.txt",
    ]);
    assert!(matches!(scan(&plan(data.path())), Err(ScanError::Several(errors)) if errors.len() == 2));
    let selected = DataPlan { classes: vec!["a".into(), "b".into()], ..plan(data.path()) };
    assert_eq!(scan(&selected).unwrap().validation.unwrap().files.len(), 2);
}

#[test]
fn validation_and_test_images_may_lack_classes_where_that_is_allowed_and_training_images_may_not() {
    let data = touch(&["train/a/1.png", "train/b/1.png", "val/a/1.png", "test/a/1.png", "test/b/notes.txt"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"
    DATA/val has no folder for the class "b"; expected DATA/val/b/*.jpg
    DATA/test/b has no images (1 other entry was ignored); expected at least one file ending in jpg, jpeg, png, gif, bmp, webp, tif, tiff
    Validation and test images may lack classes with `allow = ["missing_classes"]` in [data.audit]
    "#);
    let allow = |plan: DataPlan| DataPlan { allow: vec![Allow::MissingClasses], ..plan };
    let manifest = scan(&allow(plan(data.path()))).unwrap();
    assert_eq!(manifest.validation.unwrap().counts(2), [1, 0]);
    assert_eq!(manifest.test.unwrap().counts(2), [1, 0]);
    let data = touch(&["train/a/1.png", "train/b/notes.txt", "val/a/notes.txt", "val/b/notes.txt"]);
    let error = scan(&allow(plan(data.path()))).unwrap_err();
    assert!(matches!(error, ScanError::Several(errors) if errors.len() == 3), "nor is a split of nothing meant");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let data = touch(&[
        "train/a/x.txt",
        "train/b/1.png",
        "train/c/1.png",
        "val/a/1.png",
        "test/fox/1.png",
        "test/a/1.png",
        "test/c/1.png",
    ]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"
    label_mode = "binary" needs exactly two classes, and DATA/train has 3: "a", "b", "c"; select two of them with data.classes, or use label_mode = "categorical"
    DATA/train/a has no images (1 other entry was ignored); expected at least one file ending in jpg, jpeg, png, gif, bmp, webp, tif, tiff
    DATA/val has no folder for the class "b"; expected DATA/val/b/*.jpg
    DATA/val has no folder for the class "c"; expected DATA/val/c/*.jpg
    DATA/test has the class "fox", which the training folder does not have; training has "a", "b", "c"
    DATA/test has no folder for the class "b"; expected DATA/test/b/*.jpg
    Validation and test images may lack classes with `allow = ["missing_classes"]` in [data.audit]
    "#);
    let missing = DataPlan { classes: vec!["x".into(), "y".into(), "a".into()], ..plan(data.path()) };
    assert_snapshot!(message(&data, &missing), @r#"classes "x", "y" are selected, but DATA/train has no such class; it has "a", "b", "c""#);
}

#[test]
fn a_class_in_two_spellings_is_named_as_such() {
    let data = touch(&["train/caf\u{e9}/1.png", "train/tea/1.png", "val/cafe\u{301}/1.png", "val/Tea/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"
    DATA/val has no class "café (caf\u{e9})", but it has "café (cafe\u{301})": the same name in another Unicode form (accents composed or decomposed; systems differ in how they write them); use one spelling everywhere
    DATA/val has no class "tea", but it has "Tea": the same name in another case; use one spelling everywhere
    "#);
    let selected = DataPlan { classes: vec!["cafe\u{301}".into(), "tea".into()], ..plan(data.path()) };
    assert_snapshot!(message(&data, &selected), @r#"DATA/train has no class "café (cafe\u{301})", but it has "café (caf\u{e9})": the same name in another Unicode form (accents composed or decomposed; systems differ in how they write them); use one spelling everywhere"#);
    let data = touch(&["train/caf\u{e9}/1.png", "train/cafe\u{301}/1.png"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r#"DATA/train has the class "café" twice, in two Unicode forms (accents composed and decomposed); use one of them"#);
}

#[test]
fn images_a_folder_deeper_and_images_of_other_formats_are_named() {
    let data = touch(&["train/g1/cat/1.png", "train/g1/dog/1.png", "train/g2/1.avif", "train/g2/2.avif"]);
    assert_snapshot!(message(&data, &plan(data.path())), @r"
    DATA/train/g1 has no images (2 other entries were ignored); the folders in it hold images, such as DATA/train/g1/cat: expected the images of a class in DATA/train/g1 itself
    DATA/train/g2 has no images (2 other entries were ignored; AVIF is not read); expected at least one file ending in jpg, jpeg, png, gif, bmp, webp, tif, tiff
    ");
}
