//! Keys: by the table in which they are written.

use super::Means::{Called, Goes, Missing, Needless, Spelt, Write};
use super::{Hint, Means, respelt};

const SHAPES: Means = Needless("shapes are worked out from `image_size` and `color_mode` in [data]");
const SPLIT: Means = Write(
    "called `split` here",
    "write `split = { type = \"stratified\", probabilities = [0.8, 0.2], seed = 0 }` in [data]",
);
const L2: Means = Write("called `kernel_regularizer` here", "write `kernel_regularizer = { l2 = 1e-4 }` in the layer");
const AS_DROPOUT: Means = Write("a layer of its own here", "`[[model.layers]]` with `type = \"dropout\"` and `rate`");
const DECAY: Means = Write(
    "a key of `adamw` here",
    "`{ type = \"adamw\", weight_decay = 0.004 }`; or as a penalty: `kernel_regularizer = { l2 = 1e-4 }` in a layer",
);
const EARLY: Means = Write(
    "called `early_stopping` here",
    "write `early_stopping = { monitor = \"val_loss\", patience = 5 }` in [training]",
);
const KERAS: Means = Write("an argument of Keras's generator", "write it inside `keras = { ... }` in [augmentation]");
const BETAS: Means = Write("two keys here", "`beta_1 = 0.9, beta_2 = 0.999`");
const SCALED: Means =
    Needless("images are always scaled to [0, 1]; `normalization = \"standardize\"` in [data] does more");
const MACHINE: Means = Needless("how a run uses the machine is not part of the experiment: see `ablate run --help`");

/// Words of one table; `model.layers` and `training.optimizer` stand for all that are below.
const RENAMED: &[(&str, &[&str], Means)] = &[
    ("", &["seed", "random_seed", "random_state"], Called("seeds")),
    ("", &["title", "experiment"], Called("name")),
    ("", &["layers", "network"], Goes("model.layers")),
    ("", &["optimiser"], Goes("training.optimizer")),
    ("", &["augment", "augmentations", "transforms"], Called("augmentation")),
    ("", &["dataset"], Called("data")),
    ("data", &["data_dir", "path", "root", "dir", "folder", "image_dir"], Called("directory")),
    ("data", &["target_size", "img_size", "input_shape", "image_shape", "input_size", "resize"], Called("image_size")),
    ("data", &["class_mode"], Called("label_mode")),
    ("data", &["class_names", "labels"], Called("classes")),
    ("data", &["normalize", "normalise", "mean", "std"], Called("normalization")),
    ("data", &["csv", "dataframe"], Called("manifest")),
    ("data", &["rescale"], SCALED),
    ("model.layers", &["out_channels", "channels"], Called("filters")),
    ("model.layers", &["out_features", "features", "neurons"], Called("units")),
    ("model.layers", &["stride"], Called("strides")),
    ("model.layers", &["kernel"], Called("kernel_size")),
    ("model.layers", &["bias"], Called("use_bias")),
    ("model.layers", &["p", "prob", "drop_rate"], Called("rate")),
    ("model.layers", &["act", "activation_fn"], Called("activation")),
    ("model.layers", &["alpha"], Called("negative_slope")),
    ("model.layers", &["input_shape", "input_dim", "in_channels", "in_features", "batch_input_shape"], SHAPES),
    ("model.layers", &["data_format", "dtype"], SHAPES),
    ("model.layers", &["l2", "weight_decay", "regularizer"], L2),
    ("model.layers", &["dropout"], AS_DROPOUT),
    (
        "model.layers",
        &[
            "dilation",
            "dilation_rate",
            "bias_initializer",
            "bias_regularizer",
            "activity_regularizer",
            "kernel_constraint",
            "bias_constraint",
            "trainable",
            "batch_norm",
            "padding_mode",
        ],
        Missing,
    ),
    ("kernel_regularizer", &["l1"], Missing),
    ("training", &["num_epochs", "n_epochs", "max_epochs", "nb_epoch", "nb_epochs"], Called("epochs")),
    ("training", &["criterion", "loss_fn", "loss_function"], Called("loss")),
    ("training", &["optimiser"], Called("optimizer")),
    ("training", &["callbacks"], EARLY),
    ("training", &["class_weights"], Called("class_weight")),
    (
        "training",
        &[
            "label_smoothing",
            "schedule",
            "scheduler",
            "lr_scheduler",
            "lr_schedule",
            "learning_rate_schedule",
            "warmup_steps",
            "clip_norm",
            "clipnorm",
            "gradient_clip",
            "clip_value",
            "ema",
            "use_ema",
            "amp",
            "mixed_precision",
            "gradient_accumulation_steps",
        ],
        Missing,
    ),
    ("training.optimizer", &["beta1"], Called("beta_1")),
    ("training.optimizer", &["beta2"], Called("beta_2")),
    ("training.optimizer", &["eps"], Called("epsilon")),
    ("training.optimizer", &["betas"], BETAS),
    ("training.optimizer.rmsprop", &["alpha"], Called("rho")),
    ("training.optimizer", &["weight_decay"], DECAY),
    (
        "training.optimizer",
        &[
            "decay",
            "clipnorm",
            "clip_norm",
            "clipvalue",
            "global_clipnorm",
            "use_ema",
            "ema_momentum",
            "amsgrad",
            "centered",
            "dampening",
            "schedule",
            "warmup_steps",
        ],
        Missing,
    ),
    ("training.early_stopping", &["metric"], Called("monitor")),
    ("training.early_stopping", &["delta"], Called("min_delta")),
    ("training.early_stopping", &["direction"], Called("mode")),
    ("training.early_stopping", &["restore_best", "save_best_only"], Called("restore_best_weights")),
    ("training.early_stopping", &["baseline", "start_from_epoch"], Missing),
    (
        "augmentation",
        &[
            "rotation_range",
            "width_shift_range",
            "height_shift_range",
            "shear_range",
            "zoom_range",
            "horizontal_flip",
            "vertical_flip",
            "channel_shift_range",
            "brightness_range",
            "cval",
        ],
        KERAS,
    ),
    ("augmentation", &["operations", "transforms"], Called("ops")),
    ("augmentation.keras", &["rescale"], SCALED),
    (
        "augmentation.keras",
        &["featurewise_center", "featurewise_std_normalization"],
        Write("called `normalization` here", "write `normalization = \"standardize\"` in [data]"),
    ),
    (
        "augmentation.keras",
        &[
            "samplewise_center",
            "samplewise_std_normalization",
            "zca_whitening",
            "zca_epsilon",
            "preprocessing_function",
        ],
        Missing,
    ),
    ("augmentation.keras", &["data_format", "dtype", "interpolation_order"], SHAPES),
];

