//! Containers with a label for each record.

use super::ScanError;
use crate::container::Container;
use crate::file::File;
use crate::manifest::Split;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A container and its labels.
pub struct Labelled {
    pub container: Arc<Container>,
    /// The label of each record.
    pub labels: Vec<u8>,
    /// The file that the labels are in.
    pub labels_path: PathBuf,
}

/// The records of `classes`, by class, then as they stand. Label i is class i of `present`.
///
/// # Errors
/// [`ScanError::Container`] where a label is none of `present`.
pub fn split(parts: &[Labelled], directory: &Path, present: &[String], classes: &[String]) -> Result<Split, ScanError> {
    let class_of: Vec<Option<usize>> =
        present.iter().map(|name| classes.iter().position(|class| class == name)).collect();
    let mut files = Vec::new();
    for Labelled { container, labels, labels_path } in parts {
        for (number, &label) in labels.iter().enumerate() {
            match class_of.get(usize::from(label)) {
                Some(Some(class)) => files.push(File::record(container, number as u32, *class as u32)),
                Some(None) => {}
                None => {
                    let last = present.len() - 1;
                    return Err(ScanError::Container {
                        path: labels_path.clone(),
                        reason: format!("record {number} has the label {label}, but labels go from 0 to {last} here"),
                    });
                }
            }
        }
    }
    files.sort_by_key(|file| file.class);
    Ok(Split { folder: directory.into(), files, passed_over: 0 })
}
