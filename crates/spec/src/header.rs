//! The top of the file, and the matrix of variants.

use crate::document::Node;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log, Source, Span};
use crate::sweep::{self, Matrix};
use crate::value::{integer, items_up_to, text};
use std::collections::HashSet;

/// The most seeds of an experiment.
const MOST_SEEDS: usize = 10_000;

/// What is the same for all variants; `None` where it is wrong or missing, which was reported.
pub struct Header {
    pub name: Option<String>,
    pub description: String,
    pub seeds: Option<Vec<u64>>,
    /// Where they are written.
    pub seeds_at: Span,
}

/// Reads everything but what the variants' settings are read from.
pub fn read(root: &Node, sources: &[Source], log: &mut Log) -> (Header, Matrix) {
    let at = At { path: String::new(), node: root };
    // The root of a TOML file is a table.
    let Some(mut fields) = Fields::open(&at, "", log) else {
        let header = Header { name: None, description: String::new(), seeds: None, seeds_at: Span::START };
        return (header, Matrix::base());
    };
    fields.required("schema", "file format version, 1", log, |at, log| {
        let version = integer(i64::MIN, i64::MAX)(at, log)?;
        if version != 1 {
            log.add(Finding::new(at.node.span, format!("`schema` is {version}"), "this version reads schema 1"));
        }
        Some(())
    });
    let name = fields.required("name", "the name of the results' folder", log, experiment_name);
    let description = fields.optional("description", log, text).unwrap_or_default();
    let seeds_at = fields.at("seeds", log).map_or(Span::START, |at| at.node.span);
    let seeds = fields.written("seeds", log, seeds).or(vec![0]);
    for table in ["data", "augmentation", "model", "training"] {
        fields.at(table, log);
    }
    let matrix = sweep::read(&mut fields, sources, log);
    fields.close(log);
    (Header { name, description, seeds, seeds_at }, matrix)
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
    let list = items_up_to(MOST_SEEDS, at, log)?;
    if list.is_empty() {
        log.add(Finding::new(at.node.span, "`seeds` is empty", "every variant runs once for each seed"));
        return None;
    }
    let (mut seeds, mut known) = (Vec::new(), HashSet::new());
    for item in list {
        let Some(seed) = integer(0, i64::MAX)(&item, log) else { continue };
        let seed = seed.unsigned_abs();
        if known.insert(seed) {
            seeds.push(seed);
        } else {
            log.add(Finding::new(item.node.span, format!("seed {seed} is listed twice"), "again here"));
        }
    }
    Some(seeds)
}
