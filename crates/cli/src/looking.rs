//! The image cache of commands that only look: they work where nothing can be written.

use crate::dataset::{self, PREPARED};
use crate::error::Error;
use crate::progress::Progress;
use data::{Cache, CacheError, Manifest, Preparation};
use launch::Workshop;
use plan::DataPlan;

/// The project's cache; a temporary one where that cannot be written.
pub struct Looking {
    cache: Cache,
    is_temporary: bool,
}

impl Looking {
    /// Opens it.
    ///
    /// # Errors
    /// [`Error::Cache`] where temporary files cannot be written either.
    pub fn open(progress: &Progress) -> Result<Looking, Error> {
        match Cache::open(&Workshop::of_project()?.memory(PREPARED)) {
            Ok(cache) => Ok(Looking { cache, is_temporary: false }),
            Err(error @ CacheError::Write { .. }) => Looking::temporary(&error, progress),
            Err(error) => Err(error.into()),
        }
    }

    /// As [`dataset::prepare`].
    ///
    /// # Errors
    /// Those of [`dataset::prepare`].
    pub fn prepare(&mut self, plan: &DataPlan, progress: &Progress) -> Result<(Manifest, Preparation), Error> {
        match dataset::prepare(plan, &self.cache, progress) {
            Err(Error::Cache(error @ CacheError::Write { .. })) if !self.is_temporary => {
                *self = Looking::temporary(&error, progress)?;
                dataset::prepare(plan, &self.cache, progress)
            }
            prepared => prepared,
        }
    }

    fn temporary(error: &CacheError, progress: &Progress) -> Result<Looking, Error> {
        let cache = Cache::temporary()?;
        progress.line(&format!("note: {error}\nimages are prepared in a temporary folder instead, and not kept"));
        Ok(Looking { cache, is_temporary: true })
    }
}
