//! What right files come out as.

mod common;

use common::{GOOD, good_but, load, load_with};
use plan::{
    Activation, ClassWeight, ColorMode, Experiment, Interpolation, LabelMode, Layer, Loss, Optimizer, Sampling,
    SplitKind, SplitPlan,
};
use std::path::Path;

const EVERYTHING: &str = include_str!("fixtures/everything.toml");

fn names(experiment: &Experiment) -> Vec<&str> {
    experiment.variants.iter().map(|variant| variant.name.as_str()).collect()
}

/// The good file up to its factors.
fn without_factors() -> String {
    GOOD.split("[factors").next().unwrap().to_owned()
}

#[test]
fn every_key_reaches_the_plan() {
    let experiment = load(EVERYTHING).unwrap();
    let variant = experiment.variant(&experiment.baseline).unwrap();
    insta::assert_debug_snapshot!(variant.settings);
}

#[test]
fn a_list_of_images_starts_where_it_stands_or_at_the_directory() {
    let source = |data: &str, sets: &[&str]| {
        let text = good_but("directory = \"data/pets\"", data);
        let experiment = load_with(&text, sets, &["cat", "dog"]).unwrap();
        let data = experiment.variants[0].settings.data.clone();
        (data.directory.to_string_lossy().into_owned(), data.source)
    };
    let (directory, listed) = source("manifest = \"lists/labels.csv\"", &[]);
    assert_eq!((directory.as_str(), listed.manifest.unwrap().to_str()), ("lists", Some("lists/labels.csv")));
    let both = "manifest = \"lists/labels.csv\"\ndirectory = \"photos\"";
    assert_eq!(source(both, &[]).0, "photos");
    // A list named on the command line is of other images than those of the file.
    let set = "data.manifest=mine.csv";
    assert_eq!(source("directory = \"data/pets\"", &[set]).0, ".");
    assert_eq!(source("directory = \"data/pets\"", &[set, "data.directory=photos"]).0, "photos");
}

