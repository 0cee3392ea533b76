//! Whatever a file says, it is loaded or complained about: never a panic, and every complaint can be drawn.

mod common;

use common::{GOOD, load_with};
use proptest::prelude::*;

const EVERYTHING: &str = include_str!("fixtures/everything.toml");

/// Words that the vocabulary knows, and values at the edge of what it takes.
const WORDS: [&str; 32] = [
    "0",
    "-1",
    "1",
    "9223372036854775807",
    "9223372036854775808",
    "1e999",
    "nan",
    "-inf",
    "0.5",
    "true",
    "\"\"",
    "\"relu\"",
    "\"dense\"",
    "\"é\u{301}\"",
    "[]",
    "[1, 2]",
    "{}",
    "{ type = \"sgd\" }",
    "1979-05-27",
    "[[model.layers]]",
    "[factors.x]",
    "[data]",
    "type = \"flatten\"",
    "\"model.layers\" = []",
    "a.b.c = 1",
    "=",
    "\n",
    "\r\n",
    "\t",
    "#",
    "'",
    "\"\"\"",
];

/// A text with some of its words, lines or characters changed.
fn mutated(text: &'static str) -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0..12usize, prop::sample::select(WORDS.to_vec()));
    prop::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut characters: Vec<char> = text.chars().collect();
        for (at, length, word) in edits {
            let start = at.index(characters.len() + 1);
            let end = (start + length).min(characters.len());
            characters.splice(start..end, word.chars());
        }
        characters.into_iter().collect()
    })
}

/// A text in which the value of some line is another one.
fn other_values(text: &'static str) -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), prop::sample::select(WORDS.to_vec()));
    prop::collection::vec(edit, 1..4).prop_map(move |edits| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let with_value: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].contains(" = ")).collect();
        for (at, word) in edits {
            let line = with_value[at.index(with_value.len())];
            let key = lines[line].split(" = ").next().unwrap_or_default().to_owned();
            lines[line] = format!("{key} = {word}");
        }
        lines.join("\n")
    })
}

fn is_handled(text: &str, sets: &[&str]) {
    for classes in [&["cat", "dog"][..], &[]] {
        if let Err(diagnostics) = load_with(text, sets, classes) {
            assert!(diagnostics.len() > 0);
            assert!(diagnostics.render(false).contains("error"));
            assert!(diagnostics.render(true).contains("error"));
            for one in diagnostics.iter() {
                assert!(one.line >= 1 && one.column >= 1 && !one.message.is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files(text in prop_oneof![mutated(GOOD), mutated(EVERYTHING)]) {
        is_handled(&text, &[]);
    }

    #[test]
    fn files_with_other_values(text in prop_oneof![other_values(GOOD), other_values(EVERYTHING)]) {
        is_handled(&text, &[]);
    }

    #[test]
    fn any_set(path in "[a-z_.]{0,12}|model\\.layers(\\.[a-z0-9_]{0,6})?|training\\.optimizer(\\.[a-z]{0,4})?",
               value in "\\PC{0,12}|\\[[0-9, ]{0,6}\\]?") {
        is_handled(GOOD, &[&format!("{path}={value}")]);
    }

    #[test]
    fn any_text(text in "\\PC{0,40}") {
        is_handled(&text, &[&text]);
    }
}
