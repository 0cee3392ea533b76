//! Names of layers: given, or the type and how manieth of its type it is. They become fields of a Rust struct.

use crate::document::{Node, Value};
use crate::log::{Finding, Log, Span};
use crate::overrides;
use plan::layer::KEYWORDS;

/// The name of each layer of a list; `None` for what has neither name nor type. Names that are wrong or taken are
/// reported.
pub fn check(items: &[Node], log: &mut Log) -> Vec<Option<String>> {
    let names = overrides::names(items);
    let mut taken: Vec<(&str, Span)> = Vec::new();
    for (item, name) in items.iter().zip(&names) {
        let written = item.as_table().and_then(|table| table.get("name")).map(|entry| &entry.node);
        if let Some(node) = written {
            match &node.value {
                Value::String(text) => valid(text, node.span, log),
                Value::Integer(_)
                | Value::Float(_)
                | Value::Boolean(_)
                | Value::Datetime
                | Value::Array(_)
                | Value::Table(_) => {
                    let label = format!("expected a string, found {}", node.kind());
                    log.add(Finding::new(node.span, "a layer's `name` is of the wrong type", label));
                }
            }
        }
        let Some(name) = name else { continue };
        let at = written.map_or(item.span, |node| node.span);
        match taken.iter().find(|(other, _)| other == name) {
            Some((_, first)) => {
                let message = format!("two layers are named `{name}`");
                log.add(
                    Finding::new(at, message, "again here")
                        .also(*first, "first here")
                        .help("names address layers in overrides and weights files, so each must be its own"),
                );
            }
            None => taken.push((name, at)),
        }
    }
    names
}

fn valid(name: &str, at: Span, log: &mut Log) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(fits) || name.contains("__") {
        let message = format!("`{name}` cannot name a layer");
        log.add(
            Finding::new(at, message, "expected lower-case letters, digits and single `_`, a letter first")
                .help("layers become fields of a Rust struct; for instance `conv1`"),
        );
    } else if KEYWORDS.contains(&name) {
        let message = format!("`{name}` cannot name a layer");
        log.add(
            Finding::new(at, message, "a keyword of Rust")
                .help("layers become fields of a Rust struct; for instance `conv1`"),
        );
    }
}
