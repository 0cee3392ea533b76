//! Whole runs with mixing, standardization, class weights and balanced sampling: what does not change their bits.

mod support;

use plan::{ClassWeight, Mix, Normalization, Run, Sampling};
use record::{Event, RunDirectory};
use std::fs;
use std::path::{Path, PathBuf};
use support::{draw_images, run, train, train_until};
use tempfile::TempDir;

/// A folder with images in `data`, of one class fewer than of the others, and the run on them.
fn project() -> (TempDir, Run) {
    let folder = tempfile::tempdir().unwrap();
    draw_images(&folder.path().join("data"));
    for index in 2..6 {
        fs::remove_file(folder.path().join(format!("data/train/lie/{index}.png"))).unwrap();
    }
    let run = run(&folder.path().join("data"));
    (folder, run)
}

fn folder(project: &TempDir, name: &str) -> PathBuf {
    let folder = project.path().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The bytes of what a run leaves, but for its timing.
fn left(folder: &Path) -> (String, Vec<u8>) {
    let directory = RunDirectory::at(folder.to_path_buf());
    (fs::read_to_string(directory.record()).unwrap(), fs::read(directory.model()).unwrap())
}

#[test]
fn neither_threads_nor_a_cut_change_a_byte() {
    let (project, mut run) = project();
    let settings = &mut run.settings;
    settings.augmentation.mixup = Some(Mix { alpha: 0.4, p: 0.7 });
    settings.augmentation.cutmix = Some(Mix { alpha: 1.0, p: 0.7 });
    settings.data.normalization = Normalization::Standardize;
    settings.data.sampling = Sampling::Balanced;
    settings.training.class_weight = Some(ClassWeight::Balanced);
    settings.training.steps_per_epoch = Some(3); // shorter than a pass
    let whole = folder(&project, "whole");
    train_until(&run, &whole, 1, |_| false).0.unwrap();
    let cut = folder(&project, "cut");
    let ends = |event: &Event, number| matches!(event, Event::Epoch { row, .. } if row.epoch == number);
    for epoch in 1..=3 {
        assert!(train_until(&run, &cut, 1 + epoch as usize, |event| ends(event, epoch)).0.is_err());
    }
    train(&run, &cut).0.unwrap();
    assert_eq!(left(&cut), left(&whole));
}

#[test]
fn what_has_no_effect_leaves_the_bits_as_they_are() {
    let (project, plain) = project();
    let trained = |name: &str, run: &Run| {
        let folder = folder(&project, name);
        train(run, &folder).0.unwrap();
        left(&folder)
    };
    let expected = trained("plain", &plain);
    let mut run = plain.clone();
    run.settings.training.class_weight = Some(ClassWeight::Given([("lie".to_owned(), 1.0)].into()));
    assert!(trained("weights", &run) == expected);
    let mut run = plain.clone();
    run.settings.augmentation.mixup = Some(Mix { alpha: 0.2, p: 0.0 });
    run.settings.augmentation.cutmix = Some(Mix { alpha: 1.0, p: 0.0 });
    assert!(trained("mixing", &run) == expected);
}

#[test]
fn weights_of_all_classes_alike_scale_the_loss_that_is_reported() {
    let (project, mut run) = project();
    run.settings.training.epochs = 1;
    run.settings.training.steps_per_epoch = Some(1);
    run.settings.network = support::network(0.0, 0.0);
    let mut losses = Vec::new();
    for weight in [1.0, 2.5] {
        let all = ["cross", "lie", "stand"].map(|class| (class.to_owned(), weight));
        run.settings.training.class_weight = Some(ClassWeight::Given(all.into()));
        let folder = folder(&project, &weight.to_string());
        losses.push(train(&run, &folder).0.unwrap().epochs[0].get("train_loss").unwrap());
    }
    assert!((losses[1] / losses[0] - 2.5).abs() < 1e-12, "{losses:?}");
}

#[test]
fn a_weight_for_a_class_that_is_not_there_is_refused() {
    let (project, mut run) = project();
    run.settings.training.class_weight = Some(ClassWeight::Given([("lies".to_owned(), 2.0)].into()));
    let error = train(&run, &folder(&project, "a")).0.unwrap_err().to_string();
    assert_eq!(error, "training.class_weight names the class lies, but the data has the classes cross, lie, stand");
}
