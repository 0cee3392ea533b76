//! The templates of `templates/`, and how Rust made from them is laid out.

use crate::CodegenError;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// Marks a documentation comment that becomes an ordinary one: the formatter keeps documentation alone.
const MARK: &str = "/// @";

/// The project's width of a line.
const WIDTH: usize = 120;

/// Fills in a template. What comes out ends with a newline.
pub(crate) fn render(template: &str, context: impl Serialize) -> Result<String, CodegenError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut rendered = environment.render_str(template, Serde(context))?;
    rendered.push('\n');
    Ok(rendered)
}

/// Parses and formats rendered Rust, sets items apart with empty lines and turns marked documentation into comments.
pub(crate) fn format(rendered: &str) -> Result<String, CodegenError> {
    let formatted = prettyplease::unparse(&syn::parse_file(rendered)?);
    let formatted = join(&formatted);
    let mut source = String::with_capacity(formatted.len());
    let mut previous = "";
    for line in formatted.lines() {
        let code = line.trim_start();
        if starts_item(code) && !previous.is_empty() && !continues(previous.trim_start()) {
            source.push('\n');
        }
        match code.strip_prefix(MARK) {
            Some(comment) => {
                source.push_str(&line[..line.len() - code.len()]);
                source.push_str("// ");
                source.push_str(comment);
            }
            None => source.push_str(line),
        }
        source.push('\n');
        previous = line;
    }
    Ok(source)
}

/// Joins a list that the formatter spread over lines, one entry each, where it fits [`WIDTH`]: so a layer's type is one
/// line, and an error about it names that line.
fn join(formatted: &str) -> String {
    let lines: Vec<&str> = formatted.lines().collect();
    let mut joined = String::with_capacity(formatted.len());
    let mut at = 0;
    while at < lines.len() {
        let (line, length) = joined_at(&lines[at..]).unwrap_or((lines[at].to_owned(), 1));
        joined.push_str(&line);
        joined.push('\n');
        at += length;
    }
    joined
}

/// The list that begins on the first line, as one line, and the number of lines it took.
fn joined_at(lines: &[&str]) -> Option<(String, usize)> {
    let first = lines.first().filter(|line| line.ends_with(['<', '(']))?;
    let indent = first.len() - first.trim_start().len();
    let entries = lines[1..].iter().take_while(|line| line.len() - line.trim_start().len() > indent).count();
    let last = lines.get(entries + 1).filter(|line| line.trim_start().starts_with(['>', ')']))?;
    let entries: Vec<&str> = lines[1..=entries].iter().map(|line| line.trim()).collect();
    let line = format!("{first}{}{}", entries.join(" ").trim_end_matches(','), last.trim_start());
    let flat = entries.iter().all(|entry| entry.ends_with(',') && !entry.starts_with("//"));
    (flat && line.len() <= WIDTH).then_some((line, entries.len() + 2))
}

/// Whether an empty line belongs before this line.
fn starts_item(code: &str) -> bool {
    let documentation = code.starts_with("/// ") && !code.starts_with(MARK);
    documentation || ["use ", "mod ", "pub struct ", "impl ", "fn "].iter().any(|start| code.starts_with(start))
}

/// Whether the next line belongs to this one.
fn continues(code: &str) -> bool {
    code.ends_with('{') || (code.starts_with("///") && !code.starts_with(MARK))
}
