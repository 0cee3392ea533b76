//! What is said about each kind of wrong file: one snapshot each.

mod common;

use common::{complaint, complaint_with, good_but, load_with};

/// Snapshots named after the test, of what is said about a changed good file.
macro_rules! complaints {
    ($($name:ident: $from:expr => $to:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(complaint(&good_but($from, $to)));
        })*

        /// All of these: name, what is replaced, and by what.
        const FAULTS: &[(&str, &str, &str)] = &[$((stringify!($name), $from, $to)),*];
    };
}

complaints! {
    unknown_key: "learning_rate = 1e-4 }" => "learning_rate = 1e-4, momentun = 0.9 }";
    unknown_key_far_from_all: "kernel_size = 3" => "kernel_size = 3\ndilation = 2";
    unknown_table: "[training]" => "[trainer]\nx = 1\n[training]";
    unknown_layer: "type = \"max_pool2d\"" => "type = \"maxpool2d\"";
    unknown_layer_of_a_later_version: "type = \"max_pool2d\"" => "type = \"batch_normalization\"";
    type_misspelt: "type = \"max_pool2d\"" => "tpye = \"max_pool2d\"\npool_size = 0";
    type_missing: "type = \"conv2d\"\nname = \"conv1\"\nfilters = 8" => "name = \"conv1\"\nfilters = -8";
    type_wrong_beside_other_errors: "type = \"conv2d\"\nname = \"conv1\"\nfilters = 8" => "type = \"conv2\"\nname = \"conv1\"\nfilter = 8\npadding = \"smae\"";
    type_unknown_beside_other_errors: "type = \"conv2d\"\nname = \"conv1\"\nfilters = 8" => "type = \"fourier\"\nname = \"conv1\"\nfilters = -8\nfrequencies = 3";
    optimizer_unknown_beside_other_errors: "type = \"rmsprop\", learning_rate = 1e-4" => "type = \"lion\", learning_rate = -1, momentum = 2";
    activation_unknown_beside_other_errors: "activation = \"relu\"" => "activation = { type = \"swish\", negative_slope = 3 }";
    unknown_optimizer: "\"rmsprop\"" => "\"adamax\"";
    wrong_type: "batch_size = 20" => "batch_size = \"20\"";
    wrong_type_of_a_table: "optimizer = { type = \"rmsprop\", learning_rate = 1e-4 }" => "optimizer = 3";
    batch_size_0: "batch_size = 20" => "batch_size = 0";
    rate_1: "dropout.rate\" = 0.5" => "dropout.rate\" = 1.0";
    learning_rate_nan: "learning_rate = 1e-4" => "learning_rate = nan";
    color_mode_unknown: "batch_size = 20" => "batch_size = 20\ncolor_mode = \"greyscale\"";
    color_mode_of_a_wrong_type: "batch_size = 20" => "batch_size = 20\ncolor_mode = 1";
    color_mode_misspelt: "batch_size = 20" => "batch_size = 20\ncolour_mode = \"grayscale\"";
    format_unknown: "batch_size = 20" => "batch_size = 20\nformat = \"cifar\"";
    format_beside_a_list: "batch_size = 20" => "batch_size = 20\nformat = \"idx\"\nmanifest = \"labels.csv\"";
    no_directory_and_no_list: "directory = \"data/pets\"\n" => "";
    limit_per_class_0: "batch_size = 20" => "batch_size = 20\nlimit_per_class = 0";
    split_of_an_unknown_type: "batch_size = 20" => "batch_size = 20\nsplit = { type = \"stratify\", probabilities = [0.5, 0.5], sed = 1 }";
    split_without_probabilities: "batch_size = 20" => "batch_size = 20\nsplit = { type = \"hash\" }";
    split_that_does_not_sum_to_1: "batch_size = 20" => "batch_size = 20\nsplit = { type = \"hash\", probabilities = [0.7, 0.15, 0.1] }";
    split_of_one: "batch_size = 20" => "batch_size = 20\nsplit = { type = \"hash\", probabilities = [1] }";
    split_in_percent: "batch_size = 20" => "batch_size = 20\nsplit = { type = \"hash\", probabilities = [80, 20] }";
    split_without_training: "batch_size = 20" => "batch_size = 20\nsplit = { type = \"hash\", probabilities = [0, 1] }";
    split_of_drawn_images: "batch_size = 20" => "batch_size = 20\ngenerate = { kind = \"pets\", train = 2, validation = 2, test = 2 }\nsplit = { type = \"hash\", probabilities = [0.5, 0.5] }";
    drawn_outside_the_project: "directory = \"data/pets\"\n" => "directory = \"/tmp/pets\"\ngenerate = { kind = \"pets\", train = 2, validation = 2, test = 2 }\n";
    drawn_above_the_project: "directory = \"data/pets\"\n" => "directory = \"data/../../pets\"\ngenerate = { kind = \"pets\", train = 2, validation = 2, test = 2 }\n";
    normalization_unknown: "batch_size = 20" => "batch_size = 20\nnormalization = \"standardise\"";
    sampling_unknown: "batch_size = 20" => "batch_size = 20\nsampling = \"equal\"";
    mixup_of_alpha_0: "[augmentation]" => "[augmentation]\nmixup = { alpha = 0 }";
    mixup_of_an_unknown_key: "[augmentation]" => "[augmentation]\nmixup = { alhpa = 0.2 }\ncutmix = 1.0";
    cutmix_more_often_than_always: "[augmentation]" => "[augmentation]\ncutmix = { p = 1.5 }";
    class_weight_of_no_class: "epochs = 2" => "epochs = 2\nclass_weight = { cat = 1.0, dgo = 2.5 }";
    class_weight_below_0: "epochs = 2" => "epochs = 2\nclass_weight = { cat = -1, dog = \"2\" }";
    class_weight_unknown: "epochs = 2" => "epochs = 2\nclass_weight = \"balance\"";
    class_weight_of_a_wrong_type: "epochs = 2" => "epochs = 2\nclass_weight = [1.0, 2.5]";
    class_weight_of_nothing: "epochs = 2" => "epochs = 2\nclass_weight = { cat = 0, dog = 0.0 }";
    class_weight_empty: "epochs = 2" => "epochs = 2\nclass_weight = {}";
    audit_allows_what_is_not_known: "batch_size = 20" => "batch_size = 20\naudit = { allow = [\"duplicate_across_splits\", 3], alow = [] }";
    image_size_of_one: "image_size = [32, 32]" => "image_size = [32]";
    zoom_backwards: "{ type = \"rotation\", degrees = 40 }" => "{ type = \"zoom\", range = [1.2, 0.8] }";
    random_crop_of_no_size: "{ type = \"rotation\", degrees = 40 }" => "{ type = \"random_crop\" }, { type = \"random_crop\", size = [33, 20] }";
    blur_without_a_middle: "{ type = \"rotation\", degrees = 40 }" => "{ type = \"gaussian_blur\", kernel_size = 4, sigma = [0, 2] }";
    one_of_none: "{ type = \"rotation\", degrees = 40 }" => "{ type = \"one_of\", ops = [] }, { type = \"one_of\", ops = [{ type = \"hue\", range = [-1, 1] }] }";
    operation_misspelt: "{ type = \"rotation\", degrees = 40 }" => "{ type = \"gausian_noise\" }, { type = \"cutout\", scales = [0.1, 0.2], p = 2 }";
    keras_beside_ops: "[augmentation]" => "[augmentation]\nkeras = { rotation_range = 40 }";
    keras_beside_a_fill_mode: "ops = [\n  { type = \"rotation\", degrees = 40 },\n  { type = \"flip\", axis = \"horizontal\" },\n]" => "fill_mode = \"wrap\"\nkeras = { rotation_range = 40 }";
    keras_of_nothing: "ops = [\n  { type = \"rotation\", degrees = 40 },\n  { type = \"flip\", axis = \"horizontal\" },\n]" => "keras = {}";
    keras_misspelt: "ops = [\n  { type = \"rotation\", degrees = 40 },\n  { type = \"flip\", axis = \"horizontal\" },\n]" => "keras = { rotation_ranges = 40, rescale = 0.1, width_shift_range = 4, height_shift_range = [-1, 1], zoom_range = \"0.2\", cval = 3 }";
    enabled_without_ops: "[augmentation]\nops = [\n  { type = \"rotation\", degrees = 40 },\n  { type = \"flip\", axis = \"horizontal\" },\n]" => "[augmentation]";
    fill_value_without_constant: "[augmentation]" => "[augmentation]\nfill_value = 3";
    missing_key: "kernel_size = 3\n" => "";
    missing_key_misspelt: "filters = 8\nkernel_size = 3" => "filter = 8\nkernel_sizes = 3";
    missing_table_misspelt: "[training]" => "[trainings]";
    missing_table: "[training]\nepochs = 2\noptimizer = { type = \"rmsprop\", learning_rate = 1e-4 }" => "";
    missing_schema: "schema = 1" => "";
    schema_of_the_future: "schema = 1" => "schema = 2";
    name_with_a_slash: "name = \"pets\"" => "name = \"../pets\"";
    seeds_empty: "seeds = [0, 1]" => "seeds = []";
    seeds_twice: "seeds = [0, 1]" => "seeds = [0, 1, 0]";
    syntax_error: "epochs = 2" => "epochs = ";
    key_twice: "epochs = 2" => "epochs = 2\nepochs = 3";
    layer_name_twice: "type = \"max_pool2d\"" => "type = \"max_pool2d\"\nname = \"conv1\"";
    layer_name_is_a_keyword: "name = \"conv1\"" => "name = \"loop\"";
    layer_name_is_no_identifier: "name = \"conv1\"" => "name = \"Conv 1\"";
    layer_name_without_a_letter: "name = \"conv1\"" => "name = \"_1\"";
    rate_1_in_32_bits: "dropout.rate\" = 0.5" => "dropout.rate\" = 0.99999999";
    learning_rate_0_in_32_bits: "learning_rate = 1e-4" => "learning_rate = 1e-60";
    two_spellings_of_one_path: "[factors.dropout]" => "[factors.rate]\npath = \"model.layers.dropout_1.rate\"\nvalues = [0.1, 0.2]\n[factors.dropout]";
    dense_on_an_image: "[[model.layers]]\ntype = \"flatten\"\n" => "";
    conv_on_a_vector: "type = \"dropout\"" => "type = \"max_pool2d\"\n[[model.layers]]\ntype = \"dropout\"";
    head_with_sigmoid: "type = \"dense\"" => "type = \"dense\"\nactivation = \"sigmoid\"";
    head_with_sigmoid_of_10: "type = \"dense\"" => "type = \"dense\"\nunits = 10\nactivation = \"sigmoid\"";
    head_with_softmax: "type = \"dense\"" => "type = \"dense\"\nactivation = \"softmax\"";
    head_with_sigmoid_layer: "type = \"dense\"\n" => "type = \"dense\"\nunits = 1\n[[model.layers]]\ntype = \"activation\"\nactivation = \"sigmoid\"\n";
    head_of_10: "type = \"dense\"" => "type = \"dense\"\nunits = 10";
    head_is_dropout: "[[model.layers]]\ntype = \"dense\"\n" => "";
    hidden_without_units: "type = \"dropout\"" => "type = \"dense\"\n[[model.layers]]\ntype = \"dropout\"";
    class_that_is_not_there: "batch_size = 20" => "batch_size = 20\nclasses = [\"cat\", \"dgo\"]";
    metrics_unknown: "epochs = 2" => "epochs = 2\nmetrics = [\"acc\", \"accuracy\", \"f1\", 3, \"accuracy\"]\nearly_stopping = { monitor = \"val_accuracy\" }";
    watched_metric_not_measured: "epochs = 2" => "epochs = 2\nmetrics = []\nearly_stopping = { monitor = \"val_accuracy\" }";
    too_many_weights: "type = \"dense\"" => "type = \"dense\"\nunits = 1000000\n[[model.layers]]\ntype = \"dense\"\nunits = 1000000\n[[model.layers]]\ntype = \"dense\"";
    groups_that_do_not_divide: "kernel_size = 3" => "kernel_size = 3\ngroups = 2";
    groups_0: "kernel_size = 3" => "kernel_size = 3\ngroups = 0";
    override_of_no_layer: "off = { \"model.layers.dropout.rate\" = 0.0 }" => "off = { \"model.layers.dropuot.rate\" = 0.0 }";
    override_of_no_key: "on = { \"augmentation.enabled\" = true }" => "on = { \"augmentation.enabeld\" = true }";
    override_of_no_table: "on = { \"augmentation.enabled\" = true }" => "on = { \"augmentations.enabled\" = true }";
    override_of_wrong_type: "on = { \"model.layers.dropout.rate\" = 0.5 }" => "on = { \"model.layers.dropout.rate\" = \"half\" }";
    override_inside_a_number: "on = { \"model.layers.dropout.rate\" = 0.5 }" => "on = { \"model.layers.dropout.rate.x\" = 0.5 }";
    override_by_ambiguous_type: "type = \"flatten\"" => "type = \"dropout\"\nrate = 0.1\n[[model.layers]]\ntype = \"flatten\"";
    base_that_every_variant_overrides: "rate = 0.5\n" => "rate = 1.5\n";
    key_twice_of_a_variant: "on = { \"model.layers.dropout.rate\" = 0.5 }" => "on = { \"model.layers.dropout.rate\" = 0.5, model.layers.dropout.rate = 0.6 }";
    integer_too_large: "epochs = 2" => "epochs = 9223372036854775808";
    same_thing: "on = { \"model.layers.dropout.rate\" = 0.5 }" => "on = { \"model.layers.dropout.rate\" = 0 }";
    two_factors_of_one_path: "[factors.dropout]" => "[factors.rate]\npath = \"model.layers.dropout.rate\"\nvalues = [0.1, 0.2]\n[factors.dropout]";
    layers_beyond_all_memory: "type = \"max_pool2d\"" => "type = \"conv2d\"\nfilters = 1000000\nkernel_size = 1024\npadding = \"same\"";
    level_that_is_no_table: "off = { \"augmentation.enabled\" = false }" => "off = false";
    factor_of_lists: "[factors.dropout]" => "[factors.size]\npath = \"data.image_size\"\nvalues = [[32, 32], [64, 64]]\n[factors.dropout]";
    exclude_of_no_variant: "[factors.augmentation]" => "[sweep]\ndesign = \"one_at_a_time\"\nexclude = [{ augmentation = \"on\", dropout = \"on\" }]\n[factors.augmentation]";
    exclude_of_no_factor: "[factors.augmentation]" => "[sweep]\nexclude = [{ augment = \"on\" }, { dropout = \"of\" }]\n[factors.augmentation]";
    exclude_of_the_baseline: "[factors.augmentation]" => "[sweep]\nexclude = [{ augmentation = \"off\" }]\n[factors.augmentation]";
    baseline_that_is_not_there: "name = \"pets\"" => "name = \"pets\"\nbaseline = \"augmentation=off,dropout=of\"";
    zip_of_unequal_factors: "[factors.dropout]\noff = { \"model.layers.dropout.rate\" = 0.0 }" => "[sweep]\ndesign = \"zip\"\n[factors.dropout]";
    variants_beside_factors: "[factors.dropout]" => "[variants.a]\n[factors.dropout]";
}

