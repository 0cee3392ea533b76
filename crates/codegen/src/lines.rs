//! From a line of a generated model back to the layer it was written for.

/// The layer that line `line` (from 1) of a model's source speaks of: one it names, or else the one whose comment stands above
/// it. `None` for lines that belong to no layer.
pub fn layer_of_line(model_source: &str, line: usize) -> Option<&str> {
    let lines: Vec<&str> = model_source.lines().collect();
    let index = line.checked_sub(1).filter(|index| *index < lines.len())?;
    let text = lines[index].trim_start();
    let names = || lines.iter().filter_map(|line| line.strip_prefix("/// ").and_then(named));
    if text.starts_with("//") {
        return text.trim_start_matches('/').strip_prefix(' ').and_then(named).filter(|n| names().any(|m| m == *n));
    }
    if let Some(name) = names().find(|name| mentions(text, name)) {
        return Some(name);
    }
    // The rest of a statement, or the check that follows a type: up to its comment, past no other statement or item.
    let is_check = text.starts_with("const _");
    let above = lines[..index].iter().rev().map(|line| line.trim_start());
    above
        .take_while(|line| !line.is_empty() && !line.ends_with(['{', '}']) && (is_check || !line.ends_with(';')))
        .find(|line| line.starts_with("//"))
        .and_then(|line| line.trim_start_matches('/').strip_prefix(' '))
        .and_then(named)
        .filter(|name| names().any(|known| known == *name))
}

/// The first name of a layer's comment: `conv1` of `conv1: conv2d ...` and of `conv1 + pool1: conv2d ...`.
fn named(comment: &str) -> Option<&str> {
    let (names, _) = comment.split_once(": ")?;
    let name = names.split(" + ").next()?;
    let is_name = names.split(" + ").all(|name| !name.is_empty() && name.chars().all(is_name_char));
    is_name.then_some(name)
}

/// Whether a line of code names a layer: as the field of `self`, as a field that is declared or set, or in quotes.
fn mentions(code: &str, name: &str) -> bool {
    let field = |start: &str| code.strip_prefix(start).and_then(|rest| rest.strip_prefix(':')).is_some();
    let of_self = code
        .split("self.")
        .skip(1)
        .any(|rest| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_name_char)));
    field(name) || of_self || code.contains(&format!("\"{name}\""))
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}
