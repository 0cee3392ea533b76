//! The experiments that ship are right, and describe what they say.

use plan::{Experiment, Shape};
use spec::Request;
use std::path::{Path, PathBuf};

fn ship(name: &str) -> Experiment {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let unknown = |_: &plan::DataPlan| Err("not there".to_owned());
    spec::load(&Request { path: &path, text: &text, sets: &[], classes: &unknown }).unwrap_or_else(|e| panic!("{e}"))
}

fn names(experiment: &Experiment) -> Vec<&str> {
    experiment.variants.iter().map(|variant| variant.name.as_str()).collect()
}

#[test]
fn augment_dropout_is_a_factorial_design() {
    let experiment = ship("augment_dropout.toml");
    let expected = [
        "augmentation=off,dropout=off",
        "augmentation=off,dropout=on",
        "augmentation=on,dropout=off",
        "augmentation=on,dropout=on",
    ];
    assert_eq!(names(&experiment), expected);
    assert_eq!(experiment.baseline, expected[0]);
    assert_eq!(experiment.swept_paths, ["augmentation.enabled", "model.layers.dropout.rate"]);
    assert_eq!(experiment.variants[1].swept, ["false", "0.5"]);
    let settings = &experiment.variants[3].settings;
    assert_eq!(settings.data.classes, ["cat", "dog"]);
    assert!(settings.data.directory.ends_with(PathBuf::from("data/pets")));
    assert_eq!(settings.augmentation.operations.len(), 5);
    assert_eq!(settings.network.output(), Shape::Vector { units: 1 });
    assert_eq!(experiment.variants[0].settings.augmentation, plan::Augmentation::default());
}

#[test]
fn quick_is_quick() {
    let experiment = ship("quick.toml");
    assert_eq!(names(&experiment), ["dropout=off", "dropout=on"]);
    let settings = &experiment.variants[0].settings;
    assert!(settings.network.multiply_adds() < 10_000_000);
    assert!(settings.training.epochs <= 5);
}

#[test]
fn cats_vs_dogs_is_the_tutorial() {
    let experiment = ship("cats_vs_dogs.toml");
    assert_eq!(names(&experiment), ["plain", "augmentation_and_dropout"]);
    assert_eq!(experiment.baseline, "plain");
    let settings = &experiment.variants[1].settings;
    assert_eq!(settings.network.parameter_count(), 3_453_121); // Keras's model.summary()
    assert_eq!(settings.training.steps_per_epoch, Some(250));
    assert!(settings.data.classes.is_empty(), "the reader's folder tells");
}

#[test]
fn capacity_changes_filters_and_layers() {
    let experiment = ship("capacity.toml");
    assert_eq!(names(&experiment), ["capacity=narrow", "capacity=shallow", "capacity=usual", "capacity=wide"]);
    assert_eq!(experiment.baseline, "capacity=usual");
    let layers: Vec<usize> = experiment.variants.iter().map(|v| v.settings.network.layers.len()).collect();
    assert_eq!(layers, [11, 7, 11, 11]);
    let sizes: Vec<usize> = experiment.variants.iter().map(|v| v.settings.network.parameter_count()).collect();
    assert!(sizes[0] < sizes[2] && sizes[2] < sizes[3], "{sizes:?}");
}

/// What a file is trained as, apart from its images: an id for each variant and seed. Whatever is added to the vocabulary,
/// an experiment that does not use it stays the run that it was.
fn run_ids(experiment: &Experiment) -> Vec<String> {
    let variants = experiment.variants.iter();
    let runs = variants.flat_map(|variant| experiment.seeds.iter().map(move |&seed| (variant, seed)));
    let id = |(variant, seed): (&plan::Variant, u64)| {
        let id = plan::run_id(&variant.settings, seed, "a stand-in for the images", None);
        format!("{} {} seed {seed}: {id}", experiment.name, variant.name)
    };
    runs.map(id).collect()
}

#[test]
fn run_ids_stay_what_they_are() {
    let ids =
        ["augment_dropout.toml", "capacity.toml", "cats_vs_dogs.toml", "quick.toml"].map(|name| run_ids(&ship(name)));
    let fixtures = [include_str!("fixtures/good.toml"), include_str!("fixtures/everything.toml")].map(|text| {
        let classes = |_: &plan::DataPlan| Ok(vec!["cat".to_owned(), "dog".to_owned()]);
        let request = Request { path: Path::new("experiments/fixture.toml"), text, sets: &[], classes: &classes };
        run_ids(&spec::load(&request).unwrap())
    });
    insta::assert_snapshot!(ids.into_iter().chain(fixtures).flatten().collect::<Vec<_>>().join("\n"));
}
