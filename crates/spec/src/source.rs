//! Where the images are and how they are split: `directory`, `manifest`, `format`, `split` and `limit_per_class` of
//! `[data]`.

use crate::data::path;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log, Span};
use crate::value::{PROBABILITY, choice, count, integer, items, number};
use plan::{DataSource, Format, SplitKind, SplitPlan};
use std::path::{Component, Path, PathBuf};

/// How far a sum of probabilities may be from 1: the rounding of a few digits, not a forgotten percent.
const TOLERANCE: f64 = 1e-6;

/// The keys as written. What is missing and has no default was reported.
pub struct Places {
    /// Where paths of images start, and what says so.
    pub directory: Option<(PathBuf, Span)>,
    pub source: DataSource,
    /// Keys of images that are there already, which none need draw.
    kept: Vec<(&'static str, Span)>,
}

pub fn read(fields: &mut Fields, folder: &Path, log: &mut Log) -> Places {
    let spanned = |at: &At, log: &mut Log| Some((path(at, folder, log)?, at.node.span));
    let listed = fields.at("manifest", log).map(|at| (at.node.span, path(&at, folder, log)));
    let (directory, manifest) = match listed {
        None => {
            let what = "the folder of the images; or `manifest`, a CSV file that lists them";
            (fields.required("directory", what, log, spanned), None)
        }
        Some((at, manifest)) => {
            // A list named on the command line lists images of its own, not those of the file's directory.
            let given = fields.optional("directory", log, spanned).filter(|(_, by)| by.source != 0 || at.source == 0);
            let beside = manifest.as_deref().map(|manifest| (folder_of(manifest), at));
            (given.or(beside), manifest.map(|manifest| (manifest, at)))
        }
    };
    let formats = Format::ALL.map(|format| (format.name(), format));
    let format = fields.optional("format", log, |at, log| Some((choice(&formats)(at, log)?, at.node.span)));
    let split = fields.optional("split", log, |at, log| Some((split(at, log)?, at.node.span)));
    let limit_per_class = fields.optional("limit_per_class", log, count(1, u32::MAX));
    if let (Some((_, manifest)), Some((_, format))) = (&manifest, &format) {
        log.add(
            Finding::new(*format, "`format` does not go with `manifest`", "says how a directory holds images")
                .also(*manifest, "and this file lists them")
                .help("remove one of the two"),
        );
    }
    let is_drawn = |format: &&(Format, Span)| format.0 == Format::Folders;
    let kept = [
        manifest.as_ref().map(|(_, at)| ("manifest", *at)),
        format.as_ref().filter(|format| !is_drawn(format)).map(|(_, at)| ("format", *at)),
        split.as_ref().map(|(_, at)| ("split", *at)),
    ];
    let source = DataSource {
        format: format.map(|(format, _)| format),
        manifest: manifest.map(|(manifest, _)| manifest),
        split: split.map(|(split, _)| split),
        limit_per_class,
    };
    Places { directory, source, kept: kept.into_iter().flatten().collect() }
}

impl Places {
    /// Reports keys that speak of other images than those that `generate` draws, and a directory outside the project's
    /// `folder`: an experiment file may come from elsewhere. Images named on the command line are the reader's own, and
    /// none are drawn unless `generate` is given there, too: then wherever the reader says.
    pub fn check_drawn(&self, generate: Span, folder: &Path, log: &mut Log) {
        let Some((directory, at)) = &self.directory else { return };
        if at.source != 0 {
            return;
        }
        let is_inside =
            |inner: &Path| inner.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !directory.strip_prefix(folder).is_ok_and(is_inside) {
            log.add(
                Finding::new(*at, "`generate` draws into a folder of the project only", "leads out of the project")
                    .also(generate, "would draw images there")
                    .help("name a folder of the project, such as `data/pets`; or give the folder with `--set data.directory=... --set data.generate=...`"),
            );
        }
        for (key, at) in &self.kept {
            log.add(
                Finding::new(*at, format!("`{key}` does not go with `generate`"), "speaks of other images")
                    .also(generate, "draws train, validation and test as folders")
                    .help("remove one of the two"),
            );
        }
    }
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).into()
}

fn split(at: &At, log: &mut Log) -> Option<SplitPlan> {
    let kinds = [("random", SplitKind::Random), ("stratified", SplitKind::Stratified), ("hash", SplitKind::Hash)];
    let mut fields = Fields::open(at, "data.split", log)?;
    let kind = fields.required("type", "`\"random\"`, `\"stratified\"` or `\"hash\"`", log, choice(&kinds));
    let what = "`[train, validation]` or `[train, validation, test]`, which sum to 1";
    let probabilities = fields.required("probabilities", what, log, probabilities);
    let seed = fields.optional("seed", log, integer(0, i64::MAX)).unwrap_or(0).unsigned_abs();
    fields.close(log);
    Some(SplitPlan { kind: kind?, probabilities: probabilities?, seed })
}

fn probabilities(at: &At, log: &mut Log) -> Option<Vec<f64>> {
    let items = items(at, log)?;
    if !(2..=3).contains(&items.len()) {
        let label = format!("found {}", items.len());
        let message = format!("`{}` takes two or three values", at.path);
        let help = "`[train, validation]` or `[train, validation, test]`";
        log.add(Finding::new(at.node.span, message, label).help(help));
        return None;
    }
    let read: Vec<Option<f64>> = items.iter().map(|item| number(PROBABILITY)(item, log)).collect();
    let probabilities = read.into_iter().collect::<Option<Vec<f64>>>()?;
    let sum: f64 = probabilities.iter().sum();
    if (sum - 1.0).abs() > TOLERANCE {
        let message = format!("`{}` sum to {}", at.path, (sum * 1e6).round() / 1e6);
        log.add(Finding::new(at.node.span, message, "must sum to 1"));
        return None;
    }
    if probabilities[0] == 0.0 {
        log.add(Finding::new(items[0].node.span, "nothing is left to train on", "must be above 0"));
        return None;
    }
    Some(probabilities)
}
