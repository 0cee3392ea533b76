//! How generated Rust is laid out, by a formatter: what [`codegen`] writes must come out of it unchanged.

/// Marks a comment as documentation: the formatter keeps documentation alone.
const MARK: &str = "/// @";

/// The project's width of a line.
const WIDTH: usize = 120;

/// Parses and formats a model's source, sets items apart with empty lines and joins lists that fit the project's lines.
pub fn format(source: &str) -> String {
    // A comment in a body becomes documentation of the statement below it, for the formatter to keep.
    let marked = |line: &str| match line.trim_start().strip_prefix("// ") {
        Some(comment) => format!("{MARK}{comment}\n"),
        None => format!("{line}\n"),
    };
    let marked: String = source.lines().map(marked).collect();
    let formatted = prettyplease::unparse(&syn::parse_file(&marked).expect("Rust"));
    let mut laid_out = String::with_capacity(formatted.len());
    let joined = join(&formatted);
    let mut previous = "";
    for line in joined.lines() {
        let code = line.trim_start();
        if starts_item(code) && !previous.is_empty() && !continues(previous.trim_start()) {
            laid_out.push('\n');
        }
        match code.strip_prefix(MARK) {
            Some(comment) => laid_out.push_str(&format!("{}// {comment}", &line[..line.len() - code.len()])),
            None => laid_out.push_str(line),
        }
        laid_out.push('\n');
        previous = line;
    }
    laid_out
}

/// Joins lists that the formatter, whose lines are shorter, spread over several.
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
