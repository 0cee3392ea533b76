//! The list of a prepared data set: which pictures of a pack are which images of which split. The tool writes it, every
//! program of the sweep reads it; what it says was decided before any of them started.

use super::error::{CacheError, read, write};
use crate::images::{Images, Pixels};
use memmap2::Mmap;
use plan::{ColorMode, DataPlan, Prepared};
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
    /// The class of each.
    pub labels: Vec<u32>,
    /// Files that could not be used.
    pub left_out: usize,
}

impl List {
    /// Puts the list into the folder of its pack, under a name that is a hash of it: a file that is there never changes.
    pub fn write(&self, pack: &Path) -> Result<PathBuf, CacheError> {
        let folder = pack.join("sets");
        fs::create_dir_all(&folder).map_err(write(&folder))?;
        // Strings and numbers always make JSON.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let path = folder.join(name(&bytes));
        if !fs::read(&path).is_ok_and(|there| there == bytes) {
            files::write(&path, &bytes).map_err(write(&path))?;
        }
        Ok(path)
    }
}

fn name(bytes: &[u8]) -> String {
    format!("{}.json", &blake3::hash(bytes).to_hex()[..32])
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
    /// Maps what was prepared for `plan`.
    ///
    /// # Errors
    /// [`CacheError`] where it is gone, damaged, or not what was asked for.
    pub fn open(prepared: &Prepared, plan: &DataPlan) -> Result<Set, CacheError> {
        let path = &prepared.set;
        let damaged = |what| CacheError::Damaged { path: path.clone(), what };
        let bytes = fs::read(path).map_err(read(path))?;
        if path.file_name().is_none_or(|found| found != name(&bytes).as_str()) {
            return Err(damaged("it is not what its name says"));
        }
        let list: List = serde_json::from_slice(&bytes).map_err(|_| damaged("it is no list of images"))?;
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

        let pack = path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let pixels_path = pack.join(&list.pixels);
        let pixels = Arc::new(map(&pixels_path)?);
        // Where it cannot be noted, the pack goes a month after it was prepared, at the earliest.
        fs::write(pack.join(super::USED), "").ok();
        let image_len = plan.image_size[0] * plan.image_size[1] * plan.channels();
        let held = pixels.len() / image_len;
        let images = |places: Places| {
            let whole = places.pictures.iter().all(|&picture| (picture as usize) < held);
            if !whole {
                return Err(CacheError::Damaged { path: pixels_path.clone(), what: "it has lost its end" });
            }
            if places.labels.len() != places.pictures.len() {
                return Err(damaged("not every image has a class"));
            }
            let Places { pictures, labels, left_out } = places;
            Ok(Images::placed(plan.image_size, plan.color_mode, Arc::clone(&pixels), pictures, labels, left_out))
        };
        Ok(Set {
            train: images(list.train)?,
            validation: list.validation.map(images).transpose()?,
            test: list.test.map(images).transpose()?,
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
