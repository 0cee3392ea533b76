//! The images of an experiment, audited: every file is decoded once, and what was seen of it is remembered until a file
//! changes, comes or goes.

use crate::dataset::{generate_if_missing, with_way_out};
use crate::error::Error;
use crate::progress::Progress;
use data::audit::{Audit, PROFILE_VERSION, Seen, profiles};
use data::{Manifest, ScanError};
use plan::DataPlan;
use std::fs;
use std::io;
use std::path::Path;

/// A data set, and what is the matter with it.
pub struct Audited {
    /// All its files.
    pub manifest: Manifest,
    /// A hash of every file.
    pub digest: io::Result<String>,
    /// What was found.
    pub audit: Audit,
}

/// The audit of `plan`'s images. They are drawn where the file says so and they are not there. `memory` is a folder that
/// remembers profiles between calls.
///
/// # Errors
/// The folders are not laid out as they should be: the inner error, if the folder is there. Else [`Error`].
pub fn audit(plan: &DataPlan, memory: &Path, progress: &Progress) -> Result<Result<Audited, ScanError>, Error> {
    generate_if_missing(plan, progress)?;
    let manifest = match data::scan(plan) {
        Ok(manifest) => manifest,
        Err(error @ (ScanError::MissingDirectory { .. } | ScanError::NotADirectory { .. })) => {
            return Err(Error::Data(with_way_out(plan, &error.to_string())));
        }
        Err(error) => return Ok(Err(error)),
    };
    let task = progress.task(&format!("looking through the images of {}", plan.directory.display()));
    // A file that cannot even be opened is one of those that the audit names.
    let digest = manifest.digest();
    let images = manifest.splits().iter().map(|(_, split)| split.files.len()).sum();
    let stamp = digest.as_ref().ok().map(|digest| memory.join(format!("{digest}-{PROFILE_VERSION}.json")));
    let seen = match stamp.as_ref().and_then(|stamp| remembered(stamp, images)) {
        Some(seen) => seen,
        None => {
            let seen = profiles(&manifest);
            stamp.iter().for_each(|stamp| remember(stamp, &seen));
            seen
        }
    };
    drop(task);
    let audit = Audit::new(&manifest, plan, &seen);
    Ok(Ok(Audited { manifest, digest, audit }))
}

/// What an earlier call saw of the same files.
fn remembered(stamp: &Path, images: usize) -> Option<Vec<Seen>> {
    let seen: Vec<Seen> = serde_json::from_slice(&fs::read(stamp).ok()?).ok()?;
    (seen.len() == images).then_some(seen)
}

/// Where it cannot be written, the next call takes longer.
fn remember(stamp: &Path, seen: &[Seen]) {
    if let Some(folder) = stamp.parent()
        && fs::create_dir_all(folder).is_ok()
        && let Ok(json) = serde_json::to_vec(seen)
    {
        record::atomic::write(stamp, &json).ok();
    }
}
