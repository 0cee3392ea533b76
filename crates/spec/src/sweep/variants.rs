//! `[variants.NAME]`: variants named by hand, each a table of overrides.

use super::{Draft, check_name, level};
use crate::fields::{At, wrong_type};
use crate::log::{Finding, Log};

pub fn read(at: &At, log: &mut Log) -> Option<Vec<Draft>> {
    let Some(table) = at.node.as_table() else {
        log.add(wrong_type(at, "a table for each variant: `[variants.NAME]`"));
        return None;
    };
    if table.0.is_empty() {
        log.add(Finding::new(at.node.span, "`[variants]` is empty", "expected a table for each: `[variants.NAME]`"));
        return None;
    }
    let mut drafts = Vec::new();
    for entry in &table.0 {
        check_name("variant", &entry.key, entry.span, log);
        match entry.node.as_table() {
            Some(overrides) => drafts.push(Draft {
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
    Some(drafts)
}
