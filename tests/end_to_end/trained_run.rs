//! What can be done with a trained run, and what can be looked at before.

use crate::support::{Project, assert_same, committed, models};
use std::fs;

#[test]
fn predict_explain_and_start_from_its_weights() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--set", "seeds=[0]"]);
    let run = "results/tiny/runs/dropout=on/seed-0";
    let image = "data/pets/test/cat/cat.0001.jpg";

    let predicted = project.succeeds(&["predict", run, image, "data/pets/test/dog/dog.0001.jpg"]).stdout;
    let lines: Vec<&str> = predicted.lines().collect();
    assert_eq!(lines[0], "image,class,p_cat,p_dog,error");
    assert_eq!(lines.len(), 3);
    for line in &lines[1..] {
        let p: Vec<f64> = line.split(',').skip(2).take(2).map(|cell| cell.parse().unwrap()).collect();
        assert!((p[0] + p[1] - 1.0).abs() < 1e-5, "{line}");
    }

    let drawn = project.succeeds(&["explain", run, "--image", image]).stdout;
    assert!(drawn.lines().count() >= 2, "{drawn}");
    for path in drawn.lines() {
        assert_eq!(&fs::read(project.path().join(path)).unwrap()[..4], b"\x89PNG");
    }

    // Evaluating the saved weights gives the numbers that the run reported for its best epoch.
    let weights = format!("model.weights=\"{run}/model.safetensors\"");
    let again = ["run", "experiments/tiny.toml", "--out", "again", "--set", "seeds=[0]", "--set", &weights];
    project.succeeds(&[&again[..], &["--set", "training.epochs=0", "--only", "dropout=on"]].concat());
    let row = |path: &str| {
        let text = fs::read_to_string(project.path().join(path)).unwrap();
        let header: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let record = reader.records().map(|r| r.unwrap()).find(|r| &r[0] == "dropout=on").unwrap();
        let cell = |name: &str| record[header.iter().position(|column| column == name).unwrap()].to_owned();
        (cell("best_val_loss"), cell("test_loss"), cell("test_accuracy"))
    };
    assert_eq!(row("results/tiny/runs.csv"), row("again/tiny/runs.csv"));
}

#[test]
fn damaged_files_are_named_refused_and_made_again_and_more_epochs_go_on() {
    let project = Project::tiny();
    let words = ["run", "experiments/tiny.toml", "--set", "seeds=[0]"];
    project.succeeds(&words);
    let (files, weights) = (committed(&project.results()), models(&project.results()));
    let run = "results/tiny/runs/dropout=on/seed-0";
    let image = "data/pets/test/cat/cat.0001.jpg";
    for name in ["run.json", "plan.json", "model.safetensors"] {
        let path = project.path().join(run).join(name);
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 1;
        fs::write(&path, &damaged).unwrap();
        for words in [&["predict", run, image][..], &["explain", run, "--image", image]] {
            let complaint = project.fails(words, 2);
            assert!(
                complaint.contains(&format!("{name} is damaged: its content does not match its checksum")),
                "{complaint}"
            );
        }
        let again = project.succeeds(&words).stderr;
        let warning = format!(
            "{run}/{name} is damaged: its content does not match its checksum; it is set aside as {name}.damaged"
        );
        assert!(again.contains(&warning), "{again}");
        // The last state is there: nothing is trained for it.
        assert_eq!(again.matches("goes on after epoch 3").count(), usize::from(name != "plan.json"), "{again}");
        assert!(!again.contains("epoch 3/3"), "{again}");
        assert!(fs::read(&path).unwrap() == whole, "{name} is made again");
        assert!(fs::read(path.with_file_name(format!("{name}.damaged"))).unwrap() == damaged);
        project.succeeds(&["predict", run, image]);
    }
    assert_same(&files, &committed(&project.results()));
    assert_same(&weights, &models(&project.results()));

    let longer = ["run", "experiments/tiny.toml", "--set", "seeds=[0]", "--set", "training.epochs=5"];
    let told = project.succeeds(&longer).stderr;
    assert_eq!(told.matches("goes on after epoch 3").count(), 2, "{told}");
    project.succeeds(&[&longer[..], &["--out", "whole"]].concat());
    let whole = project.path().join("whole/tiny");
    assert_same(&committed(&project.results()), &committed(&whole));
    assert_same(&models(&project.results()), &models(&whole));
}

#[test]
fn preview_draws_originals_and_copies() {
    let project = Project::tiny();
    project.succeeds(&["preview", "experiments/tiny.toml", "-o", "grid.png", "--images", "2", "--copies", "3"]);
    let bytes = fs::read(project.path().join("grid.png")).unwrap();
    assert_eq!(&bytes[..4], b"\x89PNG");
    project.succeeds(&["preview", "experiments/tiny.toml", "-o", "again.png", "--images", "2", "--copies", "3"]);
    assert_eq!(bytes, fs::read(project.path().join("again.png")).unwrap());
}

