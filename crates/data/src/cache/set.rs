//! The list of a prepared data set: which pictures of a pack are which images of which split. The tool writes it, every
//! program of the sweep reads it; what it says was decided before any of them started.

use super::checksum::Checksum;
use super::error::{CacheError, Damage, read, write};
use super::make_folder;
use crate::images::{Images, Pixels};
use memmap2::Mmap;
use plan::{ColorMode, DataPlan, Prepared};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The list, as it stands in the file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct List {
    /// Of the manifest.
    pub digest: String,
    pub image_size: [usize; 2],
    pub color_mode: ColorMode,
    /// Name of the file of pictures, in the folder of the pack.
    pub pixels: String,
    pub classes: Vec<String>,
    pub train: Places,
    pub validation: Option<Places>,
    pub test: Option<Places>,
}

/// The images of a split, in order.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Places {
    /// The picture of each.
    pub pictures: Vec<u32>,
    /// The checksum of each picture.
    pub checksums: Vec<Checksum>,
    /// The class of each.
    pub labels: Vec<u32>,
    /// Files that could not be used.
    pub left_out: usize,
}

impl List {
    /// Puts the list into the folder of its pack, under a name that is a hash of it: a file that is there never changes.
    /// Says where it is, and whether a damaged one was in its place.
    pub fn write(&self, pack: &Path) -> Result<(PathBuf, Option<Damage>), CacheError> {
        let folder = pack.join("sets");
        make_folder(&folder)?;
        // Strings and numbers always make JSON.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let path = folder.join(name(&bytes));
        let there = fs::read(&path);
        let is_whole = there.as_ref().is_ok_and(|there| *there == bytes);
        if !is_whole {
            files::write(&path, &bytes).map_err(write(&path))?;
        }
        let damage = (there.is_ok() && !is_whole).then(|| Damage::new(&path, NOT_ITS_NAME));
        Ok((path, damage))
    }

    /// The splits that are there.
    fn splits(&self) -> impl Iterator<Item = &Places> {
        [Some(&self.train), self.validation.as_ref(), self.test.as_ref()].into_iter().flatten()
    }
}

/// What is wrong with a list whose bytes are others than those it is named by.
const NOT_ITS_NAME: &str = "it is not what its name says";

fn name(bytes: &[u8]) -> String {
    format!("{}.json", &blake3::hash(bytes).to_hex()[..32])
}

/// A list, and the file of pictures that it names.
pub(super) struct Opened {
    pub list: List,
    pub pixels_path: PathBuf,
    pixels: Pixels,
    image_len: usize,
}

impl Opened {
    /// Maps what was prepared for `plan`.
    ///
    /// # Errors
    /// [`CacheError`] where it is gone, or the list is damaged or not what was asked for.
    pub fn open(prepared: &Prepared, plan: &DataPlan) -> Result<Opened, CacheError> {
        let path = &prepared.set;
        let damaged = |what: &str| CacheError::Damaged { path: path.clone(), what: what.to_owned() };
        let bytes = fs::read(path).map_err(read(path))?;
        if path.file_name().is_none_or(|found| found != name(&bytes).as_str()) {
            return Err(damaged(NOT_ITS_NAME));
        }
        let list: List = serde_json::from_slice(&bytes).map_err(|_| damaged("it is not a list of images"))?;
        let other = |found: String, expected: String| CacheError::Other { path: path.clone(), found, expected };
        if list.digest != prepared.digest {
            let told = |digest: &str| format!("the images with the digest {digest}");
            return Err(other(told(&list.digest), told(&prepared.digest)));
        }
        if (list.image_size, list.color_mode) != (plan.image_size, plan.color_mode) {
            let told = |[height, width]: [usize; 2], mode: ColorMode| {
                format!("images of {height}x{width} pixels and {} channels", mode.channels())
            };
            return Err(other(told(list.image_size, list.color_mode), told(plan.image_size, plan.color_mode)));
        }
        for places in list.splits() {
            let images = places.pictures.len();
            if (places.checksums.len(), places.labels.len()) != (images, images) {
                return Err(damaged("not every image has a class and a checksum"));
            }
            if places.labels.iter().any(|&label| label as usize >= list.classes.len()) {
                return Err(damaged("an image has a class that is not there"));
            }
        }
        let pixels_path = pack_of(path).join(&list.pixels);
        let pixels = map(&pixels_path)?;
        Ok(Opened { list, pixels_path, pixels, image_len: plan.image_size[0] * plan.image_size[1] * plan.channels() })
    }

    /// Reads all pictures of the list, in parallel on rayon's current pool: which images, counted through all splits, have
    /// one that is not as it was written, and its place.
    pub fn damaged(&self) -> Vec<(usize, u32)> {
        let images: Vec<(u32, Checksum)> = self
            .list
            .splits()
            .flat_map(|places| places.pictures.iter().copied().zip(places.checksums.iter().copied()))
            .collect();
        let is_damaged = |&(_, &(place, checksum)): &(usize, &(u32, Checksum))| {
            let picture = self.pixels.chunks_exact(self.image_len).nth(place as usize);
            picture.is_none_or(|picture| Checksum::of(picture) != checksum)
        };
        images.par_iter().enumerate().filter(is_damaged).map(|(image, &(place, _))| (image, place)).collect()
    }
}

/// The folder of the pack that a list is of.
pub(super) fn pack_of(list: &Path) -> &Path {
    list.parent().and_then(Path::parent).unwrap_or(Path::new(""))
}

/// A prepared data set, mapped.
#[derive(Debug)]
pub struct Set {
    /// The class names, in label order.
    pub classes: Vec<String>,
    /// What is learnt from.
    pub train: Images,
    /// What is looked at after every epoch.
    pub validation: Option<Images>,
    /// What is looked at once, at the end.
    pub test: Option<Images>,
}

impl Set {
    /// Maps what was prepared for `plan`, when all of it has been read and found as it was written. Reads in parallel on
    /// rayon's current pool.
    ///
    /// # Errors
    /// [`CacheError`] where it is gone, damaged, or not what was asked for.
    pub fn open(prepared: &Prepared, plan: &DataPlan) -> Result<Set, CacheError> {
        let opened = Opened::open(prepared, plan)?;
        let damaged = opened.damaged();
        let Opened { list, pixels_path, pixels, .. } = opened;
        if let Some((_, place)) = damaged.first() {
            let what = match damaged.len() {
                1 => format!("picture {place} is not as it was prepared"),
                count => format!("{count} pictures are not as they were prepared, number {place} among them"),
            };
            return Err(CacheError::Damaged { path: pixels_path, what });
        }
        // Where it cannot be noted, the pack goes a month after it was prepared, at the earliest.
        super::note_use(pack_of(&prepared.set)).ok();
        let pixels = Arc::new(pixels);
        let images = |places: Places| {
            let Places { pictures, labels, left_out, .. } = places;
            Images::placed(plan.image_size, plan.color_mode, Arc::clone(&pixels), pictures, labels, left_out)
        };
        Ok(Set {
            train: images(list.train),
            validation: list.validation.map(images),
            test: list.test.map(images),
            classes: list.classes,
        })
    }
}

fn map(path: &Path) -> Result<Pixels, CacheError> {
    let file = File::open(path).map_err(read(path))?;
    // SAFETY: a map is unsound where its bytes change while they are looked at. This crate adds to the end of such a
    // file, behind what any list names, or removes it, and never writes over what is there nor shortens it.
    let map = unsafe { Mmap::map(&file) }.map_err(read(path))?;
    Ok(Pixels::Mapped(map))
}
