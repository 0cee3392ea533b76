//! `training.class_weight`: `"balanced"`, or a table with a weight for some classes.

use crate::document::{Entry, Value};
use crate::fields::{At, wrong_type};
use crate::log::{Finding, Log, Span};
use crate::suggest;
use crate::value::{NOT_NEGATIVE, choice, number};
use plan::ClassWeight;

/// As written.
#[derive(Debug)]
pub enum ClassWeightSpec {
    Balanced,
    /// Class, weight, and where the class is written.
    Given(Vec<(String, f64, Span)>),
}

impl ClassWeightSpec {
    pub fn plan(self) -> ClassWeight {
        match self {
            ClassWeightSpec::Balanced => ClassWeight::Balanced,
            ClassWeightSpec::Given(weights) => {
                ClassWeight::Given(weights.into_iter().map(|(class, weight, _)| (class, weight)).collect())
            }
        }
    }
}

pub fn read(at: &At, log: &mut Log) -> Option<ClassWeightSpec> {
    match &at.node.value {
        Value::String(_) => choice(&[("balanced", ())])(at, log).map(|()| ClassWeightSpec::Balanced),
        Value::Table(table) if table.0.is_empty() => {
            let message = format!("`{}` is empty", at.path);
            log.add(Finding::new(at.node.span, message, "expected `\"balanced\"`, or a weight for some class"));
            None
        }
        Value::Table(table) => {
            let weight = |entry: &Entry, log: &mut Log| {
                let at = At { path: format!("{}.{}", at.path, entry.key), node: &entry.node };
                Some((entry.key.clone(), number(NOT_NEGATIVE)(&at, log)?, entry.span))
            };
            let weights: Vec<_> = table.0.iter().map(|entry| weight(entry, log)).collect();
            weights.into_iter().collect::<Option<_>>().map(ClassWeightSpec::Given)
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime | Value::Array(_) => {
            log.add(wrong_type(at, "`\"balanced\"` or a table of classes"));
            None
        }
    }
}

/// Reports classes that are not there, where it is known which are.
pub fn check(spec: &Option<ClassWeightSpec>, classes: &[String], log: &mut Log) {
    let Some(ClassWeightSpec::Given(weights)) = spec else { return };
    for (name, _, at) in weights.iter().filter(|(name, ..)| !classes.is_empty() && !classes.contains(name)) {
        let label = match suggest::nearest(name, classes.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "not there".to_owned(),
        };
        log.add(
            Finding::new(*at, format!("`training.class_weight` names no class of the images: `{name}`"), label)
                .help(format!("the classes are {}", suggest::all_of(classes))),
        );
    }
}
