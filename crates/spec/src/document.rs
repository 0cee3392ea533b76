//! TOML text as a tree of values in which every key and value knows its place.
//!
//! Tables keep their entries in file order (which names variants), and the tree can be changed, which overrides do.

use crate::log::{Finding, Log, Span};
use toml::de::{DeTable, DeValue};

/// A value and where it stands. A table that is opened by a header stands at the header.
#[derive(Clone, Debug)]
pub struct Node {
    pub value: Value,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Datetime,
    Array(Vec<Node>),
    Table(Table),
}

/// Entries in file order.
#[derive(Clone, Debug, Default)]
pub struct Table(pub Vec<Entry>);

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    /// Of the key.
    pub span: Span,
    pub node: Node,
    /// The path of the override that made this entry, if one did.
    pub via: Option<String>,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key)
    }
}

impl Entry {
    /// Whether the value is a table without a header or braces of its own, made by a dotted key.
    pub fn is_dotted(&self) -> bool {
        self.span == self.node.span && self.node.as_table().is_some()
    }
}

impl Node {
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    pub fn as_table(&self) -> Option<&Table> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    pub fn as_array(&self) -> Option<&[Node]> {
        if let Value::Array(items) = &self.value { Some(items) } else { None }
    }

    /// The string at `key` of a table.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.as_table()?.get(key)?.node.as_str()
    }

    /// `an integer`, `a string`, ... for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "a boolean",
            Value::Datetime => "a date or time",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Parses the text of source number `source`. What is not TOML is reported, and no tree is given.
pub fn parse(text: &str, source: usize, log: &mut Log) -> Option<Node> {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let range = error.span().unwrap_or(0..0);
        let at = Span { source, start: floor(text, range.start), end: floor(text, range.end.max(range.start)) };
        log.add(Finding::new(at, format!("not TOML: {}", error.message()), ""));
    }
    // A key that is there twice leaves the tree as it is, with the first of the two, and a number that is too large stands
    // where it stands; nothing is known of what follows another error.
    if errors.iter().any(|error| error.message() != "duplicate key") {
        return None;
    }
    let value = Value::Table(table(root.get_ref(), source, log));
    Some(Node { value, span: Span { source, start: 0, end: 0 } })
}

/// The largest character boundary that is not above `index`.
pub fn floor(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn table(table: &DeTable, source: usize, log: &mut Log) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            span: span(key.span(), source),
            node: node(value.get_ref(), span(value.span(), source), log),
            via: None,
        })
        .collect();
    entries.sort_by_key(|entry| entry.span.start);
    Table(entries)
}

fn span(range: std::ops::Range<usize>, source: usize) -> Span {
    Span { source, start: range.start, end: range.end }
}

fn node(value: &DeValue, span: Span, log: &mut Log) -> Node {
    let value = match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Value::Integer(integer),
            Err(_) => {
                log.add_broken(Finding::new(span, "not TOML: this integer does not fit into 64 bits", "too large"));
                Value::Integer(i64::MAX)
            }
        },
        DeValue::Float(float) => match float.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() || float.as_str().contains("inf") || number.is_nan() => {
                Value::Float(number)
            }
            Ok(_) | Err(_) => {
                log.add_broken(Finding::new(span, "not TOML: this number does not fit into 64 bits", "too large"));
                Value::Float(f64::INFINITY)
            }
        },
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::Datetime(_) => Value::Datetime,
        DeValue::Array(items) => Value::Array(
            items.iter().map(|item| node(item.get_ref(), self::span(item.span(), span.source), log)).collect(),
        ),
        DeValue::Table(entries) => Value::Table(table(entries, span.source, log)),
    };
    Node { value, span }
}
