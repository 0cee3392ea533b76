//! Warnings about images that an earlier call has printed: from then on one line stands for them.

use crate::dataset::Dataset;
use crate::findings::{Finding, UNREADABLE};
use crate::words::plural;
use plan::DataPlan;
use std::fs;
use std::path::{Path, PathBuf};

/// The workshop's folder in which it is remembered what was printed.
pub const TOLD: &str = "told";

/// Lines about what was found in the images of `plan`: all the first time, one for all from then on, until something else
/// is found. `folder` remembers; where it cannot, everything is printed again.
pub fn warnings(dataset: &Dataset, plan: &DataPlan, folder: &Path) -> Vec<String> {
    if dataset.warnings.is_empty() {
        return Vec::new();
    }
    let line = |finding: &Finding| format!("warning: {}", finding.short());
    let mut lines: Vec<String> = dataset.warnings.iter().map(line).collect();
    let mark = mark(folder, plan, &lines);
    if mark.is_file() {
        // What is left out decides what is trained on, and is always named.
        let (left_out, known): (Vec<&Finding>, Vec<&Finding>) =
            dataset.warnings.iter().partition(|finding| finding.name == UNREADABLE);
        let mut lines: Vec<String> = left_out.into_iter().map(line).collect();
        if !known.is_empty() {
            let count = plural(known.len(), "warning");
            lines.push(format!("{count} about these images, as before: `ablate data audit` lists them"));
        }
        return lines;
    }
    // A mark that cannot be made leaves the next call with more lines than it needs.
    fs::create_dir_all(folder).and_then(|()| files::write(&mark, b"")).ok();
    lines.push("`ablate data audit` says more about these".to_owned());
    lines
}

/// The file that says that these lines were printed about these images.
fn mark(folder: &Path, plan: &DataPlan, lines: &[String]) -> PathBuf {
    let place = plan.place();
    let place = std::path::absolute(place).unwrap_or_else(|_| place.to_path_buf());
    let mut hasher = blake3::Hasher::new();
    hasher.update(place.as_os_str().as_encoded_bytes());
    for line in lines {
        hasher.update(b"\n").update(line.as_bytes());
    }
    folder.join(&hasher.finalize().to_hex()[..32])
}
