//! The nearest known word, and lists of words, for messages.

/// The candidate that `word` was probably meant to be, if one is near.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// `a, b or c`, each in backquotes.
pub fn any_of<S: AsRef<str>>(words: &[S]) -> String {
    join(words, "or")
}

/// `a, b and c`, each in backquotes.
pub fn all_of<S: AsRef<str>>(words: &[S]) -> String {
    join(words, "and")
}

fn join<S: AsRef<str>>(words: &[S], conjunction: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", files::shown(word.as_ref()))).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {conjunction} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let keys = ["momentum", "nesterov", "learning_rate"];
        assert_eq!(nearest("momentun", keys), Some("momentum"));
        assert_eq!(nearest("Learning_Rate", keys), Some("learning_rate"));
        assert_eq!(nearest("dilation", keys), None);
    }

    #[test]
    fn lists_read_as_english() {
        assert_eq!(any_of(&["a"]), "`a`");
        assert_eq!(all_of(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
