//! `[variants.NAME]`: variants named by hand, each a table of overrides.

use super::{Draft, MOST_VARIANTS, check_name, level};
use crate::fields::{At, wrong_type};
use crate::log::{Finding, Log};

/// All variants, in file order.
pub struct Variants<'d> {
    /// Those that are right.
    pub drafts: Vec<Draft>,
    /// The names of all.
    pub names: Vec<&'d str>,
    /// Whether all are right, and there is one at least.
    pub whole: bool,
}

/// Reads all variants.
pub fn read<'d>(at: &At<'d>, log: &mut Log) -> Variants<'d> {
    let mut variants = Variants { drafts: Vec::new(), names: Vec::new(), whole: false };
    let Some(table) = at.node.as_table() else {
        log.add(wrong_type(at, "a table for each variant: `[variants.NAME]`"));
        return variants;
    };
    if table.0.is_empty() {
        log.add(Finding::new(at.node.span, "`[variants]` is empty", "expected a table for each: `[variants.NAME]`"));
        return variants;
    }
    if table.0.len() > MOST_VARIANTS {
        let message = format!("`[variants]` has {} variants", table.0.len());
        log.add(Finding::new(at.node.span, message, format!("at most {MOST_VARIANTS}")));
        return variants;
    }
    variants.names = table.0.iter().map(|entry| entry.key.as_str()).collect();
    let before = log.count();
    for entry in &table.0 {
        check_name("variant", &entry.key, entry.span, log);
        match entry.node.as_table() {
            Some(overrides) => variants.drafts.push(Draft {
                name: entry.key.clone(),
                levels: Vec::new(),
                places: vec![entry.span],
                overrides: super::design::by_depth(level::read(overrides, &entry.key, log)),
            }),
            None => {
                let at = At { path: format!("variants.{}", entry.key), node: &entry.node };
                log.add(wrong_type(&at, "a table of overrides"));
            }
        }
    }
    variants.whole = log.count() == before;
    variants
}
