//! The images of an experiment, looked at before anything trains: drawn where the file says so, listed, prepared for the
//! programs, and audited.

use crate::error::Error;
use crate::findings::{Finding, Severity, findings, summary};
use crate::measured::Measured;
use crate::progress::Progress;
use crate::words::{plural, split_counts};
use data::audit::Audit;
use data::{Cache, Manifest, Preparation, ScanError};
use files::shown;
use plan::memory::Images;
use plan::{ColorMode, DataPlan, Generate, GenerateKind, Interpolation, Normalization, Prepared, Sampling};

/// The workshop's folder of prepared images.
pub const PREPARED: &str = "images";
/// A set of more pixels takes so long to be checked that it is said.
const LONG: usize = 1 << 30;
/// Damaged parts of the cache that are named, at most.
const DAMAGES: usize = 10;

/// A data set that runs can stand on.
pub struct Dataset {
    /// Its files.
    pub manifest: Manifest,
    /// Its images, with a hash of every file.
    pub prepared: Prepared,
    /// What runs are measured on.
    pub measured: Measured,
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

/// How many images will be drawn for `plan`, where it says so and they are not there.
pub fn to_draw(plan: &DataPlan) -> Option<Images> {
    let &Generate { train, validation, test, .. } = plan.generate.as_ref().filter(|_| !plan.directory.exists())?;
    Some(Images { train, validation, test })
}

/// Data sets that were looked at in this call, so that variants share them.
pub struct Datasets<'a> {
    cache: &'a Cache,
    /// Listed, and not prepared yet.
    listed: Vec<(DataPlan, Manifest)>,
    known: Vec<(DataPlan, Dataset)>,
    /// Prepared images that were asked for, and those that were found sound in their place.
    sound: Vec<(Prepared, Prepared)>,
}

impl<'a> Datasets<'a> {
    /// Data sets whose images are prepared in `cache`.
    pub fn new(cache: &'a Cache) -> Datasets<'a> {
        Datasets { cache, listed: Vec::new(), known: Vec::new(), sound: Vec::new() }
    }

    /// `plan` with all its classes, and how many images it has, before any of them is prepared, or drawn.
    ///
    /// # Errors
    /// Those of [`scan`].
    pub fn counted(&mut self, plan: &DataPlan) -> Result<(DataPlan, Images), Error> {
        if let Some(images) = to_draw(plan) {
            return Ok((plan.clone(), images));
        }
        let key = key(plan);
        let index = match self.listed.iter().position(|(known, _)| *known == key) {
            Some(index) => index,
            None => {
                as_drawn(plan)?;
                self.listed.push((key, listed(plan, self.cache)?));
                self.listed.len() - 1
            }
        };
        let manifest = &self.listed[index].1;
        Ok((DataPlan { classes: manifest.classes.clone(), ..plan.clone() }, images(manifest)))
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
                let files = self::key(plan);
                let manifest = match self.listed.iter().position(|(known, _)| *known == files) {
                    Some(index) => self.listed.swap_remove(index).1,
                    None => drawn_and_listed(plan, self.cache, progress)?,
                };
                self.known.push((key, inspect(plan, manifest, self.cache, progress)?));
                self.known.len() - 1
            }
        };
        Ok(&self.known[index].1)
    }

    /// The images of a run that is about to start. Every picture is read and compared with its checksum, once for all runs
    /// on the same images; what is damaged is prepared again.
    ///
    /// # Errors
    /// [`Error::Data`] where the files have changed so that it cannot be, or where the disk does not keep what is written.
    pub fn sound(&mut self, prepared: &Prepared, progress: &Progress) -> Result<Prepared, Error> {
        if let Some((_, sound)) = self.sound.iter().find(|(asked, _)| asked == prepared) {
            return Ok(sound.clone());
        }
        let Some((plan, dataset)) = self.known.iter().find(|(_, dataset)| dataset.prepared == *prepared) else {
            return Ok(prepared.clone());
        };
        let mut sound = prepared.clone();
        let mut again = false;
        while !is_sound(&sound, plan, dataset, self.cache, progress)? {
            let place = shown(plan.place());
            if again {
                return Err(Error::Data(format!(
                    "the prepared images of {place} are damaged as soon as they are written: is the disk at its end?"
                )));
            }
            again = true;
            let mut manifest = listed(plan, self.cache)?;
            match prepare_listed(&mut manifest, plan, self.cache, progress)?.set {
                Some(set) if set.digest == prepared.digest => sound = set,
                _ => {
                    return Err(Error::Data(format!(
                        "the images of {place} have changed since this call began: run again"
                    )));
                }
            }
        }
        self.sound.push((prepared.clone(), sound.clone()));
        Ok(sound)
    }
}

