//! Is what was prepared as it was written? What is not is named, and forgotten, so that it is prepared again.

use super::Cache;
use super::error::{CacheError, Damage};
use super::pack::Pack;
use super::set::{Opened, pack_of};
use crate::file::File;
use crate::manifest::Manifest;
use files::shown;
use plan::{DataPlan, Prepared};
use std::sync::PoisonError;

impl Cache {
    /// Whether every picture of a prepared data set is as it was prepared, and so is the list of them. Reads them all, in
    /// parallel on rayon's current pool. Those that are not are forgotten, so that [`Cache::prepare`] makes them again.
    /// `manifest` has the files that were prepared.
    ///
    /// # Errors
    /// [`CacheError`] where that cannot be told or the index cannot be written.
    pub fn verify(&self, prepared: &Prepared, manifest: &Manifest, plan: &DataPlan) -> Result<bool, CacheError> {
        let opened = match Opened::open(prepared, plan) {
            Ok(opened) => opened,
            Err(CacheError::Damaged { path, what }) => {
                self.note([Damage::new(&path, what)]);
                return Ok(false);
            }
            Err(CacheError::Read { path, source }) => {
                self.note([Damage::new(&path, source.to_string())]);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let damaged = opened.damaged();
        if damaged.is_empty() {
            return Ok(true);
        }
        let files: Vec<&File> = manifest.splits().into_iter().flat_map(|(_, split)| &split.files).collect();
        self.note(damaged.iter().filter_map(|&(image, _)| {
            let what = format!("the picture of {}", shown(&files.get(image)?.path));
            Some(Damage::new(&opened.pixels_path, what))
        }));
        let image_len = plan.image_size[0] * plan.image_size[1] * plan.channels();
        let (mut pack, more) = Pack::open(pack_of(&prepared.set), image_len)?;
        self.note(more);
        if pack.pixels_name() == opened.list.pixels {
            pack.forget(&damaged.into_iter().map(|(_, place)| place).collect())?;
        }
        Ok(false)
    }

    /// What was found damaged since this was last asked.
    pub fn damaged(&self) -> Vec<Damage> {
        std::mem::take(&mut *self.damaged.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn note(&self, damage: impl IntoIterator<Item = Damage>) {
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).extend(damage);
    }
}
