//! Counts in words.

/// `1 image`, `2 images`, `2 entries`.
pub fn plural(count: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("1 {noun}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {noun}s"),
    }
}

/// `1 image is`, `2 images are`.
pub fn plural_are(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "is" } else { "are" })
}

/// What a split has of each class, in a line.
pub fn split_counts<'a>(split: &str, images: usize, classes: impl IntoIterator<Item = (&'a String, usize)>) -> String {
    let classes: Vec<String> =
        classes.into_iter().map(|(class, count)| format!("{} {count}", files::shown(class))).collect();
    format!("{split:>12}: {images:>6} images: {}", classes.join(", "))
}