/// Words that mean the same wherever they are written.
const ANYWHERE: &[(&[&str], Means)] = &[
    (&["lr", "learning_rate"], Goes("training.optimizer.learning_rate")),
    (&["momentum"], Goes("training.optimizer.momentum")),
    (&["epochs"], Goes("training.epochs")),
    (&["steps_per_epoch"], Goes("training.steps_per_epoch")),
    (&["loss"], Goes("training.loss")),
    (&["optimizer"], Goes("training.optimizer")),
    (&["metrics"], Goes("training.metrics")),
    (&["class_weight"], Goes("training.class_weight")),
    (&["early_stopping", "earlystopping"], Goes("training.early_stopping")),
    (&["patience"], Goes("training.early_stopping.patience")),
    (&["min_delta"], Goes("training.early_stopping.min_delta")),
    (&["monitor"], Goes("training.early_stopping.monitor")),
    (&["restore_best_weights"], Goes("training.early_stopping.restore_best_weights")),
    (&["directory", "data_dir"], Goes("data.directory")),
    (&["batch_size"], Goes("data.batch_size")),
    (&["image_size", "target_size", "img_size"], Goes("data.image_size")),
    (&["label_mode", "class_mode"], Goes("data.label_mode")),
    (&["color_mode"], Goes("data.color_mode")),
    (&["classes", "class_names"], Goes("data.classes")),
    (&["interpolation"], Goes("data.interpolation")),
    (&["normalization"], Goes("data.normalization")),
    (&["shuffle"], Goes("data.shuffle")),
    (&["sampling"], Goes("data.sampling")),
    (&["seed", "seeds"], Goes("seeds")),
    (&["weights", "pretrained"], Goes("model.weights")),
    (&["ops"], Goes("augmentation.ops")),
    (&["fill_mode"], Goes("augmentation.fill_mode")),
    (&["mixup"], Goes("augmentation.mixup")),
    (&["cutmix"], Goes("augmentation.cutmix")),
    (&["validation_split", "val_split", "test_split", "train_split", "test_size"], SPLIT),
    (&["input_shape"], SHAPES),
    (&["callbacks"], EARLY),
    (
        &["device", "gpu", "cuda", "num_workers", "workers", "pin_memory", "prefetch", "threads", "jobs", "verbose"],
        MACHINE,
    ),
];

