//! Where things stand in the texts, and what was found wrong there.

use std::collections::BTreeSet;

/// A text that values come from: the experiment file, or one `--set`.
#[derive(Clone, Debug)]
pub struct Source {
    /// What messages call it.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// Bytes `start..end` of a source, by its index. Index 0 is the experiment file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub source: usize,
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Whether `other` lies inside.
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, in a line.
    pub message: String,
    /// Where.
    pub at: Span,
    /// What stands beside the caret.
    pub label: String,
    /// Another place that has to do with it.
    pub also: Option<(Span, String)>,
    /// What can be done.
    pub help: Option<String>,
}

impl Finding {
    pub fn new(at: Span, message: impl Into<String>, label: impl Into<String>) -> Finding {
        Finding { message: message.into(), at, label: label.into(), also: None, help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    pub fn also(mut self, at: Span, label: impl Into<String>) -> Finding {
        self.also = Some((at, label.into()));
        self
    }
}

/// What was found wrong so far, and which keys were asked for.
#[derive(Debug, Default)]
pub struct Log {
    /// In the order of discovery.
    pub findings: Vec<Finding>,
    /// `section.key` of every key that a reader knows: the vocabulary, as far as the file made readers look.
    pub vocabulary: BTreeSet<String>,
}

impl Log {
    pub fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}
