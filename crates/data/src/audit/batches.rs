//! Is all of CIFAR-10 there? Without its last batch it reads as well as with it.

use crate::Manifest;
use crate::scan::missing_batches;
use plan::DataPlan;

/// The names of the training batches that are not there, where the images are CIFAR-10's.
pub(super) fn missing(manifest: &Manifest, plan: &DataPlan) -> Vec<String> {
    let is_batch = manifest.train.files.first().is_some_and(|file| {
        let name = file.path.file_name().unwrap_or_default().as_encoded_bytes();
        file.own().is_none() && name.starts_with(b"data_batch_")
    });
    if is_batch { missing_batches(&plan.directory) } else { Vec::new() }
}
