//! Where things stand in the texts, and what was found wrong there.

use std::collections::{BTreeSet, HashSet};

/// A text that values come from: the experiment file, or one `--set`.
#[derive(Clone, Debug)]
pub struct Source {
    /// What messages call it.
    pub name: String,
    /// All of it.
    pub text: String,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl Source {
    pub fn new(name: String, text: String) -> Source {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect();
        Source { name, text, lines }
    }

    /// The line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|&start| start <= byte)
    }

    /// Where a line, counted from 1, starts, and where it ends, without its line end.
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        let start = self.lines[line - 1];
        let end = self.lines.get(line).map_or(self.text.len(), |&next| next - 1);
        let end = if self.text[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }
}

/// Bytes `start..end` of a source, by its index. Index 0 is the experiment file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub source: usize,
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// The start of the experiment file.
    pub const START: Span = Span { source: 0, start: 0, end: 0 };

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
    /// Whether it is wrong by itself, whatever stands elsewhere: a word that is not known, a number out of bounds.
    pub alone: bool,
}

impl Finding {
    pub fn new(at: Span, message: impl Into<String>, label: impl Into<String>) -> Finding {
        Finding { message: message.into(), at, label: label.into(), also: None, help: None, alone: false }
    }

    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    pub fn also(mut self, at: Span, label: impl Into<String>) -> Finding {
        self.also = Some((at, label.into()));
        self
    }

    /// Marks what is wrong by itself.
    pub fn alone(mut self) -> Finding {
        self.alone = true;
        self
    }
}

/// So many findings are told of one file; the others are only counted. It also bounds the time that they take.
pub const MOST_FINDINGS: usize = 100;

/// What was found wrong so far, and which keys were asked for.
#[derive(Debug, Default)]
pub struct Log {
    /// In the order of discovery; at most [`MOST_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: usize,
    /// Places of which all is said: the values there stand in for what cannot be read.
    pub broken: HashSet<Span>,
    /// What is not wrong, but should be known.
    pub warnings: Vec<Finding>,
    /// `section.key` of every key that a reader knows: the vocabulary, as far as the file made readers look.
    pub vocabulary: BTreeSet<String>,
}

impl Log {
    pub fn add(&mut self, finding: Finding) {
        if self.broken.contains(&finding.at) || self.findings.contains(&finding) {
            return;
        }
        if self.is_full() {
            self.more += 1;
        } else {
            self.findings.push(finding);
        }
    }

    /// Reports what cannot be read at all: nothing else is said of it.
    pub fn add_broken(&mut self, finding: Finding) {
        let at = finding.at;
        self.add(finding);
        self.broken.insert(at);
    }

    /// An empty log that knows what is broken.
    pub fn fresh(&self) -> Log {
        Log { broken: self.broken.clone(), ..Log::default() }
    }

    pub fn warn(&mut self, warning: Finding) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// How many were found.
    pub fn count(&self) -> usize {
        self.findings.len() + self.more
    }

    /// Whether another finding would only be counted.
    pub fn is_full(&self) -> bool {
        self.findings.len() >= MOST_FINDINGS
    }
}
