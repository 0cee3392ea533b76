//! The images of an experiment, looked at before anything trains: drawn where the file says so, audited, and hashed.

use crate::audit::{Audited, audit};
use crate::error::Error;
use crate::findings::{Finding, Severity, findings, summary};
use crate::progress::Progress;
use data::Manifest;
use plan::memory::Images;
use plan::{DataPlan, Generate, GenerateKind};
use std::path::Path;

/// A data set that runs can stand on.
pub struct Dataset {
    /// Its files.
    pub manifest: Manifest,
    /// A hash of every file.
    pub digest: String,
    /// Counts, sizes and modes, in words.
    pub summary: String,
    /// What a reader should know of it.
    pub warnings: Vec<Finding>,
}

/// How many images each split has.
pub fn images(manifest: &Manifest) -> Images {
    let of = |split: Option<&data::Split>| split.map_or(0, |split| split.files.len());
    Images {
        train: of(Some(&manifest.train)),
        validation: of(manifest.validation.as_ref()),
        test: of(manifest.test.as_ref()),
    }
}

/// Data sets that were looked at in this call, so that variants share them.
#[derive(Default)]
pub struct Datasets(Vec<(DataPlan, Dataset)>);

impl Datasets {
    /// The data set of `plan`. `memory` is a folder that remembers what was seen of files.
    ///
    /// # Errors
    /// [`Error::Data`] that names every broken file, and all else that a run cannot stand on.
    pub fn get(&mut self, plan: &DataPlan, memory: &Path, progress: &Progress) -> Result<&Dataset, Error> {
        let key = key(plan);
        let index = match self.0.iter().position(|(known, _)| *known == key) {
            Some(index) => index,
            None => {
                self.0.push((key, inspect(plan, memory, progress)?));
                self.0.len() - 1
            }
        };
        Ok(&self.0[index].1)
    }
}

/// What decides which files belong to a set and whether they can be used.
pub fn key(plan: &DataPlan) -> DataPlan {
    DataPlan {
        image_size: [1, 1],
        color_mode: plan::ColorMode::Rgb,
        batch_size: 1,
        interpolation: plan::Interpolation::Nearest,
        shuffle: true,
        ..plan.clone()
    }
}

/// Draws the embedded data set where the experiment asks for it and the folder is not there.
pub fn generate_if_missing(plan: &DataPlan, progress: &Progress) -> Result<(), Error> {
    let Some(Generate { kind, train, validation, test, seed }) = plan.generate else { return Ok(()) };
    let counts = data::pets::Counts { train, validation, test };
    if !plan.directory.exists() {
        let images = train + validation + test;
        let _task = progress.task(&format!("drawing {images} images into {}", plan.directory.display()));
        match kind {
            GenerateKind::Pets => {
                data::pets::generate(&plan.directory, counts, seed).map_err(|error| Error::Data(error.to_string()))?
            }
        }
    }
    // Looked at last: another call may have drawn into the folder meanwhile, with other numbers.
    as_drawn(plan)
}

/// Where the experiment draws its images, those in the folder are the ones it means.
///
/// # Errors
/// [`Error::Data`] where they were drawn with other numbers.
pub fn as_drawn(plan: &DataPlan) -> Result<(), Error> {
    let Some(Generate { kind, train, validation, test, seed }) = plan.generate else { return Ok(()) };
    let counts = data::pets::Counts { train, validation, test };
    match kind {
        GenerateKind::Pets if data::pets::drawn_otherwise(&plan.directory, counts, seed) => Err(Error::Data(format!(
            "{0} was drawn with other numbers than `data.generate` says (see {0}/README.txt)\n\
             Remove that folder to draw it anew, or name another as `data.directory`.",
            plan.directory.display()
        ))),
        GenerateKind::Pets => Ok(()),
    }
}

/// For a reader without images: what to run instead.
pub fn with_way_out(plan: &DataPlan, error: &str) -> String {
    if plan.directory.exists() {
        return error.to_owned();
    }
    format!("{error}\nNo images at hand? `cargo ablate run experiments/augment_dropout.toml` draws its own.")
}

/// After files were left out: every class still has images in every split.
fn still_complete(manifest: &Manifest) -> Result<(), Error> {
    for (name, split) in manifest.splits() {
        let counts = split.counts(manifest.classes.len());
        if let Some((class, _)) = manifest.classes.iter().zip(counts).find(|(_, count)| *count == 0) {
            return Err(Error::Data(format!("no image of class `{class}` in {name} can be read")));
        }
    }
    Ok(())
}

fn inspect(plan: &DataPlan, memory: &Path, progress: &Progress) -> Result<Dataset, Error> {
    let audited = audit(plan, memory, progress)?.map_err(|error| Error::Data(error.to_string()))?;
    let Audited { mut manifest, digest, audit } = audited;
    let (refused, warnings): (Vec<Finding>, Vec<Finding>) =
        findings(&audit, plan).into_iter().partition(|finding| finding.severity == Severity::Error);
    if !refused.is_empty() {
        return Err(Error::Data(refused.iter().map(Finding::text).collect::<Vec<_>>().join("\n\n")));
    }
    let digest = if audit.unreadable.is_empty() {
        digest
    } else {
        manifest.leave_out(&audit.unreadable);
        still_complete(&manifest)?;
        manifest.digest()
    };
    let digest = digest.map_err(Error::read(&plan.directory))?;
    Ok(Dataset { manifest, digest, summary: summary(&audit.splits), warnings })
}

/// Class and file counts, as the tutorials print them.
pub fn counts(manifest: &Manifest) -> String {
    let mut lines = Vec::new();
    for (name, split) in manifest.splits() {
        let counts = split.counts(manifest.classes.len());
        let classes: Vec<String> =
            manifest.classes.iter().zip(&counts).map(|(class, count)| format!("{class} {count}")).collect();
        let passed_over = match split.passed_over {
            0 => String::new(),
            count => format!(" ({count} other files passed over)"),
        };
        lines.push(format!("{name:>12}: {:>6} images: {}{passed_over}", split.files.len(), classes.join(", ")));
    }
    lines.join("\n")
}