fn is_sound(
    prepared: &Prepared,
    plan: &DataPlan,
    dataset: &Dataset,
    cache: &Cache,
    progress: &Progress,
) -> Result<bool, Error> {
    let [height, width] = plan.image_size;
    let pixels = dataset.manifest.splits().iter().map(|(_, split)| split.files.len()).sum::<usize>() * height * width;
    let task =
        (pixels > LONG).then(|| progress.task(&format!("checking the prepared images of {}", shown(plan.place()))));
    let is_sound = cache.verify(prepared, &dataset.manifest, plan)?;
    drop(task);
    tell_damage(cache, progress);
    Ok(is_sound)
}

/// Says what of the cache was damaged.
fn tell_damage(cache: &Cache, progress: &Progress) {
    let damaged = cache.damaged();
    damaged.iter().take(DAMAGES).for_each(|damage| progress.line(&format!("warning: {damage}")));
    if damaged.len() > DAMAGES {
        progress.line(&format!("warning: and {} more", damaged.len() - DAMAGES));
    }
    if !damaged.is_empty() {
        progress.line("what is damaged among the prepared images is prepared again");
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
    let mut manifest = drawn_and_listed(plan, cache, progress)?;
    let preparation = prepare_listed(&mut manifest, plan, cache, progress)?;
    Ok((manifest, preparation))
}

fn drawn_and_listed(plan: &DataPlan, cache: &Cache, progress: &Progress) -> Result<Manifest, Error> {
    generate_if_missing(plan, progress)?;
    listed(plan, cache)
}

fn listed(plan: &DataPlan, cache: &Cache) -> Result<Manifest, Error> {
    cache.scan(plan).map_err(|error| layout(plan, error))
}

fn prepare_listed(
    manifest: &mut Manifest,
    plan: &DataPlan,
    cache: &Cache,
    progress: &Progress,
) -> Result<Preparation, Error> {
    let mut task = progress.task(&format!("looking through the images of {}", shown(plan.place())));
    let preparation = cache.prepare(manifest, plan, &mut |at| task.images(at.done, at.decoded, at.files))?;
    drop(task);
    tell_damage(cache, progress);
    if preparation.progress.decoded > 0 {
        let [height, width] = plan.image_size;
        let count = plural(preparation.progress.decoded, "image");
        progress.line(&format!("prepared {count} at {height}x{width}"));
    }
    Ok(preparation)
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
fn inspect(plan: &DataPlan, mut manifest: Manifest, cache: &Cache, progress: &Progress) -> Result<Dataset, Error> {
    let preparation = prepare_listed(&mut manifest, plan, cache, progress)?;
    let audit = Audit::new(&manifest, plan, &preparation);
    let (refused, warnings): (Vec<Finding>, Vec<Finding>) =
        findings(&audit, &manifest, plan).into_iter().partition(|finding| finding.severity == Severity::Error);
    if !refused.is_empty() {
        return Err(Error::Data(refused.iter().map(Finding::text).collect::<Vec<_>>().join("\n\nerror: ")));
    }
    match preparation.set {
        Some(prepared) => {
            let measured = Measured::new(&manifest, &preparation.profiles);
            let summary = summary(&audit.splits);
            Ok(Dataset { manifest, prepared, measured, summary, warnings })
        }
        None => Err(Error::Data(format!("no images of {} were prepared", files::shown(&plan.place())))),
    }
}

/// Draws the embedded data set where the experiment asks for it and the folder is not there.
pub fn generate_if_missing(plan: &DataPlan, progress: &Progress) -> Result<(), Error> {
    let Some(Generate { kind, train, validation, test, seed }) = plan.generate else { return Ok(()) };
    let counts = data::pets::Counts { train, validation, test };
    if !plan.directory.exists() {
        let images = train + validation + test;
        let _task = progress.task(&format!("drawing {images} images into {}", files::shown(&plan.directory)));
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
            files::shown(&plan.place())
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

/// Class and file counts, as the tutorials print them.
pub fn counts(manifest: &Manifest) -> String {
    let mut lines = Vec::new();
    for (name, split) in manifest.splits() {
        let classes = manifest.classes.iter().zip(split.counts(manifest.classes.len()));
        let passed_over = match split.passed_over {
            0 => String::new(),
            count => format!(" ({} ignored)", plural(count, "other file")),
        };
        lines.push(split_counts(name, split.files.len(), classes) + &passed_over);
    }
    lines.join("\n")
}
