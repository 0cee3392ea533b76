//! What is kept of a file once it was decoded: no pixels.

use super::{Kind, Look};
use crate::decode::{Decoded, decode_bytes, read};
use crate::{BadImage, Manifest};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Changes when a file may get another profile than before: remembered ones are then made anew.
pub const PROFILE_VERSION: u32 = 1;

/// One file.
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
    /// What it looks like, from afar. `None` for a picture of one colour, which looks like all others.
    pub look: Option<Look>,
}

/// A profile, or why the file cannot be used.
pub type Seen = Result<Profile, String>;

/// Decodes every file of every split, in parallel on rayon's current pool. The result is in the manifest's order, split
/// after split. No more images are held than there are threads.
pub fn profiles(manifest: &Manifest) -> Vec<Seen> {
    let splits = manifest.splits();
    let paths: Vec<&Path> =
        splits.iter().flat_map(|(_, split)| split.files.iter().map(|file| file.path.as_path())).collect();
    paths.into_par_iter().map(|path| profile(path).map_err(|bad| bad.reason)).collect()
}

fn profile(path: &Path) -> Result<Profile, BadImage> {
    let bytes = read(path)?;
    let image = decode_bytes(path, &bytes)?;
    let kind = Kind::of(&bytes);
    drop(bytes);
    Ok(Profile::new(kind, image))
}

impl Profile {
    /// Of a decoded image, in colour.
    fn new(kind: Kind, image: Decoded) -> Profile {
        let (height, width) = (image.height, image.width);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(height as u64).to_le_bytes()).update(&(width as u64).to_le_bytes()).update(&image.pixels);
        let hash = hasher.finalize();
        let (words, _) = hash.as_bytes().as_chunks();
        let pixels = [u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])];
        Profile { kind, height, width, pixels, look: Look::of(image) }
    }
}
