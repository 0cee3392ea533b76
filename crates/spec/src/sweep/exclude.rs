//! `exclude`: combinations of levels that are left out.

use super::design::{Cell, find_factor, find_level};
use super::factor::FactorSpec;
use super::written;
use crate::fields::{At, wrong_type};
use crate::log::{Finding, Log, Source};
use crate::value::items;

/// The cells that no exclusion matches.
pub fn apply(
    at: &At,
    factors: &[FactorSpec],
    cells: Vec<Cell>,
    sources: &[Source],
    log: &mut Log,
) -> Option<Vec<Cell>> {
    let before = log.findings.len();
    let mut left = cells.clone();
    for item in items(at, log)? {
        let Some(pattern) = pattern(&item, factors, sources, log) else { continue };
        let matches = |cell: &Cell| pattern.iter().all(|&(factor, level)| cell[factor] == level);
        if !cells.iter().any(matches) {
            let message = format!("`{}` matches no variant", item.path);
            log.add(Finding::new(item.node.span, message, "this combination is not part of the design"));
        }
        left.retain(|cell| !matches(cell));
    }
    if left.is_empty() && log.findings.len() == before {
        log.add(Finding::new(at.node.span, "`sweep.exclude` leaves no variant", ""));
    }
    (log.findings.len() == before).then_some(left)
}

/// A level for some of the factors.
fn pattern(at: &At, factors: &[FactorSpec], sources: &[Source], log: &mut Log) -> Option<Vec<(usize, usize)>> {
    let Some(table) = at.node.as_table().filter(|table| !table.0.is_empty()) else {
        log.add(wrong_type(at, "a table of factors and levels").help("for instance `{ augmentation = \"on\" }`"));
        return None;
    };
    let mut pattern = Vec::new();
    for entry in &table.0 {
        match find_factor(factors, &entry.key) {
            Err(label) => {
                log.add(Finding::new(entry.span, format!("`{}` excludes an unknown factor", at.path), label));
            }
            Ok(factor) => match find_level(&factors[factor], &written(&entry.node, sources)) {
                Ok(level) => pattern.push((factor, level)),
                Err(label) => {
                    let message = format!("`{}` excludes an unknown level of `{}`", at.path, entry.key);
                    log.add(Finding::new(entry.node.span, message, label));
                }
            },
        }
    }
    (pattern.len() == table.0.len()).then_some(pattern)
}
