//! Reading a table key by key. A key that nobody asked for by the end is an error with the nearest known one.

use crate::document::{Node, Table};
use crate::log::{Finding, Log, Span};
use crate::{foreign, suggest};

/// A value in its place: what messages call it, and the value.
#[derive(Clone, Debug)]
pub struct At<'d> {
    /// `training.optimizer.learning_rate`.
    pub path: String,
    pub node: &'d Node,
}

/// A table that is being read.
pub struct Fields<'d> {
    path: String,
    section: &'static str,
    table: &'d Table,
    /// Of the table: its header, or its braces.
    pub span: Span,
    known: Vec<&'static str>,
    /// Keys that must be there and are not, and what was reported of each.
    missing: Vec<(&'static str, Finding)>,
}

impl<'d> Fields<'d> {
    /// Opens a table for reading. `section` names its vocabulary, whatever the path is: `model.layers.conv2d`.
    pub fn open(at: &At<'d>, section: &'static str, log: &mut Log) -> Option<Fields<'d>> {
        match at.node.as_table() {
            Some(table) => Some(Fields {
                path: at.path.clone(),
                section,
                table,
                span: at.node.span,
                known: Vec::new(),
                missing: Vec::new(),
            }),
            None => {
                log.add(wrong_type(at, "a table"));
                None
            }
        }
    }

    /// The path of the table, for messages.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether nothing is written at `key`.
    pub fn lacks(&self, key: &str) -> bool {
        self.table.get(key).is_none()
    }

    /// The path of a key, for messages.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The value at `key`, if it is there.
    pub fn at(&mut self, key: &'static str, log: &mut Log) -> Option<At<'d>> {
        self.known.push(key);
        let section = if self.section.is_empty() { key.to_owned() } else { format!("{}.{key}", self.section) };
        log.vocabulary.insert(section);
        let entry = self.table.get(key)?;
        Some(At { path: self.path_of(key), node: &entry.node })
    }

    /// What `read` makes of the value at `key`; `None` where it is not there, or is wrong and was reported.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        log: &mut Log,
        read: impl FnOnce(&At<'d>, &mut Log) -> Option<T>,
    ) -> Option<T> {
        let at = self.at(key, log)?;
        read(&at, log)
    }

    /// The same for a key that must be there; `what` completes "add `key = ...`:".
    pub fn required<T>(
        &mut self,
        key: &'static str,
        what: &str,
        log: &mut Log,
        read: impl FnOnce(&At<'d>, &mut Log) -> Option<T>,
    ) -> Option<T> {
        match self.at(key, log) {
            Some(at) => read(&at, log),
            None => {
                let (of, label) = match self.path.as_str() {
                    "" => ("the file".to_owned(), String::new()),
                    path => (format!("`{path}`"), format!("`{key}` is missing")),
                };
                let finding = Finding::new(self.span, format!("{of} lacks `{key}`"), label)
                    .help(format!("add `{key} = ...`: {what}"));
                self.missing.push((key, finding.clone()));
                log.add(finding);
                None
            }
        }
    }

    /// Reports every key that was not asked for. One that was probably meant to be a key that is missing is the whole
    /// complaint: nothing else is said of the missing one.
    pub fn close(self, log: &mut Log) {
        for entry in &self.table.0 {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let hint = foreign::of_key(self.section, &entry.key, &self.known);
            let nearest = match &hint {
                Some(hint) => hint.meant,
                None => suggest::nearest(&entry.key, self.known.iter().copied()),
            };
            for (_, reported) in self.missing.iter().filter(|(key, _)| nearest == Some(*key)) {
                log.findings.retain(|finding| finding != reported);
            }
            let mut known = self.known.clone();
            known.sort_unstable();
            let inside = if self.path.is_empty() { "the file".to_owned() } else { format!("`{}`", self.path) };
            let takes = format!("{inside} takes {}", suggest::all_of(&known));
            let (told, help) = match hint {
                Some(hint) => (Some(hint.label), hint.help.unwrap_or(takes)),
                None => (None, takes),
            };
            let label = |suggestion: Option<String>| match (told, suggestion) {
                (Some(told), _) => told,
                (None, Some(suggestion)) => format!("did you mean `{suggestion}`?"),
                (None, None) => "not known here".to_owned(),
            };
            log.add(
                match &entry.via {
                    Some(path) => {
                        let meant = nearest.map(|key| self.path_of(key));
                        Finding::new(entry.span, format!("override path `{path}` matches nothing"), label(meant))
                    }
                    None => {
                        let meant = nearest.map(str::to_owned);
                        let message = match self.path.as_str() {
                            "" => format!("unknown key `{}`", entry.key),
                            path => format!("unknown key `{}` in `{path}`", entry.key),
                        };
                        Finding::new(entry.span, message, label(meant))
                    }
                }
                .help(help),
            );
        }
    }
}

/// `expected an integer, found a string`.
pub fn wrong_type(at: &At, expected: &str) -> Finding {
    let label = format!("expected {expected}, found {}", at.node.kind());
    Finding::new(at.node.span, format!("`{}` is of the wrong type", at.path), label)
}
