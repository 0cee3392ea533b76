//! `training.class_weight`: `"balanced"`, or a table with a weight for some classes.

use crate::document::{Entry, Value};
use crate::fields::{At, Written, wrong_type};
use crate::head::Labels;
use crate::log::{Finding, Log, Span};
use crate::suggest;
use crate::value::{NOT_NEGATIVE, choice, number};
use plan::{ClassWeight, LabelMode, Sampling};
use std::collections::HashSet;

/// As written, and where.
#[derive(Debug)]
pub enum ClassWeightSpec {
    Balanced(Span),
    /// Class, weight, and where the class is written.
    Given(Vec<(String, f64, Span)>, Span),
}

impl ClassWeightSpec {
    pub fn plan(self) -> ClassWeight {
        match self {
            ClassWeightSpec::Balanced(_) => ClassWeight::Balanced,
            ClassWeightSpec::Given(weights, _) => {
                ClassWeight::Given(weights.into_iter().map(|(class, weight, _)| (class, weight)).collect())
            }
        }
    }
}

pub fn read(at: &At, log: &mut Log) -> Option<ClassWeightSpec> {
    let span = at.node.span;
    match &at.node.value {
        Value::String(_) => choice(&[("balanced", ())])(at, log).map(|()| ClassWeightSpec::Balanced(span)),
        Value::Table(table) if table.0.is_empty() => {
            let message = format!("`{}` is empty", at.path);
            log.add(Finding::new(span, message, "expected `\"balanced\"`, or a weight for some class").alone());
            None
        }
        Value::Table(table) => {
            let weight = |entry: &Entry, log: &mut Log| {
                let at = At { path: format!("{}.{}", at.path, entry.key), node: &entry.node };
                Some((entry.key.clone(), number(NOT_NEGATIVE)(&at, log)?, entry.span))
            };
            let weights: Vec<_> = table.0.iter().map(|entry| weight(entry, log)).collect();
            weights.into_iter().collect::<Option<_>>().map(|weights| ClassWeightSpec::Given(weights, span))
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime | Value::Array(_) => {
            log.add(wrong_type(at, "`\"balanced\"` or a table of classes"));
            None
        }
    }
}

/// Reports classes that are not there, where it is known which are, and weights that leave nothing to learn from. `there`
/// are the classes of the images, whichever of them are selected.
pub fn check(spec: &Option<ClassWeightSpec>, labels: &Labels, there: Option<&[String]>, log: &mut Log) {
    let Some(ClassWeightSpec::Given(weights, at)) = spec else { return };
    let classes = if labels.classes.is_empty() { there.unwrap_or_default() } else { &labels.classes };
    let known: HashSet<&str> = classes.iter().map(String::as_str).collect();
    let unknown = |name: &str| !known.is_empty() && !known.contains(name);
    for (name, _, at) in weights.iter().filter(|(name, ..)| unknown(name)) {
        if log.is_full() {
            break;
        }
        let label = match suggest::nearest(name, classes.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "not there".to_owned(),
        };
        log.add(
            Finding::new(*at, format!("`training.class_weight` names no class of the images: `{name}`"), label)
                .help(format!("the classes are {}", suggest::all_of(classes))),
        );
    }
    let needed = match (known.len(), labels.mode) {
        (0, Some(LabelMode::Binary)) => Some(2),
        (0, _) => None,
        (classes, _) => Some(classes),
    };
    let zeros: HashSet<&str> =
        weights.iter().filter(|(_, weight, _)| *weight == 0.0).map(|(name, ..)| name.as_str()).collect();
    let is_of_all = if known.is_empty() { Some(zeros.len()) == needed } else { known.is_subset(&zeros) };
    if is_of_all {
        let message = "`training.class_weight` is 0 for every class";
        log.add(
            Finding::new(*at, message, "nothing is left to learn from")
                .help("a weight multiplies the loss of a class; 1 leaves it as it is"),
        );
    }
}

/// Warns of two keys that each balance the classes.
pub fn warn_of_two_balances(spec: &Option<ClassWeightSpec>, sampling: &Written<(Sampling, Span)>, log: &mut Log) {
    if let (Some(ClassWeightSpec::Balanced(at)), Written::As((Sampling::Balanced, by))) = (spec, sampling) {
        log.warn(
            Finding::new(*at, "`class_weight` and `sampling` both balance the classes", "rare classes count more")
                .also(*by, "and come more often")
                .help("together they correct twice: a rare class outweighs the others; remove one of the two"),
        );
    }
}
