//! The index of a pack: a head with the name of its file of pictures, and a line for each file content with the place of
//! its picture, the picture's checksum and the [`Profile`], or with the reason why it has none. Every line begins with a
//! checksum of the rest of it: a line that is damaged speaks of nothing, and the others stay.

use super::checksum::Checksum;
use super::pack::PIXELS;
use crate::audit::Profile;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// Changes with the layout of an index or a list, and when an image may get another profile than before.
pub(super) const FORMAT: u32 = 3;
/// An index begins with this, its format, and the name of its file of pictures.
const INDEX: &str = "ablate-images";
/// Hexadecimal digits of a line's checksum.
const DIGITS: usize = 16;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It has a picture.
    Picture {
        /// Its number in the file of pictures.
        place: u32,
        checksum: Checksum,
        profile: Profile,
    },
    /// It cannot be decoded, for this reason.
    Bad(String),
}

/// What an index says.
pub(super) struct Index {
    /// The name of the file of pictures.
    pub pixels: String,
    pub outcomes: HashMap<blake3::Hash, Outcome>,
    /// Bytes up to the end of the last line that is not cut short.
    pub length: u64,
    /// Lines that are not as they were written, counted from 1.
    pub damaged: Vec<usize>,
}

impl Index {
    /// One of no line but the head, which has so many bytes.
    pub fn new(pixels: String, length: u64) -> Index {
        Index { pixels, outcomes: HashMap::new(), length, damaged: Vec::new() }
    }

    /// Reads the text of an index.
    ///
    /// # Errors
    /// What is wrong with its head: then nothing is known.
    pub fn parse(text: &[u8]) -> Result<Index, &'static str> {
        let mut whole = text.split_inclusive(|&byte| byte == b'\n').map_while(|line| line.strip_suffix(b"\n"));
        let first = whole.next().unwrap_or_default();
        let name = sealed(first).and_then(|head| head.strip_prefix(&format!("{INDEX}-{FORMAT} ")));
        // Nothing but a name: no path leads out of the pack.
        let is_name = |name: &&str| name.starts_with(PIXELS) && Path::new(name).file_name() == Some(name.as_ref());
        let name = name.filter(is_name).ok_or("its first line")?;
        let mut index = Index::new(name.to_owned(), first.len() as u64 + 1);
        for (number, line) in whole.enumerate() {
            index.length += line.len() as u64 + 1;
            match sealed(line).and_then(entry) {
                // A content that comes again was prepared again.
                Some((content, outcome)) => drop(index.outcomes.insert(content, outcome)),
                None => index.damaged.push(number + 2),
            }
        }
        Ok(index)
    }

    /// The first line of an index.
    pub fn head(pixels: &str) -> String {
        let mut text = String::new();
        seal(&mut text, &format!("{INDEX}-{FORMAT} {pixels}"));
        text
    }

    /// Adds a line to the text of an index.
    pub fn push(text: &mut String, content: &blake3::Hash, outcome: &Outcome) {
        // Strings and numbers always make JSON.
        let outcome = serde_json::to_string(outcome).unwrap_or_default();
        seal(text, &format!("{} {outcome}", content.to_hex()));
    }

    /// Whether all pictures that it names are among so many.
    pub fn are_of(&self, pictures: u64) -> bool {
        let mut outcomes = self.outcomes.values();
        outcomes.all(|outcome| !matches!(outcome, Outcome::Picture { place, .. } if u64::from(*place) >= pictures))
    }
}

fn entry(line: &str) -> Option<(blake3::Hash, Outcome)> {
    let (content, outcome) = line.split_once(' ')?;
    Some((blake3::Hash::from_hex(content).ok()?, serde_json::from_str(outcome).ok()?))
}

/// Adds `line` with its checksum before it.
fn seal(text: &mut String, line: &str) {
    text.extend([&blake3::hash(line.as_bytes()).to_hex()[..DIGITS], " ", line, "\n"]);
}

/// The line behind its checksum, where the two agree.
fn sealed(line: &[u8]) -> Option<&str> {
    let (checksum, line) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    (checksum == &blake3::hash(line.as_bytes()).to_hex()[..DIGITS]).then_some(line)
}
