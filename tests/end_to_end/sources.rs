//! Images that do not lie in split folders: IDX files, a CSV list, class folders that the file splits.

use crate::support::{Project, idx};
use std::fs;
use std::path::Path;

/// The tiny experiment without augmentation factors' noise: one variant, one seed, of the images that `data` names.
fn project(data: &str, classes: &str) -> Project {
    Project::with(|text| {
        let (head, rest) = text.split_once("directory = \"data/pets\"").unwrap();
        let (settings, rest) = rest.split_once("generate = ").unwrap();
        let rest = rest.split_once('\n').unwrap().1;
        let (rest, _) = rest.split_once("[factors.dropout]").unwrap();
        format!("{head}{data}{settings}{rest}").replace("loss = \"binary_crossentropy\"", classes)
    })
}

/// `count` images of 9x8 pixels in three classes: the rows 3k to 3k + 2 are bright in class k, the others of level `count`.
fn digits(directory: &Path, name: &str, count: u32) {
    let pixels: Vec<u8> = (0..count)
        .flat_map(|image| {
            (0..72)
                .map(move |pixel| if pixel / 24 == image % 3 { 200 + (image + pixel) as u8 % 50 } else { count as u8 })
        })
        .collect();
    let labels: Vec<u8> = (0..count).map(|image| (image % 3) as u8).collect();
    idx(&directory.join(format!("{name}-images-idx3-ubyte")), &[count, 9, 8], &pixels);
    idx(&directory.join(format!("{name}-labels-idx1-ubyte")), &[count], &labels);
}

fn runs(project: &Project) -> String {
    fs::read_to_string(project.results().join("runs.csv")).unwrap()
}

#[test]
fn idx_files_are_trained_on_where_they_lie() {
    let split = "directory = \"digits\"\nsplit = { type = \"stratified\", probabilities = [0.75, 0.25] }\ncolor_mode = \"grayscale\"";
    let project = project(split, "loss = \"categorical_crossentropy\"");
    let file = "experiments/tiny.toml";
    digits(&project.path().join("digits"), "train", 48);
    digits(&project.path().join("digits"), "t10k", 12);

    let checked = project.succeeds(&["check", file]).stdout;
    insta::assert_snapshot!(project.portable(checked.split_once("\nvariant").unwrap().0));
    project.succeeds(&["run", file]);
    let first = runs(&project);
    assert_eq!(first.matches(",completed,").count(), 2, "{first}");
    project.succeeds(&["preview", file, "-o", "grid.png", "--images", "3", "--copies", "1"]);
    let grid = image::open(project.path().join("grid.png")).unwrap().into_luma8();
    assert_eq!((grid.width(), grid.height()), (2 * 12 + 12, 3 * 12 + 16));

    let bright = image::GrayImage::from_fn(8, 9, |_, row| image::Luma([if row < 3 { 220 } else { 9 }]));
    bright.save(project.path().join("zero.png")).unwrap();
    let predicted = project.succeeds(&["predict", "results/tiny/runs/base/seed-0", "zero.png"]).stdout;
    assert_eq!(predicted.lines().next(), Some("image,class,p_0,p_1,p_2,error"));

    // Another split is another result, the same one is the same, and nothing is trained again.
    let again = project.succeeds(&["run", file]);
    assert_eq!(runs(&project), first, "{}", again.stderr);
    project.succeeds(&["run", file, "--out", "other", "--set", "data.split.seed=1", "--set", "training.epochs=1"]);
    let labels = project.path().join("digits/train-labels-idx1-ubyte");
    let mut bytes = fs::read(&labels).unwrap();
    bytes[8] = 1;
    fs::write(&labels, bytes).unwrap();
    assert!(project.succeeds(&["run", file, "--dry-run"]).stdout.contains("stale"));
    fs::write(&labels, b"<html>404</html>").unwrap();
    insta::assert_snapshot!(project.fails(&["run", file], 2));
}

#[test]
fn a_list_names_the_images_and_their_splits() {
    let project = project("manifest = \"photos/labels.csv\"", "loss = \"binary_crossentropy\"");
    let file = "experiments/tiny.toml";
    let mut list = "path,label,split\n".to_owned();
    fs::create_dir_all(project.path().join("photos/all")).unwrap();
    for n in 0..24_u8 {
        let level = if n % 2 == 0 { 40 + n } else { 200 + n };
        image::RgbImage::from_pixel(14, 12, image::Rgb([level; 3]))
            .save(project.path().join(format!("photos/all/{n}.png")))
            .unwrap();
        let (label, split) =
            (["dark", "bright"][usize::from(n % 2)], ["train", "train", "val", "test"][usize::from(n / 2 % 4)]);
        list += &format!("all/{n}.png,{label},{split}\n");
    }
    let path = project.path().join("photos/labels.csv");
    fs::write(&path, &list).unwrap();

    let checked = project.succeeds(&["check", file]).stdout;
    insta::assert_snapshot!(project.portable(checked.split_once("\nvariant").unwrap().0));
    project.succeeds(&["run", file]);
    let first = runs(&project);
    assert_eq!(first.matches(",completed,").count(), 2, "{first}");
    let image = "photos/all/0.png";
    let predicted = project.succeeds(&["predict", "results/tiny/runs/base/seed-0", image]).stdout;
    assert_eq!(predicted.lines().next(), Some("image,class,p_bright,p_dark,error"));

    // The same rows in another order are the same data set: nothing is trained again.
    let mut rows: Vec<&str> = list.lines().skip(1).collect();
    rows.reverse();
    fs::write(&path, format!("path,label,split\n{}\n", rows.join("\n"))).unwrap();
    project.succeeds(&["run", file]);
    assert_eq!(runs(&project), first);

    fs::write(&path, list.replace("all/3.png,bright", "all/3.png,").replace("all/5.png", "all/6.png")).unwrap();
    insta::assert_snapshot!(project.fails(&["run", file], 2));
    fs::write(&path, list.replace("all/7.png", "all/77.png")).unwrap();
    insta::assert_snapshot!(project.fails(&["run", file], 2));
}

#[test]
fn class_folders_are_split_as_the_file_says() {
    let project = Project::tiny();
    let file = "experiments/tiny.toml";
    project.succeeds(&["run", file, "--dry-run"]);
    let own = ["--set", "data.directory=data/pets/train", "--set", "training.epochs=1", "--set", "seeds=[0]"];
    let message = project.fails(&[&["run", file][..], &own].concat(), 2);
    insta::assert_snapshot!(message);
    let split =
        ["--set", "data.split={ type = \"hash\", probabilities = [0.5, 0.5], seed = 3 }", "--only", "dropout=on"];
    project.succeeds(&[&["run", file][..], &own, &split].concat());
    assert_eq!(runs(&project).matches(",completed,").count(), 1);
}
