//! `[factors.NAME]`: levels as tables of overrides, or the short form, one path and its values.

use super::{check_name, level, written};
use crate::document::{Entry, Table};
use crate::fields::{At, Fields, wrong_type};
use crate::log::{Finding, Log, Source, Span};
use crate::overrides::Override;
use crate::value::{items, text};

/// A factor as written.
#[derive(Clone, Debug)]
pub struct FactorSpec {
    pub name: String,
    pub span: Span,
    /// At least one.
    pub levels: Vec<LevelSpec>,
}

/// A level as written.
#[derive(Clone, Debug)]
pub struct LevelSpec {
    pub name: String,
    pub span: Span,
    pub overrides: Vec<Override>,
}

/// Reads all factors, in file order.
pub fn read_all(at: &At, sources: &[Source], log: &mut Log) -> Option<Vec<FactorSpec>> {
    let Some(table) = at.node.as_table() else {
        log.add(wrong_type(at, "a table for each factor: `[factors.NAME]`"));
        return None;
    };
    let factors: Vec<Option<FactorSpec>> = table.0.iter().map(|entry| read(entry, sources, log)).collect();
    let factors: Vec<FactorSpec> = factors.into_iter().collect::<Option<_>>()?;
    if factors.is_empty() {
        log.add(Finding::new(at.node.span, "`[factors]` is empty", "expected a table for each: `[factors.NAME]`"));
        return None;
    }
    for (index, factor) in factors.iter().enumerate() {
        for earlier in &factors[..index] {
            clash(earlier, factor, log);
        }
    }
    Some(factors)
}

fn read(entry: &Entry, sources: &[Source], log: &mut Log) -> Option<FactorSpec> {
    check_name("factor", &entry.key, entry.span, log);
    let at = At { path: format!("factors.{}", entry.key), node: &entry.node };
    let Some(table) = entry.node.as_table() else {
        log.add(wrong_type(&at, "a table: levels, or `path` and `values`"));
        return None;
    };
    let levels = if is_short(table) { short_form(&at, &entry.key, sources, log)? } else { long_form(&at, table, log) };
    if levels.is_empty() {
        log.add(
            Finding::new(entry.span, format!("factor `{}` has no levels", entry.key), "")
                .help("a level is a set of overrides: `on = { \"model.layers.dropout.rate\" = 0.5 }`"),
        );
        return None;
    }
    for (index, level) in levels.iter().enumerate() {
        if let Some(first) = levels[..index].iter().find(|other| other.name == level.name) {
            let message = format!("factor `{}` has two levels `{}`", entry.key, level.name);
            log.add(Finding::new(level.span, message, "again here").also(first.span, "first here"));
        }
    }
    Some(FactorSpec { name: entry.key.clone(), span: entry.span, levels })
}

/// `path` and `values` are keys of the short form, unless they are tables: then they are levels of that name.
fn is_short(table: &Table) -> bool {
    table.0.iter().any(|e| (e.key == "path" || e.key == "values") && e.node.as_table().is_none())
}

fn long_form(at: &At, table: &Table, log: &mut Log) -> Vec<LevelSpec> {
    let mut levels = Vec::new();
    for entry in &table.0 {
        check_name("level", &entry.key, entry.span, log);
        match entry.node.as_table() {
            Some(overrides) => {
                let overrides = level::read(overrides, &entry.key, log);
                levels.push(LevelSpec { name: entry.key.clone(), span: entry.span, overrides });
            }
            None => {
                let at = At { path: format!("{}.{}", at.path, entry.key), node: &entry.node };
                log.add(wrong_type(&at, "a table of overrides").help("for instance `{ \"training.epochs\" = 10 }`"));
            }
        }
    }
    levels
}

fn short_form(at: &At, name: &str, sources: &[Source], log: &mut Log) -> Option<Vec<LevelSpec>> {
    let mut fields = Fields::open(at, "factors", log)?;
    let path = fields.required("path", "what the factor varies", log, |at, log| {
        let path = text(at, log)?;
        level::check_path(&path, at.node.span, log).then_some((path, at.node.span))
    });
    let values = fields.required("values", "the list of values at the path", log, items);
    fields.close(log);
    let ((path, path_at), values) = (path?, values?);
    let count = values.len();
    let mut levels = Vec::new();
    for value in values {
        let level = written(value.node, sources);
        if value.node.as_array().is_some() || value.node.as_table().is_some() {
            log.add(
                Finding::new(
                    value.node.span,
                    format!("{} cannot name a level", value.node.kind()),
                    "expected one value",
                )
                .help(format!("write named levels: `[factors.{name}]` with `small = {{ \"{path}\" = ... }}`")),
            );
        } else if check_name("level", &level, value.node.span, log) {
            let (path, value, span) = (path.clone(), value.node.clone(), value.node.span);
            let overrides = vec![Override { path, at: path_at, value, by: level.clone() }];
            levels.push(LevelSpec { name: level, span, overrides });
        }
    }
    (levels.len() == count).then_some(levels)
}

/// Two factors that set one path would hide each other.
fn clash(first: &FactorSpec, second: &FactorSpec, log: &mut Log) {
    let all = |factor: &FactorSpec| -> Vec<Override> {
        factor.levels.iter().flat_map(|level| level.overrides.iter().cloned()).collect()
    };
    let earlier = all(first);
    for change in all(second) {
        if let Some(other) = earlier.iter().find(|other| other.path == change.path) {
            let message = format!("factors `{}` and `{}` both set `{}`", first.name, second.name, change.path);
            log.add(Finding::new(change.at, message, "one would hide the other").also(other.at, "also set here"));
            return;
        }
    }
}