#[test]
fn images_are_split_as_the_file_says() {
    let split = "{ type = \"hash\", probabilities = [0.7, 0.2, 0.1], seed = 5 }";
    let expected = SplitPlan { kind: SplitKind::Hash, probabilities: vec![0.7, 0.2, 0.1], seed: 5 };
    let of = |text: &str, sets: &[&str]| {
        let experiment = load_with(text, sets, &["cat", "dog"]).unwrap();
        experiment.variants.into_iter().map(|variant| variant.settings.data.source.split).collect::<Vec<_>>()
    };
    let written = good_but("image_size", &format!("split = {split}\nimage_size"));
    assert_eq!(of(&written, &[])[0], Some(expected.clone()));
    // Images named on the command line are the reader's own: what the file would draw does not count.
    let drawn =
        good_but("image_size", "generate = { kind = \"pets\", train = 2, validation = 2, test = 2 }\nimage_size");
    assert_eq!(of(&drawn, &["data.directory=mine", &format!("data.split={split}")])[0], Some(expected));
    let factor = "[factors.seed]\npath = \"data.split.seed\"\nvalues = [1, 2]\n[factors.dropout]";
    let seeds = of(&written.replace("[factors.dropout]", factor), &[]).into_iter().map(|split| split.unwrap().seed);
    assert_eq!(seeds.collect::<std::collections::BTreeSet<u64>>().into_iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn every_default_is_filled_in() {
    let text = r#"
        schema = 1
        name = "defaults"
        data = { directory = "/images", image_size = [9, 9] }
        model.layers = [
            { type = "conv2d", filters = 2, kernel_size = 3 },
            { type = "average_pool2d" },
            { type = "flatten" },
            { type = "dense" },
        ]
        training = { epochs = 1, optimizer = "rmsprop", early_stopping = {} }
    "#;
    let experiment = load(text).unwrap();
    assert_eq!((experiment.seeds.as_slice(), experiment.baseline.as_str()), (&[0][..], "base"));
    insta::assert_debug_snapshot!(experiment.variants[0].settings);
}

#[test]
fn levels_name_variants_and_fill_the_swept_columns() {
    let experiment = load(EVERYTHING).unwrap();
    assert_eq!(experiment.swept_paths, ["model.layers.drop.rate", "data.image_size", "training.optimizer"]);
    let table: Vec<(&str, Vec<&str>)> = experiment
        .variants
        .iter()
        .map(|variant| (variant.name.as_str(), variant.swept.iter().map(String::as_str).collect()))
        .collect();
    // A table's cell is the table; a string's is the string.
    let adamw =
        "{ type = \"adamw\", learning_rate = 1e-2, beta_1 = 0.8, beta_2 = 0.99, epsilon = 1e-6, weight_decay = 0.1 }";
    let rmsprop = "{ type = \"rmsprop\", rho = 0.8, momentum = 0.9 }";
    let sgd = "{ type = \"sgd\", momentum = 0.9, nesterov = true }";
    let adam = "{ type = \"adam\", beta_1 = 0.7 }";
    let expected = [
        ("rate=0.5,size=small", vec!["0.5", "[40, 48]", adamw]),
        ("rate=0.5,size=rmsprop", vec!["0.5", "[40, 48]", rmsprop]),
        ("rate=0.5,size=sgd", vec!["0.5", "[40, 48]", sgd]),
        ("rate=0.5,size=adam", vec!["0.5", "[40, 48]", adam]),
        ("rate=0.25,size=small", vec!["0.25", "[40, 48]", adamw]),
        ("rate=0.25,size=large", vec!["0.25", "[80, 96]", "sgd"]),
        ("rate=0.25,size=rmsprop", vec!["0.25", "[40, 48]", rmsprop]),
        ("rate=0.25,size=adam", vec!["0.25", "[40, 48]", adam]),
    ];
    assert_eq!(table, expected);
    let levels = &experiment.variants[1].levels;
    assert_eq!((levels[1].factor.as_str(), levels[1].level.as_str()), ("size", "rmsprop"));
    assert_eq!(experiment.factors[0].levels, ["0.5", "0.25"]);
}

/// The good file with another chain.
fn augmented(chain: &str) -> plan::Augmentation {
    let (before, rest) = GOOD.split_once("ops = [").unwrap();
    let text = format!("{before}{chain}\n{}", rest.split_once("\n]\n").unwrap().1);
    load(&text).unwrap().variants[2].settings.augmentation.clone()
}

#[test]
fn keras_s_arguments_are_the_operations_that_they_stand_for() {
    let tutorial = augmented(
        "keras = { rotation_range = 40, width_shift_range = 0.2, height_shift_range = 0.2, shear_range = 0.2, \
         zoom_range = 0.2, horizontal_flip = true, fill_mode = \"nearest\" }",
    );
    let ops = augmented(
        "ops = [\n{ type = \"rotation\", degrees = 40 },\n{ type = \"shift\", width_fraction = 0.2, height_fraction = \
         0.2 },\n{ type = \"shear\", degrees = 0.2 },\n{ type = \"zoom\", range = [0.8, 1.2] },\n{ type = \"flip\", axis = \
         \"horizontal\" } ]",
    );
    assert_eq!(tutorial, ops);
    insta::assert_debug_snapshot!(augmented(
        "keras = { width_shift_range = 8.0, zoom_range = [0.5, 1], vertical_flip = true, horizontal_flip = false, \
         channel_shift_range = 20, brightness_range = [0.5, 1.5], fill_mode = \"constant\", cval = 7 }"
    ));
}

#[test]
fn augmentation_that_is_off_is_no_augmentation() {
    let experiment = load(GOOD).unwrap();
    assert_eq!(experiment.variants[0].settings.augmentation, plan::Augmentation::default());
    assert_eq!(experiment.variants[2].settings.augmentation.operations.len(), 2);
}

#[test]
fn mixing_needs_no_operations_and_has_defaults() {
    let mixed = |augmentation: &str| {
        let (before, rest) = GOOD.split_once("[augmentation]").unwrap();
        let (_, after) = rest.split_once("[[model.layers]]").unwrap();
        let text = format!("{before}[augmentation]\n{augmentation}\n[[model.layers]]{after}");
        load(&text).unwrap().variants.pop().unwrap().settings.augmentation
    };
    let found = mixed("mixup = {}\ncutmix = { p = 0.5 }");
    assert_eq!(found.mixup, Some(plan::Mix { alpha: 0.2, p: 1.0 }));
    assert_eq!(found.cutmix, Some(plan::Mix { alpha: 1.0, p: 0.5 }));
    assert!(found.operations.is_empty());
    assert_eq!(mixed("mixup = {}\nops = []").mixup, found.mixup);
}

#[test]
fn what_balances_classes_can_be_a_factor() {
    let text = without_factors()
        + "[factors.balance]\nnone = {}\nweights = { \"training.class_weight\" = \"balanced\" }\n"
        + "given = { \"training.class_weight.dog\" = 3 }\nsampling = { \"data.sampling\" = \"balanced\" }\n";
    let experiment = load(&text).unwrap();
    let given = [("dog".to_owned(), 3.0)].into();
    let found = experiment.variants.iter().map(|variant| variant.settings.training.class_weight.clone());
    let expected = [None, Some(ClassWeight::Balanced), Some(ClassWeight::Given(given)), None];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert_eq!(experiment.variants[3].settings.data.sampling, Sampling::Balanced);
    // Which classes there are is not known yet: nothing is said.
    assert!(load_with(&text.replace("weight.dog", "weight.fox"), &[], &[]).is_ok());
}

#[test]
fn one_at_a_time_ablates_from_the_baseline() {
    let design = "[sweep]\ndesign = \"one_at_a_time\"\n";
    let experiment = load(&(GOOD.to_owned() + design)).unwrap();
    let expected = ["augmentation=off,dropout=off", "augmentation=on,dropout=off", "augmentation=off,dropout=on"];
    assert_eq!(names(&experiment), expected);
    assert_eq!(experiment.baseline, expected[0]);

    let full = "name = \"pets\"\nbaseline = \"augmentation=on,dropout=on\"";
    let experiment = load(&(good_but("name = \"pets\"", full) + design)).unwrap();
    let expected = ["augmentation=on,dropout=on", "augmentation=off,dropout=on", "augmentation=on,dropout=off"];
    assert_eq!(names(&experiment), expected);
    assert_eq!(experiment.baseline, expected[0]);
}

#[test]
fn zip_takes_levels_together() {
    let experiment = load(&(GOOD.to_owned() + "[sweep]\ndesign = \"zip\"\n")).unwrap();
    assert_eq!(names(&experiment), ["augmentation=off,dropout=off", "augmentation=on,dropout=on"]);
}

#[test]
fn exclude_leaves_out_what_it_matches() {
    let text = GOOD.to_owned() + "[sweep]\nexclude = [{ augmentation = \"on\", dropout = \"on\" }]\n";
    assert_eq!(load(&text).unwrap().variants.len(), 3);
}

#[test]
fn hand_named_variants_keep_their_order() {
    let text = without_factors() + "[variants.zebra]\n[variants.ant]\ntraining.epochs = 9\n";
    let experiment = load(&text).unwrap();
    assert_eq!(names(&experiment), ["zebra", "ant"]);
    assert_eq!(experiment.baseline, "zebra");
    assert_eq!(experiment.swept_paths, ["training.epochs"]);
    assert_eq!((experiment.variants[0].swept[0].as_str(), experiment.variants[1].swept[0].as_str()), ("2", "9"));
}

#[test]
fn a_variant_that_keeps_a_default_has_its_value_in_the_swept_columns() {
    let changes = [
        ("data.color_mode", "\"grayscale\"", "rgb"),
        ("data.batch_size", "7", "20"),
        ("data.shuffle", "false", "true"),
        ("data.normalization", "\"standardize\"", "rescale"),
        ("data.sampling", "\"balanced\"", "natural"),
        ("data.interpolation", "\"area\"", "bilinear"),
        ("augmentation.enabled", "false", "true"),
        ("augmentation.fill_mode", "\"wrap\"", "nearest"),
        ("augmentation.ops.flip.p", "0.25", "0.5"),
        ("augmentation.ops.rotation.p", "0.25", "1.0"),
        ("model.layers.conv1.padding", "\"same\"", "valid"),
        ("model.layers.conv1.strides", "2", "[1, 1]"),
        ("model.layers.conv1.groups", "1", "1"),
        ("model.layers.conv1.kernel_regularizer.l2", "0.5", "0.0"),
        ("model.layers.conv1.kernel_initializer", "\"he_normal\"", "glorot_uniform"),
        ("model.layers.dense.activation", "\"linear\"", "linear"),
        ("model.layers.max_pool2d.pool_size", "3", "[2, 2]"),
        ("model.layers.dense.units", "1", "1"),
        ("training.loss", "\"binary_crossentropy\"", "binary_crossentropy"),
        ("training.metrics", "[]", "[\"accuracy\"]"),
        ("training.optimizer.rho", "0.5", "0.9"),
        ("training.optimizer.epsilon", "1e-3", "1e-7"),
        // Nothing is nothing.
        ("training.steps_per_epoch", "3", ""),
        ("data.limit_per_class", "3", ""),
    ];
    let overrides: String = changes.iter().map(|(path, value, _)| format!("\"{path}\" = {value}\n")).collect();
    let text = without_factors() + "[variants.plain]\n[variants.other]\ntraining.epochs = 5\n" + &overrides;
    let experiment = load(&text).unwrap();
    let expected: Vec<(&str, &str)> = std::iter::once(("training.epochs", "2"))
        .chain(changes.iter().map(|(path, _, default)| (*path, *default)))
        .collect();
    let plain = experiment.swept_paths.iter().zip(&experiment.variants[0].swept);
    assert_eq!(plain.map(|(path, cell)| (path.as_str(), cell.as_str())).collect::<Vec<_>>(), expected);
}

#[test]
fn a_level_may_replace_the_layers_that_another_changes() {
    let text = without_factors()
        + "[factors.rate]\npath = \"model.layers.dropout.rate\"\nvalues = [0.1, 0.2]\n"
        + "[factors.layers]\nall = {}\nfew = { \"model.layers\" = [\n"
        + "{ type = \"flatten\" }, { type = \"dropout\", rate = 0.9 }, { type = \"dense\" } ] }\n";
    let experiment = load(&text).unwrap();
    let few = experiment.variant("rate=0.2,layers=few").unwrap();
    assert_eq!(few.settings.network.layers.len(), 3);
    assert_eq!(few.settings.network.layers[1].layer, Layer::Dropout(plan::layer::Dropout { rate: 0.2 }));
    let layers = "{ type = \"flatten\" }, { type = \"dropout\", rate = 0.2 }, { type = \"dense\" }";
    assert_eq!(few.swept, ["0.2".to_owned(), format!("[{layers}]")]);
    assert_eq!(experiment.variants[0].swept[0], "0.1");
    assert!(experiment.variants[0].swept[1].contains("name = \"conv1\", filters = 8"), "{:?}", experiment.variants[0]);
}

#[test]
fn the_network_takes_as_many_channels_as_the_images_have() {
    let text =
        without_factors() + "[factors.color_mode]\npath = \"data.color_mode\"\nvalues = [\"rgb\", \"grayscale\"]\n";
    let experiment = load(&text).unwrap();
    assert_eq!(names(&experiment), ["color_mode=rgb", "color_mode=grayscale"]);
    let shapes: Vec<(ColorMode, String)> = experiment
        .variants
        .iter()
        .map(|variant| (variant.settings.data.color_mode, variant.settings.network.input.to_string()))
        .collect();
    let (rgb, grayscale) = ("(32, 32, 3)".to_owned(), "(32, 32, 1)".to_owned());
    assert_eq!(shapes, [(ColorMode::Rgb, rgb), (ColorMode::Grayscale, grayscale)]);
}

#[test]
fn sets_change_the_file_before_its_variants_do() {
    let sets = [
        "seeds=[7, 8]",
        "training.epochs=3",
        "data.directory=elsewhere/images",
        "data.interpolation=nearest",
        "model.layers.conv1.activation.negative_slope=0.2",
        "model.layers.conv1.activation.type=leaky_relu",
        "training.early_stopping.patience=4",
        "training.optimizer=sgd",
        "augmentation.ops.rotation.degrees=10",
        "sweep.design=one_at_a_time",
        "baseline=augmentation=on,dropout=on",
    ];
    let experiment = load_with(GOOD, &sets, &["cat", "dog"]).unwrap();
    assert_eq!(experiment.seeds, [7, 8]);
    assert_eq!((experiment.variants.len(), experiment.baseline.as_str()), (3, "augmentation=on,dropout=on"));
    let turned = &experiment.variants[0].settings.augmentation.operations[0];
    assert_eq!(*turned, plan::Operation::Rotation { degrees: 10.0, p: 1.0 });
    for variant in &experiment.variants {
        let settings = &variant.settings;
        assert_eq!(settings.training.epochs, 3);
        assert_eq!(settings.data.directory, Path::new("elsewhere/images"));
        assert_eq!(settings.data.interpolation, Interpolation::Nearest);
        assert_eq!(settings.training.early_stopping.as_ref().unwrap().patience, 4);
        assert_eq!(settings.training.optimizer, Optimizer::Sgd { learning_rate: 0.01, momentum: 0.0, nesterov: false });
        let Layer::Conv2d(conv) = &settings.network.layers[0].layer else { panic!("conv1 is a conv2d") };
        assert_eq!(conv.activation, Activation::LeakyRelu { negative_slope: 0.2 });
    }
}

#[test]
fn paths_in_the_file_start_at_the_project() {
    let load = |path: &str| {
        let classes = |_: &plan::DataPlan| Ok(vec!["cat".to_owned(), "dog".to_owned()]);
        spec::load(&spec::Request::new(Path::new(path), GOOD, &classes)).unwrap()
    };
    let directory = |path: &str| load(path).variants[0].settings.data.directory.clone();
    assert_eq!(directory("/home/ada/experiments/pets.toml"), Path::new("/home/ada/data/pets"));
    assert_eq!(directory("/home/ada/notes/pets.toml"), Path::new("/home/ada/notes/data/pets"));
    assert_eq!(directory("experiments/pets.toml"), Path::new("data/pets"));
}

#[test]
fn loss_and_labels_decide_each_other_and_the_last_layer() {
    let four = ["dress", "hat", "shirt", "shoes"];
    for key in ["data.label_mode=categorical", "training.loss=categorical_crossentropy"] {
        let experiment = load_with(GOOD, &[key], &four).unwrap();
        let settings = &experiment.variants[0].settings;
        assert_eq!(settings.data.label_mode, LabelMode::Categorical);
        assert_eq!(settings.training.loss, Loss::CategoricalCrossentropy);
        assert_eq!(settings.data.classes, four);
        assert_eq!(settings.network.output().size(), 4);
    }
    let two = ["data.classes=[\"shirt\", \"hat\"]"];
    let experiment = load_with(GOOD, &two, &four).unwrap();
    assert_eq!(experiment.variants[0].settings.data.classes, ["hat", "shirt"]);
    assert_eq!(experiment.variants[0].settings.network.output().size(), 1);
}

#[test]
fn a_folder_that_is_not_there_yet_leaves_the_classes_open() {
    let experiment = load_with(GOOD, &[], &[]).unwrap();
    assert!(experiment.variants[0].settings.data.classes.is_empty());
    let drawn =
        good_but("batch_size", "generate = { kind = \"pets\", train = 2, validation = 2, test = 2 }\nbatch_size");
    let experiment = load_with(&drawn, &[], &[]).unwrap();
    assert_eq!(experiment.variants[0].settings.data.classes, ["cat", "dog"]);
}

#[test]
fn layers_know_their_lines_and_names() {
    let experiment = load(GOOD).unwrap();
    let layers = &experiment.variants[0].settings.network.layers;
    let lines: Vec<(&str, Option<usize>)> = layers.iter().map(|layer| (layer.name.as_str(), layer.line)).collect();
    let text: Vec<&str> = GOOD.lines().collect();
    for (_, line) in &lines {
        assert_eq!(text[line.unwrap() - 1], "[[model.layers]]");
    }
    let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["conv1", "max_pool2d_1", "flatten_1", "dropout_1", "dense_1"]);
}

#[test]
fn only_filters_by_name() {
    let experiment = load(GOOD).unwrap();
    let chosen = spec::only(&experiment, "*dropout=on").unwrap();
    assert_eq!(chosen.len(), 2);
    insta::assert_snapshot!(spec::only(&experiment, "dropout=on").unwrap_err());
}
