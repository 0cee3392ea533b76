//! The images of an experiment, looked at before anything trains: drawn where the file says so, listed, and prepared for
//! the programs.

use crate::error::Error;
use crate::progress::Progress;
use data::{BadImage, Cache, Manifest};
use plan::memory::Images;
use plan::{DataPlan, Generate, GenerateKind, Normalization, OnError, Prepared, Sampling};

/// The workshop's folder of prepared images.
pub const PREPARED: &str = "images";

/// A data set that runs can stand on.
pub struct Dataset {
    /// Its files.
    pub manifest: Manifest,
    /// Its images, with a hash of every file.
    pub prepared: Prepared,
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
pub struct Datasets<'a> {
    cache: &'a Cache,
    known: Vec<(DataPlan, Dataset)>,
    /// What a person was told of images that were left out.
    told: Vec<String>,
}

impl<'a> Datasets<'a> {
    /// Data sets whose images are prepared in `cache`.
    pub fn new(cache: &'a Cache) -> Datasets<'a> {
        Datasets { cache, known: Vec::new(), told: Vec::new() }
    }

    /// The data set of `plan`.
    ///
    /// # Errors
    /// [`Error::Data`] that names every broken file.
    pub fn get(&mut self, plan: &DataPlan, progress: &Progress) -> Result<&Dataset, Error> {
        let key = key(plan);
        let index = match self.known.iter().position(|(known, _)| *known == key) {
            Some(index) => index,
            None => {
                let dataset = self.prepare(plan, progress)?;
                self.known.push((key, dataset));
                self.known.len() - 1
            }
        };
        Ok(&self.known[index].1)
    }

    fn prepare(&mut self, plan: &DataPlan, progress: &Progress) -> Result<Dataset, Error> {
        generate_if_missing(plan, progress)?;
        let mut manifest = data::scan(plan).map_err(|error| Error::Data(with_way_out(plan, &error.to_string())))?;
        let mut task = progress.task(&format!("looking through the images of {}", plan.place().display()));
        let preparation =
            self.cache.prepare(&mut manifest, plan, &mut |at| task.images(at.done, at.decoded, at.files))?;
        drop(task);
        if !preparation.bad.is_empty() {
            let left_out = left_out(plan, &preparation.bad)?;
            if !self.told.contains(&left_out) {
                progress.line(&left_out);
                self.told.push(left_out);
            }
            still_complete(&manifest)?;
        }
        if preparation.progress.decoded > 0 {
            let [height, width] = plan.image_size;
            let count = preparation.progress.decoded;
            let s = if count == 1 { "" } else { "s" };
            progress.line(&format!("prepared {count} image{s} at {height}x{width}"));
        }
        match preparation.set {
            Some(prepared) => Ok(Dataset { manifest, prepared }),
            None => Err(Error::Data(format!("no images of {} were prepared", plan.place().display()))),
        }
    }
}

/// `plan` without what decides neither which files belong to a set nor how they are prepared.
pub fn key(plan: &DataPlan) -> DataPlan {
    DataPlan {
        batch_size: 1,
        normalization: Normalization::default(),
        shuffle: true,
        sampling: Sampling::default(),
        ..plan.clone()
    }
}

/// The words that tell of images that are left out.
///
/// # Errors
/// [`Error::Data`] where the experiment does not want any left out.
fn left_out(plan: &DataPlan, bad: &[BadImage]) -> Result<String, Error> {
    let list: Vec<String> = bad.iter().map(|image| format!("  {image}")).collect();
    let list = list.join("\n");
    let count = bad.len();
    let s = if count == 1 { "" } else { "s" };
    match plan.on_error {
        OnError::Skip => Ok(format!("leaving out {count} image{s} that cannot be read:\n{list}")),
        OnError::Refuse => Err(Error::Data(format!(
            "{count} image{s} of {} cannot be read:\n{list}\nMend or remove them, or leave them out with `on_error = \"skip\"` in [data].",
            plan.place().display()
        ))),
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
            plan.place().display()
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
