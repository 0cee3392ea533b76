//! Rust source, laid out as it is written: indented lines, blocks, and lists that take one line where they fit.
//!
//! The layout is that of prettyplease, with wider lines and comments; the tests hold it to that.

use std::fmt::Display;

/// Columns that a list on one line may take: the project's width of a line.
const WIDTH: usize = 120;
/// Columns of the lists that rustfmt would not join either.
const NARROW: usize = 89;
const INDENT: usize = 4;

/// Source that grows line by line.
#[derive(Default)]
pub(crate) struct Source {
    text: String,
    depth: usize,
}

impl Source {
    /// A line at the current depth.
    pub fn line(&mut self, line: impl Display) {
        self.text.push_str(&format!("{:width$}{line}\n", "", width = self.margin()));
    }

    /// An empty line, between items.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// As [`within`](Self::within), between braces.
    pub fn block(&mut self, head: impl Display, body: impl FnOnce(&mut Source)) {
        self.within(format!("{head} {{"), body, "}");
    }

    /// A list between `open` and `close`: on one line, or an entry a line where that is wider than the project's lines.
    pub fn list(&mut self, open: &str, entries: &[impl Display], close: &str) {
        self.list_within(WIDTH, open, entries, close);
    }

    /// As [`list`](Self::list), of a narrower width.
    pub fn narrow_list(&mut self, open: &str, entries: &[impl Display], close: &str) {
        self.list_within(NARROW, open, entries, close);
    }

    /// Names between `open` and `close`, as many on a line as fit.
    pub fn fill(&mut self, open: &str, names: &[&str], close: &str) {
        let fill = |source: &mut Source| {
            let mut line = String::new();
            for (at, name) in names.iter().enumerate() {
                // The comma after the last name may stand out.
                let comma = usize::from(at + 1 < names.len());
                if source.margin() + line.len() + " ".len() + name.len() + comma > NARROW && !line.is_empty() {
                    source.line(std::mem::take(&mut line));
                }
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(name);
                line.push(',');
            }
            source.line(line);
        };
        self.within(open, fill, close);
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.text
    }

    fn list_within(&mut self, width: usize, open: &str, entries: &[impl Display], close: &str) {
        let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
        let line = format!("{open}{}{close}", entries.join(", "));
        if self.margin() + line.len() <= width {
            return self.line(line);
        }
        self.within(open, |source| entries.iter().for_each(|entry| source.line(format_args!("{entry},"))), close);
    }

    /// `open`, what `body` writes one level deeper, and `close`.
    pub fn within(&mut self, open: impl Display, body: impl FnOnce(&mut Source), close: &str) {
        self.line(open);
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line(close);
    }

    fn margin(&self) -> usize {
        self.depth * INDENT
    }
}
