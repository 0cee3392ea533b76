//! Why a finished run is trained again: which keys of the experiment file have other values than when it was trained.

use plan::{ENGINE_VERSION, Run};
use record::RunDirectory;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// More keys than this are counted.
const NAMED: usize = 4;

/// Why the run of a row is not the one that the file gives, where the run itself is not on this machine.
pub const ROW: &str = "another run id in runs.csv: other settings, other images or another engine";

/// Why `run` is not the run `old` that stands in `directory`.
pub fn reason(directory: &RunDirectory, old: Option<&Run>, run: &Run) -> String {
    let Some(old) = old else {
        return "other settings: its plan.json cannot be read".to_owned();
    };
    let changes = changes(old, run);
    if !changes.is_empty() {
        let more = changes.len().saturating_sub(NAMED);
        let mut words = changes[..changes.len() - more].join(", ");
        if more > 0 {
            words.push_str(&format!(" and {more} more"));
        }
        return words;
    }
    let provenance = fs::read(directory.provenance()).ok();
    let provenance = provenance.and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let engine = provenance.and_then(|json| json.get("engine_version")?.as_u64());
    match engine {
        Some(engine) if engine != u64::from(ENGINE_VERSION) => {
            format!("the engine: version {engine} -> {ENGINE_VERSION}")
        }
        _ => "the images or the initial weights".to_owned(),
    }
}

/// `training.epochs 6 -> 1`, for each key that decides a result.
fn changes(old: &Run, new: &Run) -> Vec<String> {
    let (old, new) = (keys(old), keys(new));
    let mut changes = Vec::new();
    let none = Value::Null;
    for path in old.keys().chain(new.keys().filter(|path| !old.contains_key(*path))) {
        let (was, is) = (old.get(path).unwrap_or(&none), new.get(path).unwrap_or(&none));
        if was != is {
            changes.push(format!("{} {} -> {}", files::shown(path), shown(was), shown(is)));
        }
    }
    changes
}

/// A value as the experiment file has it, or its absence.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "not set".to_owned(),
        value => files::shown(&value.to_string()).to_string(),
    }
}

/// The values that decide a run's result, by their paths in the experiment file.
fn keys(run: &Run) -> BTreeMap<String, Value> {
    let mut keys = BTreeMap::new();
    // Plain data of a type that has been written as JSON before: it can be.
    let Ok(Value::Object(mut settings)) = serde_json::to_value(&run.settings) else { return keys };
    if let Some(Value::Object(data)) = settings.get_mut("data") {
        // Where the images are and how they came there decides nothing; what they are does.
        ["directory", "source", "generate", "on_error", "allow"].iter().for_each(|key| drop(data.remove(*key)));
    }
    settings.remove("network");
    for (table, value) in &settings {
        flatten(table, value, &mut keys);
    }
    let layers = &run.settings.network.layers;
    let names: Vec<Value> = layers.iter().map(|layer| layer.name.as_str().into()).collect();
    keys.insert("model.layers".to_owned(), names.into());
    for layer in layers {
        if let Ok(value) = serde_json::to_value(&layer.layer) {
            flatten(&format!("model.layers.{}", layer.name), &value, &mut keys);
        }
    }
    keys
}

fn flatten(path: &str, value: &Value, keys: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(table) => table.iter().for_each(|(key, value)| flatten(&format!("{path}.{key}"), value, keys)),
        value => drop(keys.insert(path.to_owned(), value.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::run;

    #[test]
    fn changed_keys_are_named_as_in_the_file() {
        let old = run(str::to_owned);
        let said = |change: &dyn Fn(&str) -> String| changes(&old, &run(change)).join(", ");
        assert_eq!(said(&|text| text.replace("epochs = 6", "epochs = 1")), "training.epochs 6 -> 1");
        assert_eq!(said(&|text| text.replace("0.001", "0.01")), "training.optimizer.learning_rate 0.001 -> 0.01");
        assert_eq!(said(&|text| text.replace("0.5", "0.25")), "model.layers.dropout_1.rate 0.5 -> 0.25");
        let size = said(&|text| text.replace("[4, 4]", "[4, 6]"));
        assert_eq!(size, "data.image_size [4,4] -> [4,6]");
        let named = |text: &str| text.replace("{ type = \"flatten\" }", "{ type = \"flatten\", name = \"flat\" }");
        let layers = said(&named);
        assert!(layers.starts_with("model.layers [\"flatten_1\"") && layers.contains("-> [\"flat\""), "{layers}");
        assert_eq!(said(&|text| text.replace("drawn", "elsewhere").replace("train = 4", "train = 6")), "");
    }

    #[test]
    fn without_a_changed_key_engine_or_images_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::at(folder.path().to_path_buf());
        let run = run(str::to_owned);
        assert_eq!(reason(&directory, None, &run), "other settings: its plan.json cannot be read");
        assert_eq!(reason(&directory, Some(&run), &run), "the images or the initial weights");
        fs::write(directory.provenance(), "{\"engine_version\": 2}").unwrap();
        assert_eq!(reason(&directory, Some(&run), &run), format!("the engine: version 2 -> {ENGINE_VERSION}"));
    }
}
