//! A table of overrides by path: a level of a factor, or a variant.

use crate::document::Table;
use crate::log::{Finding, Log, Span};
use crate::overrides::Override;
use crate::suggest;
use std::rc::Rc;

/// The most overrides of a level or variant.
const MOST_OVERRIDES: usize = 1000;

/// What a variant may change: everything else belongs to the experiment as a whole.
const ROOTS: [&str; 4] = ["data", "augmentation", "model", "training"];

/// Reads a table of overrides. A dotted key without quotes is the same path as one with quotes.
pub fn read(table: &Table, by: &str, log: &mut Log) -> Vec<Rc<Override>> {
    let mut overrides = Vec::new();
    collect(table, "", by, &mut overrides, log);
    overrides
}

fn collect(table: &Table, prefix: &str, by: &str, overrides: &mut Vec<Rc<Override>>, log: &mut Log) {
    for entry in &table.0 {
        if overrides.len() >= MOST_OVERRIDES {
            let message = format!("`{by}` has more than {MOST_OVERRIDES} overrides");
            log.add(Finding::new(entry.span, message, "one too many").help("a list or table can be set as a whole"));
            return;
        }
        let path = format!("{prefix}{}", entry.key);
        match entry.node.as_table() {
            Some(inner) if entry.is_dotted() => collect(inner, &format!("{path}."), by, overrides, log),
            Some(_) | None => {
                if check_path(&path, entry.span, log) {
                    overrides.push(Rc::new(Override { path, at: entry.span, value: entry.node.clone() }));
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
    let finding = Finding::new(at, format!("override path `{path}` matches nothing"), label).alone();
    log.add(finding.help(format!(
        "paths start with {}, for instance `training.optimizer.learning_rate`",
        suggest::any_of(&ROOTS)
    )));
    false
}
