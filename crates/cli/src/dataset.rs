//! The images of an experiment, looked at before anything trains: drawn where the file says so, listed, prepared for the
//! programs, and audited.

use crate::error::Error;
use crate::findings::{Finding, Severity, findings, summary, unreadable};
use crate::progress::Progress;
use data::audit::Audit;
use data::{BadImage, Cache, Manifest, Preparation, ScanError};
use plan::memory::Images;
use plan::{ColorMode, DataPlan, Generate, GenerateKind, Interpolation, Normalization, Prepared, Sampling};

/// The workshop's folder of prepared images.
pub const PREPARED: &str = "images";

/// A data set that runs can stand on.
pub struct Dataset {
    /// Its files.
    pub manifest: Manifest,
    /// Its images, with a hash of every file.
    pub prepared: Prepared,
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
pub struct Datasets<'a> {
    cache: &'a Cache,
    known: Vec<(DataPlan, Dataset)>,
}

impl<'a> Datasets<'a> {
    /// Data sets whose images are prepared in `cache`.
    pub fn new(cache: &'a Cache) -> Datasets<'a> {
        Datasets { cache, known: Vec::new() }
    }

    /// The data set of `plan`.
    ///
    /// # Errors
    /// [`Error::Data`] that names every broken file, and all else that a run cannot stand on.
    pub fn get(&mut self, plan: &DataPlan, progress: &Progress) -> Result<&Dataset, Error> {
        let key = prepared_key(plan);
        let index = match self.known.iter().position(|(known, _)| *known == key) {
            Some(index) => index,
            None => {
                self.known.push((key, inspect(plan, self.cache, progress)?));
                self.known.len() - 1
            }
        };
        Ok(&self.known[index].1)
    }
}

/// `plan` without what decides neither which files belong to a set nor how they are prepared.
fn prepared_key(plan: &DataPlan) -> DataPlan {
    DataPlan {
        batch_size: 1,
        normalization: Normalization::default(),
        shuffle: true,
        sampling: Sampling::default(),
        ..plan.clone()
    }
}

/// `plan` without what does not decide which files belong to a set and whether they can be used.
pub fn key(plan: &DataPlan) -> DataPlan {
    let (image_size, color_mode, interpolation) = ([1, 1], ColorMode::Rgb, Interpolation::Nearest);
    DataPlan { image_size, color_mode, interpolation, ..prepared_key(plan) }
}

/// Prepares the images of `plan`, which are drawn where the file says so and they are not there: those that can be used,
/// and what came of all.
///
/// # Errors
/// [`Error::Layout`] where something is there, but not as it should be; else [`Error::Data`] or [`Error::Cache`].
pub fn prepare(plan: &DataPlan, cache: &Cache, progress: &Progress) -> Result<(Manifest, Preparation), Error> {
    generate_if_missing(plan, progress)?;
    let mut manifest = cache.scan(plan).map_err(|error| layout(plan, error))?;
    let mut task = progress.task(&format!("looking through the images of {}", plan.place().display()));
    let preparation = cache.prepare(&mut manifest, plan, &mut |at| task.images(at.done, at.decoded, at.files))?;
    drop(task);
    if preparation.progress.decoded > 0 {
        let [height, width] = plan.image_size;
        let count = preparation.progress.decoded;
        let s = if count == 1 { "" } else { "s" };
        progress.line(&format!("prepared {count} image{s} at {height}x{width}"));
    }
    Ok((manifest, preparation))
}

/// The files of `plan`.
///
/// # Errors
/// [`Error::Layout`] where something is there, but not as it should be; else [`Error::Data`].
pub fn scan(plan: &DataPlan) -> Result<Manifest, Error> {
    data::scan(plan).map_err(|error| layout(plan, error))
}

fn layout(plan: &DataPlan, error: ScanError) -> Error {
    if plan.directory.is_dir() && plan.place().exists() {
        Error::Layout(error)
    } else {
        Error::Data(with_way_out(plan, &error.to_string()))
    }
}

/// Prepares the images of `plan`, and refuses those that no run should stand on.
fn inspect(plan: &DataPlan, cache: &Cache, progress: &Progress) -> Result<Dataset, Error> {
    let (manifest, preparation) = prepare(plan, cache, progress)?;
    let audit = Audit::new(&manifest, plan, &preparation);
    let (refused, warnings): (Vec<Finding>, Vec<Finding>) =
        findings(&audit, plan).into_iter().partition(|finding| finding.severity == Severity::Error);
    if !refused.is_empty() {
        return Err(Error::Data(refused.iter().map(Finding::text).collect::<Vec<_>>().join("\n\n")));
    }
    still_complete(&manifest, plan, &preparation.bad)?;
    match preparation.set {
        Some(prepared) => Ok(Dataset { manifest, prepared, summary: summary(&audit.splits), warnings }),
        None => Err(Error::Data(format!("no images of {} were prepared", plan.place().display()))),
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
pub fn still_complete(manifest: &Manifest, plan: &DataPlan, bad: &[BadImage]) -> Result<(), Error> {
    for (name, split) in manifest.splits() {
        let counts = split.counts(manifest.classes.len());
        if let Some((class, _)) = manifest.classes.iter().zip(counts).find(|(_, count)| *count == 0) {
            let why = unreadable(bad, plan).map_or_else(String::new, |finding| format!("\n{}", finding.text()));
            return Err(Error::Data(format!("no image of class `{class}` in {name} can be read{why}")));
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
