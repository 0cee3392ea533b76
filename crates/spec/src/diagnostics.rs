//! Findings as a person reads them: file, line, column, the line itself with a caret, and what can be done.

use crate::document::floor;
use crate::log::{Finding, Log, Source, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::fmt;

/// One thing that is wrong with an experiment.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The file's name, or `command line`.
    pub origin: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What stands beside the caret.
    pub label: String,
    /// What can be done.
    pub help: Option<String>,
    at: Span,
    also: Option<(Span, String)>,
}

/// All that is wrong with an experiment, in the order of the file.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
    /// How many more there are.
    more: usize,
    level: Level<'static>,
    sources: Vec<Source>,
}

impl Diagnostics {
    pub(crate) fn of_errors(log: Log, sources: Vec<Source>) -> Diagnostics {
        Diagnostics::new(log.findings, log.more, Level::ERROR, sources)
    }

    /// `None` where there are none.
    pub(crate) fn of_warnings(log: Log, sources: Vec<Source>) -> Option<Diagnostics> {
        (!log.warnings.is_empty()).then(|| Diagnostics::new(log.warnings, 0, Level::WARNING, sources))
    }

    fn new(mut findings: Vec<Finding>, more: usize, level: Level<'static>, sources: Vec<Source>) -> Diagnostics {
        findings.sort_by_key(|finding| finding.at);
        let all = findings
            .into_iter()
            .map(|finding| {
                let source = &sources[finding.at.source];
                let line = source.line(finding.at.start);
                let before = &source.text[source.line_range(line).start..finding.at.start];
                Diagnostic {
                    origin: files::shown(&source.name).to_string(),
                    line,
                    column: before.chars().count() + 1,
                    message: legible(&finding.message),
                    label: legible(&finding.label),
                    help: finding.help.as_deref().map(legible_lines),
                    at: finding.at,
                    also: finding.also.map(|(at, label)| (at, legible(&label))),
                }
            })
            .collect();
        let sources = sources.into_iter().map(|source| Source::new(source.name, harmless(&source.text))).collect();
        Diagnostics { all, more, level, sources }
    }

    /// Each of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.all.iter()
    }

    /// How many there are; never 0.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.all.len() + self.more
    }

    /// All of them as text in the manner of rustc, one empty line between two. A file with very many has the first of
    /// them here, and the number of the others.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let mut texts: Vec<String> = self.all.iter().map(|one| self.render_one(one, &renderer)).collect();
        if self.more > 0 {
            texts.push(format!("and {} more", self.more));
        }
        texts.join("\n\n") + "\n"
    }

    fn render_one(&self, one: &Diagnostic, renderer: &Renderer) -> String {
        let mut group = Group::with_title(self.level.clone().primary_title(one.message.as_str()));
        let primary = (one.at, one.label.as_str(), AnnotationKind::Primary);
        let context = one.also.as_ref().map(|(at, label)| (*at, label.as_str(), AnnotationKind::Context));
        match context {
            Some(context) if context.0.source == one.at.source && self.is_small(one.at.source) => {
                let snippet = self.snippet(one.at.source);
                group =
                    group.element(snippet.annotation(self.annotation(primary)).annotation(self.annotation(context)));
            }
            Some(_) | None => {
                for annotated in std::iter::once(primary).chain(context) {
                    group = self.show(group, annotated);
                }
            }
        }
        if let Some(help) = &one.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    /// Adds the line of a place, and where it is.
    fn show<'s>(&'s self, group: Group<'s>, annotated: Annotated<'s>) -> Group<'s> {
        let (at, label, kind) = annotated;
        if self.is_small(at.source) {
            return group.element(self.snippet(at.source).annotation(self.annotation(annotated)));
        }
        let source = &self.sources[at.source];
        let line = source.line(at.start);
        let whole = source.line_range(line);
        let range = self.range(at);
        // A piece of a line that would fill pages.
        let start = floor(&source.text, range.start.saturating_sub(BESIDE).max(whole.start));
        let end = floor(&source.text, (range.start + BESIDE).min(whole.end));
        let range = range.start - start..range.end.min(end) - start;
        let column = source.text[whole.start..at.start].chars().count() + 1;
        let snippet = Snippet::source(&source.text[start..end]).line_start(line);
        group
            .element(Origin::path(source.name.as_str()).line(line).char_column(column))
            .element(snippet.annotation(kind.span(range).label(label)))
    }

    fn annotation<'s>(&self, (at, label, kind): Annotated<'s>) -> Annotation<'s> {
        kind.span(self.range(at)).label(label)
    }

    /// Whether a text can be given whole to who draws it, who goes through all of it each time.
    fn is_small(&self, source: usize) -> bool {
        self.sources[source].text.len() <= SMALL
    }

    fn snippet(&self, source: usize) -> Snippet<'_, Annotation<'_>> {
        let source = &self.sources[source];
        Snippet::source(source.text.as_str()).path(source.name.as_str())
    }

    /// A span's bytes, cut to its first line: what a table header opens would otherwise be drawn over many lines.
    fn range(&self, at: Span) -> std::ops::Range<usize> {
        let text = &self.sources[at.source].text;
        let first_line = text[at.start..at.end].find(['\n', '\r']).map_or(at.end, |length| at.start + length);
        at.start..first_line
    }
}

/// `text` with every byte in its place, and nothing that the renderer would hand to a terminal as it is: it shows the
/// control characters of ASCII as symbols, and leaves others.
fn harmless(text: &str) -> String {
    let shown = |character: char| match character.len_utf8() {
        2 if files::is_harmful(character) => '·',
        3 if files::is_harmful(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    };
    text.chars().map(shown).collect()
}

/// A place, what stands beside it, and whether it is the one or the other.
type Annotated<'s> = (Span, &'s str, AnnotationKind);

/// Larger texts are shown in pieces, in bytes.
const SMALL: usize = 64 << 10;
/// How much of a line is shown at each side, in bytes.
const BESIDE: usize = 80;
/// The longest line of a message, in characters.
const LONGEST: usize = 1000;

/// A text on one line, without control characters, and with an end.
fn legible(text: &str) -> String {
    let cut = text.char_indices().nth(LONGEST).map_or(text.to_owned(), |(end, _)| format!("{}...", &text[..end]));
    files::shown(&cut).to_string()
}

/// The same of each line: a help may have several, which are indented.
fn legible_lines(text: &str) -> String {
    text.lines().map(legible).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(false).trim_end())
    }
}

impl std::error::Error for Diagnostics {}