/// What is said of the unknown key `word` in a table of the vocabulary `section`, which takes the keys `known`.
pub fn of_key(section: &str, word: &str, known: &[&'static str]) -> Option<Hint> {
    if let Some(known) = respelt(word, known.iter().copied()) {
        return Some(Spelt(known).hint());
    }
    let lower = word.to_ascii_lowercase();
    let is_inside = |table: &str| {
        section == table || (!table.is_empty() && section.strip_prefix(table).is_some_and(|rest| rest.starts_with('.')))
    };
    let here = RENAMED.iter().filter(|(table, words, means)| {
        let fits = match means {
            Called(key) => known.contains(key),
            Goes(_) | Spelt(_) | Write(..) | Needless(_) | Missing => true,
        };
        fits && is_inside(table) && words.contains(&lower.as_str())
    });
    if let Some((_, _, means)) = here.max_by_key(|(table, _, _)| table.len()) {
        return Some(means.hint());
    }
    let (_, means) = ANYWHERE.iter().find(|(words, _)| words.contains(&lower.as_str()))?;
    match means {
        // Where the key itself belongs here, its name is what is wrong.
        Goes(path) => match path.rsplit_once('.') {
            Some((_, key)) if known.contains(&key) => {
                known.iter().find(|one| **one == key).map(|key| Called(key).hint())
            }
            _ => Some(means.hint()),
        },
        Called(_) | Spelt(_) | Write(..) | Needless(_) | Missing => Some(means.hint()),
    }
}

/// Every place that a hint sends a reader to.
#[cfg(test)]
fn destinations() -> Vec<&'static str> {
    let renamed = RENAMED.iter().map(|(_, _, means)| means);
    let all = renamed.chain(ANYWHERE.iter().map(|(_, means)| means));
    all.filter_map(|means| if let Goes(path) = means { Some(*path) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;
    use std::path::Path;

    #[test]
    fn hints_send_readers_to_keys_that_there_are() {
        let classes = |_: &plan::DataPlan| Ok(vec!["cat".to_owned(), "dog".to_owned()]);
        let text = include_str!("../../tests/fixtures/everything.toml");
        let vocabulary = |text: &str| crate::vocabulary(&Request::new(Path::new("x.toml"), text, &classes));
        let mut known = vocabulary(text);
        known.extend(vocabulary(&text.replace("# or: ", "")));
        let optimizers =
            |key: &str| known.iter().any(|one| one.starts_with("training.optimizer.") && one.ends_with(key));
        for path in destinations() {
            let found = match path.strip_prefix("training.optimizer") {
                Some(key) if !key.is_empty() => optimizers(key),
                _ => known.contains(path),
            };
            assert!(found, "{path}");
        }
    }

    #[test]
    fn what_is_meant_depends_on_where_it_is_written() {
        let rename = |section, word, known: &[&'static str]| of_key(section, word, known).and_then(|hint| hint.meant);
        assert_eq!(rename("training.optimizer.adam", "lr", &["type", "learning_rate"]), Some("learning_rate"));
        assert_eq!(rename("model.layers.conv2d", "out_channels", &["filters"]), Some("filters"));
        assert_eq!(rename("model.layers.dense", "out_channels", &["units"]), None);
        assert_eq!(of_key("training", "lr", &["epochs"]).unwrap().label, "goes to `training.optimizer.learning_rate`");
        assert_eq!(of_key("data", "momentun", &["directory"]), None);
    }
}
