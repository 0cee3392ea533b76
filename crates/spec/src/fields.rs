//! Reading a table key by key. A key that nobody asked for by the end is an error with the nearest known one.

use crate::document::{Entry, Node, Table};
use crate::foreign::{self, Hint};
use crate::log::{Finding, Log, MOST_FINDINGS, Span};
use crate::suggest;

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
    /// Keys that must be there and are not, and what there is to report of each.
    missing: Vec<(&'static str, Finding)>,
    /// Whether it is only a guess which keys the table takes: then no other key is unknown, and none is missing.
    guessed: bool,
}

/// What is written at a key.
#[derive(Debug, Default)]
pub enum Written<T> {
    /// Nothing.
    #[default]
    Absent,
    /// Something wrong, which was reported.
    Wrong,
    /// This.
    As(T),
}

impl<T> Written<T> {
    pub fn value(self) -> Option<T> {
        if let Written::As(value) = self { Some(value) } else { None }
    }

    pub fn as_ref(&self) -> Written<&T> {
        match self {
            Written::Absent => Written::Absent,
            Written::Wrong => Written::Wrong,
            Written::As(value) => Written::As(value),
        }
    }

    /// The value, or the default where nothing is written; `None` where it is wrong.
    pub fn or(self, default: T) -> Option<T> {
        match self {
            Written::Absent => Some(default),
            Written::Wrong => None,
            Written::As(value) => Some(value),
        }
    }
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
                guessed: false,
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

    /// Goes on with the keys of `section`, which `type` names; or which it probably means, where that is `guessed`.
    pub fn enter(&mut self, section: &'static str, guessed: bool) {
        self.section = section;
        self.guessed = guessed;
    }

    /// The table itself.
    pub fn table(&self) -> &'d Table {
        self.table
    }

    /// How many of the keys that are written were asked for.
    pub fn recognised(&self) -> usize {
        self.table.0.iter().filter(|entry| self.known.contains(&entry.key.as_str())).count()
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
        self.written(key, log, read).value()
    }

    /// The same, which tells apart what is not there and what is wrong.
    pub fn written<T>(
        &mut self,
        key: &'static str,
        log: &mut Log,
        read: impl FnOnce(&At<'d>, &mut Log) -> Option<T>,
    ) -> Written<T> {
        match self.at(key, log) {
            None => Written::Absent,
            Some(at) => read(&at, log).map_or(Written::Wrong, Written::As),
        }
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
                self.lacks_required(key, what);
                None
            }
        }
    }

    fn lacks_required(&mut self, key: &'static str, what: &str) {
        if self.guessed {
            return;
        }
        let (of, label) = match self.path.as_str() {
            "" => ("the file".to_owned(), String::new()),
            path => (format!("`{path}`"), format!("`{key}` is missing")),
        };
        let finding = Finding::new(self.span, format!("{of} lacks `{key}`"), label);
        self.missing.push((key, finding.help(format!("add `{key} = ...`: {what}"))));
    }

    /// Reports every key that was not asked for, and every one that is missing. One that was probably meant to be a key
    /// that is missing is the whole complaint: nothing else is said of the missing one.
    pub fn close(mut self, log: &mut Log) {
        let mut missing = std::mem::take(&mut self.missing);
        let unknown: Vec<&Entry> =
            self.table.0.iter().filter(|entry| !self.known.contains(&entry.key.as_str())).collect();
        let told = unknown.len().min(MOST_FINDINGS);
        for entry in &unknown[..told] {
            let hint = foreign::of_key(self.section, &entry.key, &self.known);
            let nearest = match &hint {
                Some(hint) => hint.meant,
                None => suggest::nearest(&entry.key, self.known.iter().copied()),
            };
            let before = missing.len();
            missing.retain(|(key, _)| nearest != Some(*key));
            if !self.guessed || missing.len() < before {
                log.add(self.unknown(entry, hint, nearest));
            }
        }
        if !self.guessed {
            log.more += unknown.len() - told;
        }
        missing.into_iter().for_each(|(_, finding)| log.add(finding));
    }

    fn unknown(&self, entry: &Entry, hint: Option<Hint>, nearest: Option<&'static str>) -> Finding {
        let mut known = self.known.clone();
        known.sort_unstable();
        known.dedup();
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
                Finding::new(entry.span, message, label(meant)).alone()
            }
        }
        .help(help)
    }
}

/// `expected an integer, found a string`.
pub fn wrong_type(at: &At, expected: &str) -> Finding {
    let label = format!("expected {expected}, found {}", at.node.kind());
    Finding::new(at.node.span, format!("`{}` is of the wrong type", at.path), label).alone()
}
