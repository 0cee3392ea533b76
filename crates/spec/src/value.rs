//! Readers of single values: each says what it expects, and reports what it finds instead.

use crate::document::Value;
use crate::fields::{At, wrong_type};
use crate::log::{Finding, Log};
use crate::{foreign, suggest};

pub fn boolean(at: &At, log: &mut Log) -> Option<bool> {
    match at.node.value {
        Value::Boolean(boolean) => Some(boolean),
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Datetime
        | Value::Array(_)
        | Value::Table(_) => {
            log.add(wrong_type(at, "true or false"));
            None
        }
    }
}

pub fn text(at: &At, log: &mut Log) -> Option<String> {
    match at.node.as_str() {
        Some(text) => Some(text.to_owned()),
        None => {
            log.add(wrong_type(at, "a string"));
            None
        }
    }
}

/// An integer in `low..=high`.
pub fn integer<'d>(low: i64, high: i64) -> impl Fn(&At<'d>, &mut Log) -> Option<i64> {
    move |at, log| {
        let Value::Integer(integer) = at.node.value else {
            log.add(wrong_type(at, "an integer"));
            return None;
        };
        let bound = match integer {
            _ if integer < low => format!("must be at least {low}"),
            _ if integer > high => format!("must be at most {high}"),
            _ => return Some(integer),
        };
        log.add(Finding::new(at.node.span, format!("`{}` is {integer}", at.path), bound));
        None
    }
}

/// An integer in `low..=high`, as a size.
pub fn count<'d>(low: u32, high: u32) -> impl Fn(&At<'d>, &mut Log) -> Option<usize> {
    let read = integer(i64::from(low), i64::from(high));
    // A value in the bounds of u32 fits into usize.
    move |at, log| read(at, log).map(|integer| integer as usize)
}

/// What a number must satisfy, and the words for it.
pub struct Bounds(pub fn(f64) -> bool, pub &'static str);

pub const POSITIVE: Bounds = Bounds(|x| x > 0.0, "must be above 0");
pub const NOT_NEGATIVE: Bounds = Bounds(|x| x >= 0.0, "must be at least 0");
pub const SHARE: Bounds = Bounds(|x| (0.0..1.0).contains(&x), "must be at least 0 and below 1");
pub const PROBABILITY: Bounds = Bounds(|x| (0.0..=1.0).contains(&x), "must be between 0 and 1");

/// A finite number within bounds; an integer is one too.
pub fn number<'d>(bounds: Bounds) -> impl Fn(&At<'d>, &mut Log) -> Option<f64> {
    move |at, log| {
        let number = match at.node.value {
            Value::Integer(integer) => integer as f64,
            Value::Float(number) => number,
            Value::String(_) | Value::Boolean(_) | Value::Datetime | Value::Array(_) | Value::Table(_) => {
                log.add(wrong_type(at, "a number"));
                return None;
            }
        };
        let Bounds(holds, words) = bounds;
        let words = match number {
            // The engine computes in 32 bits.
            _ if !(number as f32).is_finite() => "must be a finite number",
            _ if !holds(number) => words,
            _ if !holds(f64::from(number as f32)) => {
                let message =
                    format!("`{}` is {number:?}, which is {} in the engine's 32 bits", at.path, number as f32);
                log.add(Finding::new(at.node.span, message, words));
                return None;
            }
            _ => return Some(number),
        };
        log.add(Finding::new(at.node.span, format!("`{}` is {number}", at.path), words));
        None
    }
}

/// One of the given words.
pub fn choice<'d, T: Clone>(words: &[(&'static str, T)]) -> impl Fn(&At<'d>, &mut Log) -> Option<T> {
    let words = words.to_vec();
    move |at, log| {
        let text = text(at, log)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(value.clone());
        }
        let known: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
        let expected = format!("expected {}", suggest::any_of(&known));
        let (label, help) = match (foreign::of_value(&at.path, &text, &known), suggest::nearest(&text, known)) {
            (Some(hint), _) => (hint.label, hint.help.unwrap_or(expected)),
            (None, Some(word)) => (format!("did you mean `{word}`?"), expected),
            (None, None) => ("not known here".to_owned(), expected),
        };
        log.add(Finding::new(at.node.span, format!("`{}` cannot be `{text}`", at.path), label).help(help));
        None
    }
}

/// The items of a list, with their paths.
pub fn items<'d>(at: &At<'d>, log: &mut Log) -> Option<Vec<At<'d>>> {
    match at.node.as_array() {
        Some(items) => {
            Some(items.iter().enumerate().map(|(i, node)| At { path: format!("{}[{i}]", at.path), node }).collect())
        }
        None => {
            let finding = wrong_type(at, "a list");
            log.add(match &at.node.value {
                Value::String(text) => finding.help(format!("write it in brackets: `[{text:?}]`")),
                Value::Integer(number) => finding.help(format!("write it in brackets: `[{number}]`")),
                Value::Float(_) | Value::Boolean(_) | Value::Datetime | Value::Array(_) | Value::Table(_) => finding,
            });
            None
        }
    }
}

/// A list of exactly two.
pub fn two<'d, T>(
    what: &'static str,
    read: impl Fn(&At<'d>, &mut Log) -> Option<T>,
) -> impl Fn(&At<'d>, &mut Log) -> Option<[T; 2]> {
    move |at, log| match items(at, log)?.as_slice() {
        [first, second] => {
            let (first, second) = (read(first, log), read(second, log));
            Some([first?, second?])
        }
        others => {
            let s = if others.len() == 1 { "" } else { "s" };
            let label = format!("expected {what}, found {} value{s}", others.len());
            log.add(Finding::new(at.node.span, format!("`{}` takes two values", at.path), label));
            None
        }
    }
}

/// `3`, or `[3, 5]` for rows and columns.
pub fn rows_and_columns<'d>(low: u32, high: u32) -> impl Fn(&At<'d>, &mut Log) -> Option<[usize; 2]> {
    move |at, log| match at.node.value {
        Value::Integer(_) => count(low, high)(at, log).map(|size| [size; 2]),
        Value::Array(_) => two("[rows, columns]", count(low, high))(at, log),
        Value::String(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime | Value::Table(_) => {
            log.add(wrong_type(at, "an integer, or [rows, columns]"));
            None
        }
    }
}
