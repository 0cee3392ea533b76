//! Names of splits and classes, as people write them.

use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// The names a training folder may have, in any case of its letters.
pub(crate) const TRAIN: [&str; 4] = ["train", "training", "training_set", "train_set"];
/// The names a validation folder may have, in any case.
pub(crate) const VALIDATION: [&str; 5] = ["val", "validation", "valid", "validation_set", "val_set"];
/// The names a test folder may have, in any case.
pub(crate) const TEST: [&str; 3] = ["test", "testing", "test_set"];

/// What each split is called in messages, and the names it may have: training, validation, test.
pub const SPLITS: [(&str, &[&str]); 3] = [("training", &TRAIN), ("validation", &VALIDATION), ("test", &TEST)];

/// The split that `name` stands for: an index into [`SPLITS`].
pub fn split(name: &str) -> Option<usize> {
    SPLITS.iter().position(|(_, names)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// The split that `name` is nearly a name of, and that name: a slip of the hand (`valdiation`), or a word more
/// (`test_images`).
pub fn near_split(name: &str) -> Option<(usize, &'static str)> {
    let lower = name.to_ascii_lowercase();
    let known =
        SPLITS.iter().enumerate().flat_map(|(split, (_, names))| names.iter().map(move |&known| (split, known)));
    let slips = |known: &str| {
        let distance = strsim::osa_distance(&lower, known);
        // `rest` is another word than `test`, `tset` is not.
        let is_word = known.len() <= 4 && lower.len() == known.len() && letters(&lower) != letters(known);
        (distance <= if known.len() > 5 { 2 } else { 1 } && !is_word).then_some(distance)
    };
    let near = known.clone().filter_map(|(split, known)| Some((slips(known)?, split, known))).min();
    let longer = || known.clone().filter(|(_, known)| lower.starts_with(known)).max_by_key(|(_, known)| known.len());
    near.map(|(_, split, known)| (split, known)).or_else(longer)
}

fn letters(name: &str) -> Vec<char> {
    let mut letters: Vec<char> = name.chars().collect();
    letters.sort_unstable();
    letters
}

/// `name` in Unicode's composed form: equal for two names that differ only in how their accents are written.
pub fn normal(name: &str) -> String {
    name.nfc().collect()
}

/// How two names differ that a reader takes for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// In the case of letters.
    Case,
    /// In how Unicode writes a letter with an accent: as one character, or as a letter and an accent.
    Unicode,
}

impl Spelling {
    /// How `one` and `other` differ, where a reader takes them for one.
    pub fn of(one: &str, other: &str) -> Option<Spelling> {
        if one == other {
            None
        } else if one.nfc().eq(other.nfc()) {
            Some(Spelling::Unicode)
        } else {
            one.nfc()
                .flat_map(char::to_lowercase)
                .eq(other.nfc().flat_map(char::to_lowercase))
                .then_some(Spelling::Case)
        }
    }

    /// In words, as the end of a sentence of two names.
    pub fn words(self) -> &'static str {
        match self {
            Spelling::Case => "in another case",
            Spelling::Unicode => {
                "in another Unicode form (accents composed or decomposed; systems differ in how they write them)"
            }
        }
    }
}

/// Formats of images that are not read, by what the name of a file ends with.
const UNREAD: [(&str, &str); 9] = [
    ("avif", "AVIF is not read"),
    ("heic", "HEIC is not read"),
    ("heif", "HEIF is not read"),
    ("jxl", "JPEG XL is not read"),
    ("jp2", "JPEG 2000 is not read"),
    ("j2k", "JPEG 2000 is not read"),
    ("svg", "SVG is not read"),
    ("psd", "PSD is not read"),
    ("ico", "ICO is not read"),
];

/// Why a file is not read that is an image by its name, but not in one of the formats that are.
pub fn unread(name: &Path) -> Option<&'static str> {
    let extension = name.extension()?.to_str()?;
    UNREAD.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_known_in_any_case_and_guessed_at_where_a_name_is_nearly_theirs() {
        for (index, (_, names)) in SPLITS.iter().enumerate() {
            for name in *names {
                assert_eq!(split(name), Some(index));
                assert_eq!(split(&name.to_uppercase()), Some(index));
            }
        }
        assert_eq!(split("tests"), None);
        for (name, expected) in [
            ("valdiation", Some((1, "validation"))),
            ("vaild", Some((1, "valid"))),
            ("Trian", Some((0, "train"))),
            ("tset", Some((2, "test"))),
            ("training-set", Some((0, "training_set"))),
            ("test_images", Some((2, "test"))),
            ("cats", None),
            ("rest", None),
            ("holdout", None),
        ] {
            assert_eq!(near_split(name), expected, "{name}");
        }
    }

    #[test]
    fn two_spellings_of_one_name_are_told_apart() {
        assert_eq!(Spelling::of("caf\u{e9}", "cafe\u{301}"), Some(Spelling::Unicode));
        assert_eq!(Spelling::of("Cat", "cat"), Some(Spelling::Case));
        assert_eq!(Spelling::of("cat", "dog"), None);
        assert_eq!(Spelling::of("cat", "cat"), None);
    }
}