#[test]
fn check_shows_layers_counts_and_memory() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--dry-run"]);
    let checked = project.succeeds(&["check", "experiments/tiny.toml", "--compile"]).stdout;
    insta::assert_snapshot!(project.portable(&checked));
}

#[test]
fn grey_and_colour_are_levels_of_a_factor() {
    let project = Project::with(|text| {
        let (rest, _) = text.split_once("[factors.dropout]").unwrap();
        format!("{rest}[factors.color_mode]\npath = \"data.color_mode\"\nvalues = [\"rgb\", \"grayscale\"]\n")
    });
    let once = ["run", "experiments/tiny.toml", "--set", "seeds=[0]", "--set", "training.epochs=1"];
    project.succeeds(&once);
    let runs = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    assert_eq!(runs.matches(",completed,").count(), 2, "{runs}");

    let checked = project.succeeds(&["check", "experiments/tiny.toml"]).stdout;
    let (rgb, grayscale) = checked.split_once("variant color_mode=grayscale").unwrap();
    assert!(rgb.contains("(12, 12, 3)") && grayscale.contains("(12, 12, 1)"), "{checked}");
    let shown = project.succeeds(&["show", "experiments/tiny.toml", "--variant", "color_mode=grayscale"]).stdout;
    assert!(shown.contains("(12, 12, 1) -> (10, 10, 6)"), "{shown}");

    // To a network that sees no colour an image and its grey copy are the same, to one that does they are not.
    let image = "data/pets/test/cat/cat.0001.jpg";
    let photograph = image::open(project.path().join(image)).unwrap().into_rgb8();
    let luma = |[red, green, blue]: [f64; 3]| (red * 0.299 + green * 0.587 + blue * 0.114).round() as u8;
    let copy = image::GrayImage::from_fn(photograph.width(), photograph.height(), |x, y| {
        image::Luma([luma(photograph.get_pixel(x, y).0.map(f64::from))])
    });
    copy.save(project.path().join("grey.png")).unwrap();
    let logits = |variant: &str| {
        let run = format!("results/tiny/runs/color_mode={variant}/seed-0");
        let predicted = project.succeeds(&["predict", &run, image, "grey.png", "--logits"]).stdout;
        let logit = |line: &str| line.rsplit(',').nth(1).unwrap().parse::<f64>().unwrap();
        predicted.lines().skip(1).map(logit).collect::<Vec<f64>>()
    };
    let (grayscale, rgb) = (logits("grayscale"), logits("rgb"));
    assert!((grayscale[0] - grayscale[1]).abs() < 1e-3, "{grayscale:?}");
    assert!((rgb[0] - rgb[1]).abs() > 1e-2, "{rgb:?}");

    let run = "results/tiny/runs/color_mode=grayscale/seed-0";
    assert!(!project.succeeds(&["explain", run, "--image", image]).stdout.is_empty());
    for (variant, colour) in [("rgb", image::ColorType::Rgb8), ("grayscale", image::ColorType::L8)] {
        let variant = format!("color_mode={variant}");
        project.succeeds(&["preview", "experiments/tiny.toml", "-o", "grid.png", "--variant", &variant]);
        assert_eq!(image::open(project.path().join("grid.png")).unwrap().color(), colour, "{variant}");
    }
}

#[test]
fn four_classes_run_as_categories() {
    let project = Project::tiny();
    // A cat by any other name: four classes out of two.
    project.succeeds(&["run", "experiments/tiny.toml", "--dry-run"]);
    let pets = project.path().join("data/pets");
    for split in ["train", "validation", "test"] {
        for class in ["cat", "dog"] {
            let from = pets.join(split).join(class);
            let to = pets.join(split).join(format!("{class}_again"));
            fs::create_dir(&to).unwrap();
            for entry in fs::read_dir(&from).unwrap().map(Result::unwrap) {
                fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    }
    let words = ["run", "experiments/tiny.toml", "--set", "data.label_mode=categorical", "--set", "seeds=[0]"];
    project.succeeds(&[&words[..], &["--set", "training.loss=categorical_crossentropy"]].concat());
    let run = "results/tiny/runs/dropout=off/seed-0";
    let predicted = project.succeeds(&["predict", run, "data/pets/test/cat/cat.0001.jpg"]).stdout;
    assert!(predicted.starts_with("image,class,p_cat,p_cat_again,p_dog,p_dog_again,error\n"), "{predicted}");

    // Two of the four, chosen by name, are two classes again.
    let chosen = ["run", "experiments/tiny.toml", "--out", "chosen", "--set", "data.classes=[\"cat\",\"dog\"]"];
    project.succeeds(&[&chosen[..], &["--set", "seeds=[0]", "--set", "training.epochs=1"]].concat());
}
