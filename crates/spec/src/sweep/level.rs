//! A table of overrides by path: a level of a factor, or a variant.

use crate::document::Table;
use crate::log::{Finding, Log, Span};
use crate::overrides::Override;
use crate::suggest;

/// What a variant may change: everything else belongs to the experiment as a whole.
const ROOTS: [&str; 4] = ["data", "augmentation", "model", "training"];

/// Reads a table of overrides. A dotted key without quotes is the same path as one with quotes.
pub fn read(table: &Table, by: &str, log: &mut Log) -> Vec<Override> {
    let mut overrides = Vec::new();
    collect(table, "", by, &mut overrides, log);
    overrides
}

fn collect(table: &Table, prefix: &str, by: &str, overrides: &mut Vec<Override>, log: &mut Log) {
    for entry in &table.0 {
        let path = format!("{prefix}{}", entry.key);
        match entry.node.as_table() {
            Some(inner) if entry.is_dotted() => collect(inner, &format!("{path}."), by, overrides, log),
            Some(_) | None => {
                if check_path(&path, entry.span, log) {
                    overrides.push(Override { path, at: entry.span, value: entry.node.clone(), by: by.to_owned() });
                }
            }
        }
    }
}

/// Whether a path starts where a variant may change something.
pub fn check_path(path: &str, at: Span, log: &mut Log) -> bool {
    let root = path.split('.').next().unwrap_or_default();
    if ROOTS.contains(&root) {
        return true;
    }
    let label = match suggest::nearest(root, ROOTS) {
        Some(near) => format!("did you mean `{near}{}`?", &path[root.len()..]),
        None => "not known here".to_owned(),
    };
    log.add(Finding::new(at, format!("override path `{path}` matches nothing"), label).help(format!(
        "paths start with {}, for instance `training.optimizer.learning_rate`",
        suggest::any_of(&ROOTS)
    )));
    false
}
