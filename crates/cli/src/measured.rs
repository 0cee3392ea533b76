//! Which pictures a variant is measured on: variants are compared only where these are the same.

use data::audit::Profile;
use data::{Manifest, Split};

/// Digests of the pictures that are not trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// `None` where there is no such split.
    pub validation: Option<String>,
    /// `None` where there is no such split.
    pub test: Option<String>,
}

impl Measured {
    /// Those of `manifest`, whose pictures have these `profiles`, in its order. Pictures and classes count; files' names,
    /// formats and order do not, nor what size pictures are trained at.
    pub fn new(manifest: &Manifest, profiles: &[Profile]) -> Measured {
        let mut profiles = profiles.iter();
        let mut digest = |split: &Split| {
            let of = |(file, profile): (&data::File, &Profile)| {
                (manifest.classes.get(file.class as usize).map(String::as_str), profile.pixels)
            };
            let mut pictures: Vec<_> = split.files.iter().zip(profiles.by_ref()).map(of).collect();
            pictures.sort();
            blake3::hash(format!("{pictures:?}").as_bytes()).to_hex().to_string()
        };
        digest(&manifest.train);
        let validation = manifest.validation.as_ref().map(&mut digest);
        Measured { validation, test: manifest.test.as_ref().map(&mut digest) }
    }
}
