//! Files whose name says another format than they have. They are read by their content; but a name that does not hold
//! is often a download gone wrong, and other tools go by it.

use super::Item;
use super::kind::Format;
use image::ImageFormat;
use serde::Serialize;

/// A misnamed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrongEnding {
    /// The file.
    pub path: String,
    /// What its name says.
    pub named: Format,
    /// What it is.
    pub content: Format,
}

pub(super) fn find(items: &[Item]) -> Vec<WrongEnding> {
    let misnamed = |item: &Item| {
        let named = Format::of(ImageFormat::from_extension(item.file.path.extension()?)?)?;
        let content = item.profile.kind.format?;
        (named != content).then(|| WrongEnding { path: item.file.path.to_string_lossy().into_owned(), named, content })
    };
    items.iter().filter_map(misnamed).collect()
}
