//! `[data]`.

use crate::document::Value;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log, Span};
use crate::source;
use crate::value::{boolean, choice, count, integer, items, text, two};
use plan::data::BATCH_SIZE;
use plan::{
    Allow, ColorMode, DataSource, Generate, GenerateKind, Interpolation, LabelMode, Normalization, OnError, Sampling,
};
use std::path::{Path, PathBuf};

/// The largest side of an image. Keeps every later product of sizes within 64 bits.
pub const LARGEST_SIDE: u32 = 8192;

/// The table as written, with defaults. What is missing and has no default was reported.
#[derive(Debug)]
pub struct DataSpec {
    /// What leads to the images: the directory, or the CSV file in it.
    pub directory: Option<(PathBuf, Span)>,
    pub source: DataSource,
    /// Selected classes, sorted.
    pub classes: Option<Vec<(String, Span)>>,
    pub label_mode: Option<(LabelMode, Span)>,
    pub image_size: Option<[usize; 2]>,
    pub color_mode: ColorMode,
    pub batch_size: usize,
    pub interpolation: Interpolation,
    pub normalization: Normalization,
    pub shuffle: bool,
    pub sampling: Sampling,
    pub on_error: OnError,
    pub generate: Option<Generate>,
    /// Sorted.
    pub allow: Vec<Allow>,
}

pub fn read(at: &At, folder: &Path, log: &mut Log) -> Option<DataSpec> {
    let label_modes = [("binary", LabelMode::Binary), ("categorical", LabelMode::Categorical)];
    let color_modes = ColorMode::ALL.map(|mode| (mode.name(), mode));
    let interpolations = Interpolation::ALL.map(|interpolation| (interpolation.name(), interpolation));
    let normalizations = [("rescale", Normalization::Rescale), ("standardize", Normalization::Standardize)];
    let samplings = [("natural", Sampling::Natural), ("balanced", Sampling::Balanced)];
    let on_errors = [("refuse", OnError::Refuse), ("skip", OnError::Skip)];
    let mut fields = Fields::open(at, "data", log)?;
    let places = source::read(&mut fields, folder, log);
    let generate = fields.optional("generate", log, |at, log| {
        places.check_drawn(at.node.span, log);
        generate(at, log)
    });
    let spec = DataSpec {
        directory: places.directory,
        source: places.source,
        classes: fields.optional("classes", log, classes),
        label_mode: fields.optional("label_mode", log, |at, log| Some((choice(&label_modes)(at, log)?, at.node.span))),
        image_size: fields.required("image_size", "`[height, width]` that every image is resized to", log, image_size),
        color_mode: fields.optional("color_mode", log, choice(&color_modes)).unwrap_or_default(),
        batch_size: fields.optional("batch_size", log, count(1, 65_536)).unwrap_or(BATCH_SIZE),
        interpolation: fields.optional("interpolation", log, choice(&interpolations)).unwrap_or_default(),
        normalization: fields.optional("normalization", log, choice(&normalizations)).unwrap_or_default(),
        shuffle: fields.optional("shuffle", log, boolean).unwrap_or(true),
        sampling: fields.optional("sampling", log, choice(&samplings)).unwrap_or_default(),
        on_error: fields.optional("on_error", log, choice(&on_errors)).unwrap_or_default(),
        generate,
        allow: fields.optional("audit", log, audit).unwrap_or_default(),
    };
    fields.close(log);
    Some(spec)
}

/// A path. One that is written in the file starts at the project's folder, one of the command line where it is typed.
pub fn path(at: &At, folder: &Path, log: &mut Log) -> Option<PathBuf> {
    let written = text(at, log)?;
    if written.is_empty() {
        log.add(Finding::new(at.node.span, format!("`{}` is empty", at.path), "expected a path"));
        return None;
    }
    Some(if at.node.span.source == 0 { folder.join(written) } else { PathBuf::from(written) })
}

/// `[height, width]`, or one number for a square.
fn image_size(at: &At, log: &mut Log) -> Option<[usize; 2]> {
    match at.node.value {
        Value::Integer(_) => count(1, LARGEST_SIDE)(at, log).map(|side| [side; 2]),
        Value::String(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime
        | Value::Array(_)
        | Value::Table(_) => two("[height, width]", count(1, LARGEST_SIDE))(at, log),
    }
}

fn classes(at: &At, log: &mut Log) -> Option<Vec<(String, Span)>> {
    let mut classes: Vec<(String, Span)> = Vec::new();
    for item in items(at, log)? {
        let name = text(&item, log)?;
        if let Some((_, first)) = classes.iter().find(|(other, _)| *other == name) {
            let message = format!("class `{name}` is listed twice");
            log.add(Finding::new(item.node.span, message, "again here").also(*first, "first here"));
        } else {
            classes.push((name, item.node.span));
        }
    }
    if classes.len() < 2 {
        let message = format!("`{}` selects {} of the classes", at.path, classes.len());
        log.add(Finding::new(at.node.span, message, "at least two are needed"));
        return None;
    }
    classes.sort();
    Some(classes)
}

fn audit(at: &At, log: &mut Log) -> Option<Vec<Allow>> {
    let words =
        [("duplicates_across_splits", Allow::DuplicatesAcrossSplits), ("conflicting_labels", Allow::ConflictingLabels)];
    let mut fields = Fields::open(at, "data.audit", log)?;
    let allow = fields.optional("allow", log, |at, log| {
        let mut allowed: Vec<Allow> = items(at, log)?.iter().filter_map(|item| choice(&words)(item, log)).collect();
        allowed.sort_unstable();
        allowed.dedup();
        Some(allowed)
    });
    fields.close(log);
    allow
}

fn generate(at: &At, log: &mut Log) -> Option<Generate> {
    let mut fields = Fields::open(at, "data.generate", log)?;
    // A class of every split has at least one image.
    let images = || count(2, 1_000_000);
    let kind = fields.required("kind", "`\"pets\"`", log, choice(&[("pets", GenerateKind::Pets)]));
    let train = fields.required("train", "how many training images", log, images());
    let validation = fields.required("validation", "how many validation images", log, images());
    let test = fields.required("test", "how many test images", log, images());
    let seed = fields.optional("seed", log, integer(0, i64::MAX)).unwrap_or(0).unsigned_abs();
    fields.close(log);
    Some(Generate { kind: kind?, train: train?, validation: validation?, test: test?, seed })
}