/// The reference network with a fifth block.
const FIVE_POOLS: &str = r#"schema = 1
name = "five_pools"
[data]
directory = "data/pets"
image_size = [80, 80]
[model]
layers = [
  { type = "conv2d", filters = 32, kernel_size = 3 },
  { type = "max_pool2d", name = "pool1" },
  { type = "conv2d", filters = 64, kernel_size = 3 },
  { type = "max_pool2d", name = "pool2" },
  { type = "conv2d", filters = 128, kernel_size = 3 },
  { type = "max_pool2d", name = "pool3" },
  { type = "conv2d", filters = 128, kernel_size = 3 },
  { type = "max_pool2d", name = "pool4" },
  { type = "conv2d", filters = 128, kernel_size = 3 },
  { type = "max_pool2d", name = "pool5" },
  { type = "flatten" },
  { type = "dense" },
]
[training]
epochs = 1
optimizer = "adam"
"#;

#[test]
fn groups_that_one_of_two_numbers_cannot_have() {
    let text = good_but("type = \"max_pool2d\"", "type = \"conv2d\"\nfilters = 12\nkernel_size = 3\ngroups = 8");
    insta::assert_snapshot!(complaint(&text));
}

#[test]
fn nothing_left_of_the_image() {
    insta::assert_snapshot!(complaint(FIVE_POOLS));
    assert!(common::load(&FIVE_POOLS.replace("80", "94")).is_ok(), "the promised smallest image fits");
    assert!(common::load(&FIVE_POOLS.replace("80", "93")).is_err(), "and it is the smallest");
}

