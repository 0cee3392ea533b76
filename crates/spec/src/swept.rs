//! The values that variants have at the paths which any of them changes: columns of `runs.csv`.
//!
//! A cell is the value as the file has it, or else what the settings came out as where nothing is written: a default.

use crate::document::{Node, Value};
use crate::log::Source;
use crate::overrides;
use crate::sweep::{Draft, written};
use plan::{LayerPlan, Settings};
use serde_json::Value as Json;
use std::collections::HashSet;

/// The paths, in file order.
pub struct Swept(Vec<String>);

impl Swept {
    /// Every path that a draft changes.
    pub fn new(drafts: &[Draft]) -> Swept {
        let mut changes: Vec<_> = drafts.iter().flat_map(|draft| &draft.overrides).collect();
        changes.sort_by_key(|change| change.at);
        let mut known: HashSet<&str> = HashSet::new();
        let paths = changes.iter().map(|change| change.path.as_str()).filter(|path| known.insert(path));
        Swept(paths.map(str::to_owned).collect())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The cells of a variant, whose overrides `tree` has. Empty where there is no such thing in it.
    pub fn cells(&self, tree: &Node, settings: &Settings, sources: &[Source]) -> Vec<String> {
        let cell = |path: &String| match overrides::lookup(tree, path) {
            Some(node) => as_cell(node, sources),
            None => default(tree, settings, path).unwrap_or_default(),
        };
        self.0.iter().map(cell).collect()
    }

    /// The paths themselves.
    pub fn into_paths(self) -> Vec<String> {
        self.0
    }
}

/// A value on one line: as written, a string without its quotes.
fn as_cell(node: &Node, sources: &[Source]) -> String {
    match node.as_str() {
        Some(text) => text.to_owned(),
        None => inline(node, sources),
    }
}

/// A value on one line, as TOML.
fn inline(node: &Node, sources: &[Source]) -> String {
    match &node.value {
        Value::String(text) => quoted(text),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime => written(node, sources),
        Value::Array(items) => list(items.iter().map(|item| inline(item, sources))),
        Value::Table(table) if table.0.is_empty() => "{}".to_owned(),
        Value::Table(table) => {
            let is_bare =
                |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            let key = |key: &str| if is_bare(key) { key.to_owned() } else { quoted(key) };
            let entries = table.0.iter().map(|entry| format!("{} = {}", key(&entry.key), inline(&entry.node, sources)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// What the settings have at a path that is not written.
fn default(tree: &Node, settings: &Settings, path: &str) -> Option<String> {
    let keys: Vec<&str> = path.split('.').collect();
    match keys[..] {
        ["data", key] => of(&settings.data, key).or(match key {
            // Left out of what is serialised.
            "color_mode" => Some("rgb".to_owned()),
            "normalization" => Some("rescale".to_owned()),
            "sampling" => Some("natural".to_owned()),
            _ => None,
        }),
        ["data", "split", key] => of(settings.data.source.split.as_ref()?, key),
        ["data", "generate", key] => of(settings.data.generate.as_ref()?, key),
        ["augmentation", "enabled"] => Some(overrides::lookup(tree, "augmentation").is_some().to_string()),
        ["augmentation", "fill_mode"] => Some(settings.augmentation.fill_mode.name().to_owned()),
        ["augmentation", "mixup", key] => of(settings.augmentation.mixup.as_ref()?, key),
        ["augmentation", "cutmix", key] => of(settings.augmentation.cutmix.as_ref()?, key),
        ["augmentation", "ops", operation, key] => {
            let index = overrides::position(overrides::lookup(tree, "augmentation.ops")?, operation)?;
            let operation = of(settings.augmentation.operations.get(index)?, key);
            operation.or((key == "p").then(|| "1.0".to_owned()))
        }
        ["model", "layers", name, ref rest @ ..] => {
            let index = overrides::position(overrides::lookup(tree, "model.layers")?, name)?;
            of_layer(settings.network.layers.get(index)?, rest)
        }
        ["training", "optimizer", key] => of(&settings.training.optimizer, key),
        ["training", "early_stopping", "monitor"] => {
            settings.training.early_stopping.as_ref().map(|stopping| stopping.monitor.to_string())
        }
        ["training", "early_stopping", key] => of(settings.training.early_stopping.as_ref()?, key),
        ["training", key] => of(&settings.training, key),
        _ => None,
    }
}

/// What a layer has at a path below it.
fn of_layer(layer: &LayerPlan, path: &[&str]) -> Option<String> {
    let fields = json(&layer.layer)?;
    match *path {
        ["name"] => Some(layer.name.clone()),
        ["kernel_size" | "pool_size"] => text(&fields["window"]["size"]),
        ["strides"] => text(&fields["window"]["strides"]),
        ["padding"] => text(&fields["window"]["padding"]),
        // Left out of what is serialised.
        ["groups"] if layer.layer.type_name() == "conv2d" => Some("1".to_owned()),
        ["kernel_regularizer", "l2"] => text(&fields["kernel_l2"]),
        ["activation", "type"] => text(&fields["activation"]),
        ["activation", key] => text(&fields["activation"].as_object()?.values().next()?[key]),
        [key] => text(&fields[key]),
        _ => None,
    }
}

/// The value of a field.
fn of(part: &impl serde::Serialize, key: &str) -> Option<String> {
    text(&json(part)?[key])
}

/// By way of its text: a number of 32 bits is the short one that it is written as.
fn json(part: &impl serde::Serialize) -> Option<Json> {
    serde_json::from_str(&serde_json::to_string(part).ok()?).ok()
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Bool(boolean) => Some(boolean.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Array(items) => Some(list(items.iter().map(|item| match item {
            Json::String(text) => quoted(text),
            other => text(other).unwrap_or_default(),
        }))),
        // An enum's variant that has fields.
        Json::Object(variant) => variant.keys().next().filter(|_| variant.len() == 1).cloned(),
    }
}
