//! `exclude`: combinations of levels that are left out.

use super::design::{Cell, find_factor, find_level};
use super::factor::FactorSpec;
use super::{MOST_VARIANTS, written};
use crate::fields::{At, wrong_type};
use crate::log::{Finding, Log, Source, Span};
use crate::value::items_up_to;

/// A level for some of the factors, by index, and where it is written.
pub struct Pattern {
    path: String,
    span: Span,
    levels: Vec<(usize, usize)>,
}

/// Reads the list. `names` are those of all factors; of those that are not among `factors` the levels are not known.
/// `None` where anything is wrong.
pub fn read(
    at: &At,
    factors: &[FactorSpec],
    names: &[&str],
    sources: &[Source],
    log: &mut Log,
) -> Option<Vec<Pattern>> {
    // As many as there can be combinations.
    let items = items_up_to(MOST_VARIANTS, at, log)?;
    let read: Vec<Option<Pattern>> = items.iter().map(|item| pattern(item, factors, names, sources, log)).collect();
    read.into_iter().collect()
}

/// The cells that no exclusion matches.
pub fn apply(at: Span, patterns: &[Pattern], cells: Vec<Cell>, log: &mut Log) -> Vec<Cell> {
    let is_match = |pattern: &Pattern, cell: &Cell| pattern.levels.iter().all(|&(factor, level)| cell[factor] == level);
    let before = log.count();
    let mut left = cells.clone();
    for pattern in patterns {
        if !cells.iter().any(|cell| is_match(pattern, cell)) {
            let message = format!("`{}` matches no variant", pattern.path);
            log.add(Finding::new(pattern.span, message, "this combination is not part of the design"));
        }
        left.retain(|cell| !is_match(pattern, cell));
    }
    if !left.is_empty() {
        return left;
    }
    if log.count() == before {
        log.add(Finding::new(at, "`sweep.exclude` leaves no variant", ""));
    }
    cells
}

fn pattern(at: &At, factors: &[FactorSpec], names: &[&str], sources: &[Source], log: &mut Log) -> Option<Pattern> {
    let Some(table) = at.node.as_table().filter(|table| !table.0.is_empty()) else {
        log.add(wrong_type(at, "a table of factors and levels").help("for instance `{ augmentation = \"on\" }`"));
        return None;
    };
    let mut levels = Vec::new();
    for entry in &table.0 {
        if log.is_full() {
            return None;
        }
        match find_factor(factors, names, &entry.key) {
            Err(label) => {
                log.add(Finding::new(entry.span, format!("`{}` excludes an unknown factor", at.path), label));
            }
            Ok(None) => {}
            Ok(Some(factor)) => match find_level(&factors[factor], &written(&entry.node, sources)) {
                Ok(level) => levels.push((factor, level)),
                Err(label) => {
                    let message = format!("`{}` excludes an unknown level of `{}`", at.path, entry.key);
                    log.add(Finding::new(entry.node.span, message, label));
                }
            },
        }
    }
    let whole = levels.len() == table.0.len();
    whole.then(|| Pattern { path: at.path.clone(), span: at.node.span, levels })
}