#[test]
fn nothing_left_in_one_variant_names_it() {
    let text = FIVE_POOLS.replace("[80, 80]", "[94, 94]")
        + "[factors.size]\nsmall = { \"data.image_size\" = [93, 200] }\nlarge = {}\n";
    insta::assert_snapshot!(complaint(&text));
}

#[test]
fn several_errors_come_at_once_and_once_each() {
    let text = good_but("batch_size = 20", "batch_sizes = 20\ninterpolation = \"bicubic\"")
        .replace("epochs = 2", "epochs = -2\npatience = 3")
        .replace("filters = 8", "filters = 8.5")
        .replace("rate = 0.5\n", "rate = 0.5\nrates = 0.5\n");
    insta::assert_snapshot!(complaint(&text));
}

#[test]
fn label_mode_against_loss_names_both_places() {
    let text = good_but("batch_size = 20", "batch_size = 20\nlabel_mode = \"categorical\"")
        .replace("epochs = 2", "epochs = 2\nloss = \"binary_crossentropy\"");
    insta::assert_snapshot!(complaint(&text));
}

#[test]
fn binary_labels_for_four_classes() {
    let four = ["dress", "hat", "shirt", "shoes"];
    let error = load_with(common::GOOD, &["data.directory=/data/clothing"], &four).unwrap_err();
    insta::assert_snapshot!(error.render(false));
}

