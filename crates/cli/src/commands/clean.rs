//! `ablate clean`: the prepared images go; the next run prepares its own anew.

use crate::dataset::PREPARED;
use crate::error::Error;
use crate::layer_table::bytes;
use crate::output::out;
use launch::Workshop;
use std::process::ExitCode;

/// Removes what was prepared, and says how much room that frees.
pub fn clean() -> Result<ExitCode, Error> {
    let folder = Workshop::of_project()?.memory(PREPARED);
    let freed = data::Cache::empty(&folder)?;
    out(&format!("freed {} of prepared images in {}\n", bytes(freed), files::shown(&folder)))?;
    Ok(ExitCode::SUCCESS)
}
