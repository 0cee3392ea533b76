//! Overrides by path, applied to the tree as written.
//!
//! A path is keys joined by dots. An entry of a list is addressed by its `name`, or by its `type` where only one entry
//! has that type. Tables that are not written yet are made on the way; whether their keys mean anything is found out
//! when the tree is read, as for any other key.

use crate::document::{Entry, Node, Table, Value};
use crate::log::{Finding, Log, Span};
use crate::suggest;
use std::collections::HashMap;

/// A value for a path.
#[derive(Clone, Debug)]
pub struct Override {
    pub path: String,
    /// Where the path is written.
    pub at: Span,
    pub value: Node,
}

/// The most keys of a path. None that means anything has as many.
pub const MOST_KEYS: usize = 32;

/// Keys whose value may be a string or a table with that string as `type`.
const TYPED: [&str; 2] = ["optimizer", "activation"];

/// Applies one override; a path that cannot be followed is reported.
pub fn apply(root: &mut Node, change: &Override, log: &mut Log) {
    let keys: Vec<&str> = change.path.split('.').collect();
    if keys.len() > MOST_KEYS || keys.iter().any(|key| key.is_empty()) {
        let message = format!("`{}` is not a path", change.path);
        let label = format!("expected keys joined by dots, at most {MOST_KEYS}");
        let label = if keys.len() > MOST_KEYS { label.as_str() } else { "expected keys joined by dots" };
        log.add(
            Finding::new(change.at, message, label).help("for instance `training.optimizer.learning_rate`").alone(),
        );
        return;
    }
    let mut here = root;
    for (depth, key) in keys.iter().enumerate() {
        let so_far = keys[..depth].join(".");
        let last = depth + 1 == keys.len();
        if let Value::String(kind) = &here.value
            && depth > 0
            && TYPED.contains(&keys[depth - 1])
        {
            let kind = Node { value: Value::String(kind.clone()), span: here.span };
            let entry = Entry { key: "type".to_owned(), span: here.span, node: kind, via: None };
            here.value = Value::Table(Table(vec![entry]));
        }
        let kind = here.kind();
        here = match &mut here.value {
            Value::Table(table) => {
                let index = match table.0.iter().position(|entry| entry.key == *key) {
                    Some(index) => index,
                    None => {
                        let node = Node { value: Value::Table(Table::default()), span: change.at };
                        let via = Some(change.path.clone());
                        table.0.push(Entry { key: (*key).to_owned(), span: change.at, node, via });
                        table.0.len() - 1
                    }
                };
                &mut table.0[index].node
            }
            Value::Array(items) => match find(items, key) {
                Ok(index) => &mut items[index],
                Err(Lost::Unknown(help)) => {
                    let message = format!("override path `{}` matches nothing", change.path);
                    log.add(Finding::new(change.at, message, format!("`{so_far}` has no `{key}`")).help(help));
                    return;
                }
                Err(Lost::Ambiguous(same)) => {
                    let message = format!("override path `{}` matches {} entries", change.path, same.len());
                    let label = format!("`{so_far}` has {} of type `{key}`", same.len());
                    let help = format!("say which: {}", suggest::any_of(&same));
                    log.add(Finding::new(change.at, message, label).help(help));
                    return;
                }
            },
            Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime => {
                let message = format!("override path `{}` matches nothing", change.path);
                log.add(Finding::new(change.at, message, format!("`{so_far}` is {kind} and has nothing in it")));
                return;
            }
        };
        if last {
            *here = change.value.clone();
        }
    }
}

/// The value at a path, found as `apply` finds it.
pub fn lookup<'d>(root: &'d Node, path: &str) -> Option<&'d Node> {
    path.split('.').try_fold(root, |here, key| match &here.value {
        Value::Table(table) => table.get(key).map(|entry| &entry.node),
        Value::Array(items) => find(items, key).ok().map(|index| &items[index]),
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime => None,
    })
}

/// A path with the name of every list entry that it addresses by type: two spellings of one place become one.
pub fn canonical(root: &Node, path: &str) -> String {
    let mut here = Some(root);
    let mut keys = Vec::new();
    for key in path.split('.') {
        let mut name = key.to_owned();
        here = here.and_then(|node| match &node.value {
            Value::Table(table) => table.get(key).map(|entry| &entry.node),
            Value::Array(items) => {
                let index = find(items, key).ok()?;
                name = names(items).swap_remove(index).unwrap_or(name.clone());
                Some(&items[index])
            }
            Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime => None,
        });
        keys.push(name);
    }
    keys.join(".")
}

/// The names of a list's entries: `name`, or else the type and how manieth of its type it is (`conv2d_2`).
pub fn names(items: &[Node]) -> Vec<Option<String>> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    items
        .iter()
        .map(|item| {
            let of_type = item.text_at("type").map(|kind| {
                let count = seen.entry(kind).or_default();
                *count += 1;
                format!("{kind}_{count}")
            });
            item.text_at("name").map(str::to_owned).or(of_type)
        })
        .collect()
}

/// The entry of a list that `key` addresses, if it is a list and has one.
pub fn position(list: &Node, key: &str) -> Option<usize> {
    find(list.as_array()?, key).ok()
}

/// Why a word addresses no entry of a list.
enum Lost {
    /// Nothing has that name or type; what is there instead.
    Unknown(String),
    /// These have that type.
    Ambiguous(Vec<String>),
}

/// The entry of that name, or the only one of that type.
fn find(items: &[Node], key: &str) -> Result<usize, Lost> {
    if let Some(index) = named(items, key) {
        return Ok(index);
    }
    let typed: Vec<usize> = (0..items.len()).filter(|&i| items[i].text_at("type") == Some(key)).collect();
    if let [only] = typed[..] {
        return Ok(only);
    }
    let names = names(items);
    if !typed.is_empty() {
        return Err(Lost::Ambiguous(typed.iter().filter_map(|&i| names[i].clone()).collect()));
    }
    let known: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
    if known.is_empty() {
        return Err(Lost::Unknown("nothing in this list has a name or a type; set the whole list".to_owned()));
    }
    let there = format!("there are {}", suggest::all_of(&known));
    let kinds = items.iter().filter_map(|item| item.text_at("type"));
    Err(Lost::Unknown(match suggest::nearest(key, known.iter().copied().chain(kinds)) {
        Some(meant) => format!("did you mean `{meant}`? {there}"),
        None => there,
    }))
}

/// The first entry that [`names`] gives that name, without a list of them all.
fn named(items: &[Node], key: &str) -> Option<usize> {
    let numbered = key.rsplit_once('_').and_then(|(kind, number)| {
        let number: usize = number.parse().ok().filter(|count: &usize| count.to_string() == number)?;
        Some((kind, number))
    });
    let mut seen = 0;
    items.iter().position(|item| {
        let is_of_kind = numbered.is_some_and(|(kind, _)| item.text_at("type") == Some(kind));
        seen += usize::from(is_of_kind);
        match item.text_at("name") {
            Some(name) => name == key,
            None => is_of_kind && numbered.is_some_and(|(_, number)| number == seen),
        }
    })
}