#[test]
fn nothing_to_train() {
    let (data, rest) = common::GOOD.split_once("[[model.layers]]").unwrap();
    let (_, training) = rest.split_once("[training]").unwrap();
    let (training, _) = training.split_once("[factors").unwrap();
    let layers = "[[model.layers]]\ntype = \"max_pool2d\"\n\n[[model.layers]]\ntype = \"global_average_pool2d\"\n";
    let text = format!("{data}{layers}\n[training]{training}");
    let text = text.replace("batch_size = 20", "batch_size = 20\nlabel_mode = \"categorical\"");
    insta::assert_snapshot!(load_with(&text, &[], &["bird", "cat", "dog"]).unwrap_err().render(false));
}

#[test]
fn number_of_classes_not_known() {
    let text = good_but("batch_size = 20", "batch_size = 20\nlabel_mode = \"categorical\"");
    insta::assert_snapshot!(load_with(&text, &[], &[]).unwrap_err().render(false));
}

#[test]
fn one_at_a_time_around_no_cell() {
    let text = good_but("name = \"pets\"", "name = \"pets\"\nbaseline = \"augmentation=on\"")
        + "[sweep]\ndesign = \"one_at_a_time\"\n";
    insta::assert_snapshot!(complaint(&text));
}

#[test]
fn hand_named_variants_that_are_the_same() {
    let text = common::GOOD.split("[factors").next().unwrap().to_owned()
        + "[variants.plain]\n[variants.slow]\ntraining.optimizer.learning_rate = 0.0001\n[variants.\"a b\"]\n";
    insta::assert_snapshot!(complaint(&text));
    insta::assert_snapshot!(complaint(&text.replace("[variants.\"a b\"]\n", "")));
}

