//! Words of Keras and PyTorch, and what they are called here: for somebody who writes a first file from habit.
//!
//! A word that is only spelt otherwise (`Conv2D`, `max-pool2d`) is told by its letters; all others stand in two tables,
//! one of values and one of keys, each by the place where they are written.

mod keys;
mod values;

pub use keys::of_key;
pub use values::of_value;

/// What to say of a word that means something elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Beside the caret.
    pub label: String,
    /// What to write, where the label does not say all; else the words that are known are listed.
    pub help: Option<String>,
    /// The key or word of the same place that was meant.
    pub meant: Option<&'static str>,
}

/// What a word of another framework stands for.
#[derive(Clone, Copy)]
enum Means {
    /// A word of the same place, by another convention of spelling.
    Spelt(&'static str),
    /// Another word in the same place.
    Called(&'static str),
    /// A key elsewhere, by its path in the file.
    Goes(&'static str),
    /// Something else is written: label, and help.
    Write(&'static str, &'static str),
    /// There is nothing to write: why.
    Needless(&'static str),
    /// The word is known, and Ablate does not have the thing.
    Missing,
}

impl Means {
    fn hint(self) -> Hint {
        let (label, help, meant) = match self {
            Means::Spelt(word) => (format!("did you mean `{word}`?"), None, Some(word)),
            Means::Called(word) => (format!("called `{word}` here"), None, Some(word)),
            Means::Goes(path) => (format!("goes to `{path}`"), None, None),
            Means::Write(label, help) => (label.to_owned(), Some(help.to_owned()), None),
            Means::Needless(why) => ("not needed here".to_owned(), Some(why.to_owned()), None),
            Means::Missing => ("not there yet; see \"Limits\" in README.md".to_owned(), None, None),
        };
        Hint { label, help, meant }
    }
}

/// The letters and digits of a word, in lower case: what is left when spelling conventions are taken away.
fn letters(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The word among `known` that is `word` by another convention of spelling.
fn respelt<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = letters(word);
    known.into_iter().find(|known| letters(known) == wanted && !wanted.is_empty())
}
