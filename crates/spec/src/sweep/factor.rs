//! `[factors.NAME]`: levels as tables of overrides, or the short form, one path and its values.

use super::{MOST_VARIANTS, check_name, level, written};
use crate::document::{Entry, Table};
use crate::fields::{At, Fields, wrong_type};
use crate::log::{Finding, Log, Source, Span};
use crate::overrides::Override;
use crate::value::{items, text};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A factor as written.
#[derive(Clone, Debug)]
pub struct FactorSpec {
    pub name: String,
    pub span: Span,
    /// At least one.
    pub levels: Vec<LevelSpec>,
    /// Whether these are all.
    known: bool,
}

/// A level as written.
#[derive(Clone, Debug)]
pub struct LevelSpec {
    pub name: String,
    pub span: Span,
    pub overrides: Vec<Rc<Override>>,
}

/// The most factors: a variant is named by its levels, and its name has at most 200 bytes.
const MOST_FACTORS: usize = 50;

/// All factors, in file order.
pub struct Factors<'d> {
    /// Those whose levels are known.
    pub specs: Vec<FactorSpec>,
    /// The names of all.
    pub names: Vec<&'d str>,
    /// Whether there is one at least, and the levels of all are known by name.
    pub known: bool,
    /// Whether they are right as well.
    pub whole: bool,
}

/// Reads all factors.
pub fn read_all<'d>(at: &At<'d>, sources: &[Source], log: &mut Log) -> Factors<'d> {
    let mut factors = Factors { specs: Vec::new(), names: Vec::new(), known: false, whole: false };
    let Some(table) = at.node.as_table() else {
        log.add(wrong_type(at, "a table for each factor: `[factors.NAME]`"));
        return factors;
    };
    let before = log.count();
    if table.0.is_empty() {
        log.add(Finding::new(at.node.span, "`[factors]` is empty", "expected a table for each: `[factors.NAME]`"));
    } else if table.0.len() > MOST_FACTORS {
        let message = format!("`[factors]` has {} factors", table.0.len());
        log.add(Finding::new(at.node.span, message, format!("at most {MOST_FACTORS}")));
        return factors;
    }
    factors.names = table.0.iter().map(|entry| entry.key.as_str()).collect();
    factors.specs = table.0.iter().filter_map(|entry| read(entry, sources, log)).collect();
    factors.known = !table.0.is_empty()
        && factors.specs.len() == factors.names.len()
        && factors.specs.iter().all(|factor| factor.known);
    clashes(&factors.specs, log);
    factors.whole = log.count() == before;
    factors
}

fn read(entry: &Entry, sources: &[Source], log: &mut Log) -> Option<FactorSpec> {
    check_name("factor", &entry.key, entry.span, log);
    let at = At { path: format!("factors.{}", entry.key), node: &entry.node };
    let Some(table) = entry.node.as_table() else {
        log.add(wrong_type(&at, "a table: levels, or `path` and `values`"));
        return None;
    };
    let before = log.count();
    let (levels, known) =
        if is_short(table) { short_form(&at, &entry.key, sources, log) } else { (long_form(&at, table, log), true) };
    if levels.is_empty() {
        if log.count() == before {
            log.add(
                Finding::new(entry.span, format!("factor `{}` has no levels", entry.key), "")
                    .help("a level is a set of overrides: `on = { \"model.layers.dropout.rate\" = 0.5 }`"),
            );
        }
        return None;
    }
    let mut places: HashMap<&str, Span> = HashMap::new();
    for level in &levels {
        if let Some(first) = places.insert(&level.name, level.span) {
            let message = format!("factor `{}` has two levels `{}`", entry.key, level.name);
            log.add(Finding::new(level.span, message, "again here").also(first, "first here"));
        }
    }
    Some(FactorSpec { name: entry.key.clone(), span: entry.span, levels, known })
}

/// `path` and `values` are keys of the short form, unless they are tables: then they are levels of that name.
fn is_short(table: &Table) -> bool {
    table.0.iter().any(|e| (e.key == "path" || e.key == "values") && e.node.as_table().is_none())
}

/// Whether a factor can have so many levels.
fn check_count(at: &At, levels: usize, log: &mut Log) -> bool {
    if levels > MOST_VARIANTS {
        let message = format!("`{}` has {levels} levels", at.path);
        log.add(Finding::new(at.node.span, message, format!("a file has at most {MOST_VARIANTS} variants")));
    }
    levels <= MOST_VARIANTS
}

fn long_form(at: &At, table: &Table, log: &mut Log) -> Vec<LevelSpec> {
    let mut levels = Vec::new();
    if !check_count(at, table.0.len(), log) {
        return levels;
    }
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
                levels.push(LevelSpec { name: entry.key.clone(), span: entry.span, overrides: Vec::new() });
            }
        }
    }
    levels
}

/// The levels, and whether these are all.
fn short_form(at: &At, name: &str, sources: &[Source], log: &mut Log) -> (Vec<LevelSpec>, bool) {
    let mut levels = Vec::new();
    let Some(mut fields) = Fields::open(at, "factors", log) else { return (levels, false) };
    let path = fields.required("path", "what the factor varies", log, |at, log| {
        let path = text(at, log)?;
        level::check_path(&path, at.node.span, log).then_some((path, at.node.span))
    });
    let values = fields.required("values", "the list of values at the path", log, items);
    fields.close(log);
    let values = values.filter(|values| check_count(at, values.len(), log)).unwrap_or_default();
    for value in &values {
        let level = written(value.node, sources);
        if value.node.as_array().is_some() || value.node.as_table().is_some() {
            let message = format!("{} cannot name a level", value.node.kind());
            let of_path = path.as_ref().map_or("PATH", |(path, _)| path);
            log.add(
                Finding::new(value.node.span, message, "expected one value")
                    .help(format!("write named levels: `[factors.{name}]` with `small = {{ \"{of_path}\" = ... }}`")),
            );
        } else if check_name("level", &level, value.node.span, log) {
            let change = |(path, at): &(String, Span)| {
                Rc::new(Override { path: path.clone(), at: *at, value: value.node.clone() })
            };
            let overrides = path.iter().map(change).collect();
            levels.push(LevelSpec { name: level, span: value.node.span, overrides });
        }
    }
    let known = levels.len() == values.len();
    (levels, known)
}

/// Reports factors that set one path: one would hide the other. Two factors are reported once.
fn clashes(factors: &[FactorSpec], log: &mut Log) {
    let mut setters: HashMap<&str, (usize, Span)> = HashMap::new();
    let mut reported: HashSet<(usize, usize)> = HashSet::new();
    for (second, factor) in factors.iter().enumerate() {
        for change in factor.levels.iter().flat_map(|level| &level.overrides) {
            let &mut (first, at) = setters.entry(&change.path).or_insert((second, change.at));
            if first != second && reported.insert((first, second)) {
                let first = &factors[first].name;
                let message = format!("factors `{first}` and `{}` both set `{}`", factor.name, change.path);
                log.add(Finding::new(change.at, message, "one would hide the other").also(at, "also set here"));
            }
        }
    }
}
