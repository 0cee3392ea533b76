//! What is kept of an image once it was decoded: no pixels.

use super::{Kind, Look};
use crate::decode::Decoded;
use serde::{Deserialize, Serialize};

/// One image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its format and mode.
    pub kind: Kind,
    /// Rows, after its orientation was applied.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// A hash of height, width and decoded pixels: 16 bytes of BLAKE3. Equal pictures have equal ones whatever their
    /// format, and others do not.
    pub pixels: [u64; 2],
    /// What it looks like, from afar. `None` for a picture of hardly any contrast, which would look like all others.
    pub look: Option<Look>,
}

impl Profile {
    /// Of a decoded image in colour, which is also there in `grey`.
    pub(crate) fn new(kind: Kind, image: &Decoded, grey: &Decoded) -> Profile {
        let &Decoded { height, width, .. } = image;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(height as u64).to_le_bytes()).update(&(width as u64).to_le_bytes()).update(&image.pixels);
        let hash = hasher.finalize();
        let (words, _) = hash.as_bytes().as_chunks();
        let pixels = [u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])];
        Profile { kind, height, width, pixels, look: Look::of(grey) }
    }
}
