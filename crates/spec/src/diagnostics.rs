//! Findings as a person reads them: file, line, column, the line itself with a caret, and what can be done.

use crate::log::{Finding, Source, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};
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
    sources: Vec<Source>,
}

impl Diagnostics {
    pub(crate) fn new(mut findings: Vec<Finding>, sources: Vec<Source>) -> Diagnostics {
        findings.sort_by_key(|finding| finding.at);
        let all = findings
            .into_iter()
            .map(|finding| {
                let source = &sources[finding.at.source];
                let (line, column) = line_and_column(&source.text, finding.at.start);
                Diagnostic {
                    origin: files::shown(&source.name).to_string(),
                    line,
                    column,
                    // What is quoted from a file may drive a terminal, or start a line of its own.
                    message: files::shown(&finding.message).to_string(),
                    label: files::shown(&finding.label).to_string(),
                    help: finding.help.map(|help| files::printable(&help).into_owned()),
                    at: finding.at,
                    also: finding.also.map(|(at, label)| (at, files::shown(&label).to_string())),
                }
            })
            .collect();
        let sources = sources.into_iter().map(|source| Source { text: harmless(&source.text), ..source }).collect();
        Diagnostics { all, sources }
    }

    /// Each of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.all.iter()
    }

    /// How many there are; never 0.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them as text in the manner of rustc, one empty line between two.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let texts: Vec<String> = self.all.iter().map(|one| self.render_one(one, &renderer)).collect();
        texts.join("\n\n") + "\n"
    }

    fn render_one(&self, one: &Diagnostic, renderer: &Renderer) -> String {
        let primary = AnnotationKind::Primary.span(self.range(one.at)).label(one.label.as_str());
        let snippet = self.snippet(one.at.source).annotation(primary);
        let title = Level::ERROR.primary_title(one.message.as_str());
        let group = match &one.also {
            Some((at, label)) => {
                let context = AnnotationKind::Context.span(self.range(*at)).label(label.as_str());
                if at.source == one.at.source {
                    title.element(snippet.annotation(context))
                } else {
                    title.element(snippet).element(self.snippet(at.source).annotation(context))
                }
            }
            None => title.element(snippet),
        };
        let group = match &one.help {
            Some(help) => group.element(Level::HELP.message(help.as_str())),
            None => group,
        };
        renderer.render(&[group])
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

/// Line and column of a byte, from 1.
pub fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(false).trim_end())
    }
}

impl std::error::Error for Diagnostics {}
