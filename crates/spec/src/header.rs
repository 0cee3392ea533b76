//! The top of the file, and the matrix of variants.

use crate::document::Node;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log, Source};
use crate::sweep::{self, Sweep};
use crate::value::{integer, items, text};

/// What is the same for all variants.
pub struct Header {
    pub name: String,
    pub description: String,
    pub seeds: Vec<u64>,
}

/// Reads everything but what the variants' settings are read from.
pub fn read(root: &Node, sources: &[Source], log: &mut Log) -> (Option<Header>, Option<Sweep>) {
    let at = At { path: String::new(), node: root };
    let Some(mut fields) = Fields::open(&at, "", log) else { return (None, None) };
    fields.required("schema", "the version of these words, 1", log, |at, log| {
        let version = integer(i64::MIN, i64::MAX)(at, log)?;
        if version != 1 {
            log.add(Finding::new(at.node.span, format!("`schema` is {version}"), "this version reads schema 1"));
        }
        Some(())
    });
    let name = fields.required("name", "the name of the results' folder", log, experiment_name);
    let description = fields.optional("description", log, text).unwrap_or_default();
    let seeds = fields.optional("seeds", log, seeds).unwrap_or_else(|| vec![0]);
    for table in ["data", "augmentation", "model", "training"] {
        fields.at(table, log);
    }
    let sweep = sweep::read(&mut fields, sources, log);
    fields.close(log);
    (name.map(|name| Header { name, description, seeds }), sweep)
}

/// A word that can be a folder.
fn experiment_name(at: &At, log: &mut Log) -> Option<String> {
    let name = text(at, log)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || name.len() > 100 || name.starts_with(['.', '-']) || !name.chars().all(fits) {
        log.add(
            Finding::new(at.node.span, "this `name` cannot name a folder", "expected letters, digits, `_`, `-` or `.`")
                .help("results go to `results/NAME`; at most 100 characters"),
        );
        return None;
    }
    Some(name)
}

/// Reads `seeds`: at least one, no two the same.
fn seeds(at: &At, log: &mut Log) -> Option<Vec<u64>> {
    let list = items(at, log)?;
    if list.is_empty() {
        log.add(Finding::new(at.node.span, "`seeds` is empty", "every variant runs once for each seed"));
        return None;
    }
    let mut seeds = Vec::new();
    for item in list {
        let Some(seed) = integer(0, i64::MAX)(&item, log) else { continue };
        let seed = seed.unsigned_abs();
        if seeds.contains(&seed) {
            log.add(Finding::new(item.node.span, format!("seed {seed} is listed twice"), "again here"));
        } else {
            seeds.push(seed);
        }
    }
    Some(seeds)
}