#[test]
fn bad_sets() {
    let sets = ["training.epochs", "training.epochs=many", "training.epoch=3", "model.layers.conv2.filters=3", "=3"];
    insta::assert_snapshot!(complaint_with(common::GOOD, &sets));
}

#[test]
fn set_that_every_variant_overrides() {
    insta::assert_snapshot!(complaint_with(common::GOOD, &["model.layers.dropout.rate=0.3"]));
}

#[test]
fn a_set_that_is_broken_toml() {
    let sets = ["seeds=[0, 1", "data.directory=\"pets", "data.split={ type = \"hash\" ", "training.epochs=[3"];
    insta::assert_snapshot!(complaint_with(common::GOOD, &sets));
}

#[test]
fn a_key_that_only_variants_write_is_not_missing_in_the_file() {
    assert!(common::load(&good_but("rate = 0.5\n", "")).is_ok());
}

#[test]
fn names_forge_no_line_and_move_no_cursor() {
    let forged = "\"x\\u001b[2J\\nerror: all is well\" = 1";
    let said = complaint(&good_but("epochs = 2", &format!("epochs = 2\n{forged}")));
    assert!(!said.contains('\u{1b}') && !said.contains("\nerror: all"), "{said}");
    assert!(said.starts_with(r"error: unknown key `x\u{1b}[2J\nerror: all is well` in `training`"), "{said}");
}

#[test]
fn colour_is_only_paint() {
    let error = common::load(&good_but("epochs = 2", "epochs = -2")).unwrap_err();
    let painted = error.render(true);
    assert!(painted.contains("\u{1b}["));
    assert!(!error.render(false).contains('\u{1b}'));
    assert_eq!(error.len(), 1);
    let one = error.iter().next().unwrap();
    assert_eq!((one.origin.as_str(), one.line, one.column), ("experiments/pets.toml", 37, 10));
}

