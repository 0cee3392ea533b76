//! `--set PATH=VALUE` as an override. VALUE is TOML, or else a bare string.

use crate::document::{self, Node, Value};
use crate::log::{Finding, Log, Source, Span};
use crate::overrides::Override;

/// What the command line's texts are called in messages.
const ORIGIN: &str = "command line";
const FLAG: &str = "--set ";

/// The text of a `--set`, as messages show it.
pub fn source(set: &str) -> Source {
    Source::new(ORIGIN.to_owned(), format!("{FLAG}{set}"))
}

/// Reads the `--set` whose text is source number `source`.
pub fn parse(text: &str, source: usize, log: &mut Log) -> Option<Override> {
    let whole = Span { source, start: 0, end: text.len() };
    let Some(equals) = text.find('=') else {
        log.add(
            Finding::new(Span { start: FLAG.len(), ..whole }, "`--set` without a value", "expected PATH=VALUE")
                .help("for instance `--set training.epochs=3`"),
        );
        return None;
    };
    let path = text[FLAG.len()..equals].trim();
    let at = Span { start: FLAG.len(), end: equals, ..whole };
    let value = value(text, equals, source, log)?;
    Some(Override { path: path.to_owned(), at, value })
}

/// The value after the equals sign, with its place in `text`. What is neither TOML nor begins as only TOML does is a
/// string without quotes; what begins as a list, a table or a quoted string and does not end as one is reported.
fn value(text: &str, equals: usize, source: usize, log: &mut Log) -> Option<Node> {
    // A key of as many bytes as stand before the equals sign keeps every place as it is.
    let toml = format!("{}={}", "x".repeat(equals), &text[equals + 1..]);
    let mut own = Log::default();
    let parsed = document::parse(&toml, source, &mut own);
    if let Some(Node { value: Value::Table(mut table), .. }) = parsed
        && table.0.len() == 1
        && let Some(entry) = table.0.pop()
    {
        return Some(entry.node);
    }
    let bare = &text[equals + 1..];
    let start = equals + 1 + (bare.len() - bare.trim_start().len());
    let bare = bare.trim();
    if bare.starts_with(['[', '{', '"', '\''])
        && let Some(first) = own.findings.into_iter().next()
    {
        log.add(first.help("a value is TOML, or else a string without quotes: `--set 'seeds=[0, 1]'`"));
        return None;
    }
    Some(Node { value: Value::String(bare.to_owned()), span: Span { source, start, end: start + bare.len() } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Override {
        parse(&source(text).text, 1, &mut Log::default()).unwrap()
    }

    #[test]
    fn a_value_is_toml_or_a_bare_string() {
        let set_to = |text: &str| set(text).value.value;
        assert!(matches!(set_to("training.epochs=3"), Value::Integer(3)));
        assert!(matches!(set_to("seeds=[0, 1]"), Value::Array(items) if items.len() == 2));
        assert!(matches!(set_to("data.directory=/a=b/c d"), Value::String(text) if text == "/a=b/c d"));
        assert!(matches!(set_to("data.directory=\"x\""), Value::String(text) if text == "x"));
        assert!(matches!(set_to("name=a\nb=1"), Value::String(text) if text == "a\nb=1"));
        assert_eq!(set("training.epochs = 3").path, "training.epochs");
    }

    #[test]
    fn places_are_those_in_the_text() {
        let text = source("training.epochs = 30").text;
        let one = parse(&text, 1, &mut Log::default()).unwrap();
        assert_eq!(&text[one.value.span.start..one.value.span.end], "30");
        assert_eq!(text[one.at.start..one.at.end].trim(), "training.epochs");
    }
}