#[test]
fn what_a_file_quotes_does_not_reach_the_terminal_raw() {
    let raw = "epochs = 2 # \u{1b}[2J\u{9b}1m\u{202e}";
    let classes = ["cat\u{1b}]52;c;aGk=\u{7}", "dog\nerror: forged"];
    let said = [
        load_with(&good_but("epochs = 2", raw), &[], &["cat", "dog"]),
        load_with(&good_but("name = \"pets\"", "name = \"\\u001b[2J\\nerror: forged\""), &[], &["cat", "dog"]),
        load_with(&good_but("batch_size = 20", "\"\\u001b[2J\" = 20"), &[], &["cat", "dog"]),
        load_with(&good_but("batch_size = 20", "classes = [\"cat\", \"d\\u009bg\"]"), &[], &classes),
        load_with(&good_but("[augmentation]", "[augmentation]\nfill_mode = \"\\u202e\\r\""), &[], &["cat", "dog"]),
    ];
    for said in said {
        let text = said.unwrap_err().render(false);
        let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(raw), "{text:?}");
        assert!(!text.contains("\nerror: forged"), "{text}");
    }
}

/// Each complaint about a text, as the key that it stands at and its label: messages may name a layer or variant by what
/// another fault made of it, and both may stand in one line.
fn told(text: &str) -> Vec<(String, String)> {
    let Err(diagnostics) = common::load(text) else { return Vec::new() };
    let key = |line: usize| text.lines().nth(line - 1).unwrap_or_default().split(" = ").next().unwrap_or_default();
    let words = |one: &spec::Diagnostic| match one.label.as_str() {
        "" => (String::new(), one.message.split(" (in `").next().unwrap_or_default().to_owned()),
        label => (key(one.line).to_owned(), label.to_owned()),
    };
    diagnostics.iter().map(words).collect()
}

/// Two faults in one file that have nothing to do with each other are both told, whichever they are.
#[test]
fn two_faults_are_both_told() {
    let place = |from: &str| {
        let start = common::GOOD.find(from).unwrap();
        start..start + from.len()
    };
    let alone: Vec<Vec<(String, String)>> = FAULTS.iter().map(|(_, from, to)| told(&good_but(from, to))).collect();
    let (mut pairs, mut hidden) = (0, Vec::new());
    for (index, (first, from, to)) in FAULTS.iter().enumerate() {
        for (other, (second, other_from, other_to)) in FAULTS.iter().enumerate().skip(index + 1) {
            let (here, there) = (place(from), place(other_from));
            if (here.start < there.end && there.start < here.end) || is_dependent(first, second) {
                continue;
            }
            let mut text = common::GOOD.to_owned();
            let mut edits = [(here, to), (there, other_to)];
            edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
            edits.into_iter().for_each(|(range, to)| text.replace_range(range, to));
            let both = told(&text);
            let lost: Vec<_> = alone[index].iter().chain(&alone[other]).filter(|one| !both.contains(one)).collect();
            pairs += 1;
            if !lost.is_empty() {
                hidden.push(format!("{first} and {second}: {lost:?}"));
            }
        }
    }
    assert!(hidden.is_empty(), "{} of {pairs} pairs:\n{}", hidden.len(), hidden.join("\n"));
    assert!(pairs > 3000, "only {pairs} pairs");
}

/// A fault is told once. These are several.
const SEVERAL: [(&str, usize); 22] = [
    ("type_misspelt", 2),
    ("type_missing", 2),
    ("type_wrong_beside_other_errors", 3),
    ("type_unknown_beside_other_errors", 2),
    ("optimizer_unknown_beside_other_errors", 3),
    ("activation_unknown_beside_other_errors", 2),
    ("split_of_an_unknown_type", 2),
    ("split_in_percent", 2),
    ("mixup_of_an_unknown_key", 2),
    ("class_weight_below_0", 2),
    ("audit_allows_what_is_not_known", 3),
    ("random_crop_of_no_size", 2),
    ("blur_without_a_middle", 2),
    ("one_of_none", 3),
    ("operation_misspelt", 3),
    ("keras_misspelt", 6),
    ("missing_key_misspelt", 2),
    ("head_with_sigmoid_of_10", 2),
    ("metrics_unknown", 4),
    ("override_by_ambiguous_type", 2),
    ("factor_of_lists", 2),
    ("exclude_of_no_factor", 2),
];

#[test]
fn one_fault_is_told_once() {
    for (name, from, to) in FAULTS {
        let expected = SEVERAL.iter().find(|(several, _)| several == name).map_or(1, |(_, count)| *count);
        assert_eq!(told(&good_but(from, to)).len(), expected, "{name}:\n{}", complaint(&good_but(from, to)));
    }
}

/// Whether one of two faults takes away what the other is about, or makes it right.
fn is_dependent(first: &str, second: &str) -> bool {
    // What follows is not known; and whether two variants are the same is known of right ones only.
    let alone = ["syntax_error", "same_thing"];
    let pairs: [(&str, &[&str]); 26] = [
        // One key twice.
        ("keras_beside_ops", &["keras_beside_a_fill_mode", "keras_of_nothing", "keras_misspelt"]),
        ("zip_of_unequal_factors", &["exclude_of_no_variant", "exclude_of_no_factor", "exclude_of_the_baseline"]),
        // Nothing is missing any more, or no name is there twice.
        ("format_beside_a_list", &["no_directory_and_no_list"]),
        (
            "layer_name_twice",
            &["layer_name_is_a_keyword", "layer_name_is_no_identifier", "layer_name_without_a_letter"],
        ),
        ("keras_of_nothing", &["mixup_of_alpha_0", "mixup_of_an_unknown_key", "cutmix_more_often_than_always"]),
        // What is unknown is not held against anything: classes without a folder, sizes without a size, a layer of no kind.
        ("no_directory_and_no_list", &["class_weight_of_no_class", "class_that_is_not_there"]),
        ("image_size_of_one", &["random_crop_of_no_size", "groups_that_do_not_divide"]),
        ("layers_beyond_all_memory", &["image_size_of_one", "missing_key", "missing_key_misspelt", "type_missing"]),
        (
            "layers_beyond_all_memory",
            &["groups_that_do_not_divide", "type_wrong_beside_other_errors", "type_unknown_beside_other_errors"],
        ),
        ("type_wrong_beside_other_errors", &["groups_that_do_not_divide"]),
        ("type_missing", &["groups_that_do_not_divide", "unknown_key_far_from_all", "missing_key"]),
        ("type_unknown_beside_other_errors", &["groups_that_do_not_divide", "unknown_key_far_from_all", "missing_key"]),
        ("unknown_optimizer", &["unknown_key"]),
        ("dense_on_an_image", &["unknown_layer_of_a_later_version", "conv_on_a_vector", "head_is_dropout"]),
        ("factor_of_lists", &["exclude_of_no_variant", "exclude_of_the_baseline", "baseline_that_is_not_there"]),
        ("factor_of_lists", &["exclude_of_no_factor"]),
        ("zip_of_unequal_factors", &["baseline_that_is_not_there"]),
        ("variants_beside_factors", &["exclude_of_the_baseline", "baseline_that_is_not_there"]),
        // Another factor: other names are proposed.
        ("two_spellings_of_one_path", &["exclude_of_no_factor", "baseline_that_is_not_there"]),
        ("two_factors_of_one_path", &["exclude_of_no_factor", "baseline_that_is_not_there"]),
        // A path that leads nowhere sets nothing.
        (
            "override_by_ambiguous_type",
            &[
                "rate_1",
                "rate_1_in_32_bits",
                "override_of_wrong_type",
                "override_inside_a_number",
                "override_of_no_layer",
            ],
        ),
        ("override_by_ambiguous_type", &["two_spellings_of_one_path", "zip_of_unequal_factors"]),
        ("override_of_no_layer", &["two_spellings_of_one_path", "two_factors_of_one_path"]),
        // The one is about the other, or both are of one place.
        ("two_spellings_of_one_path", &["key_twice_of_a_variant"]),
        ("class_that_is_not_there", &["class_weight_of_no_class", "class_weight_of_nothing"]),
        (
            "baseline_that_is_not_there",
            &["exclude_of_no_variant", "exclude_of_the_baseline", "variants_beside_factors"],
        ),
    ];
    let is_pair = |one: &str, other: &str| pairs.iter().any(|(a, others)| *a == one && others.contains(&other));
    alone.contains(&first) || alone.contains(&second) || is_pair(first, second) || is_pair(second, first)
}
