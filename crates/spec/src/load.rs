//! From a request to an experiment: the four steps in their order.

use crate::diagnostics::Diagnostics;
use crate::header::Header;
use crate::log::{Finding, Log, Source, Span};
use crate::settings::Context;
use crate::sweep::Matrix;
use crate::world::World;
use crate::{document, header, matrix, overrides, project, set};
use plan::weights::Named;
use plan::{DataPlan, Experiment};
use std::collections::BTreeSet;
use std::path::Path;

/// The largest file, in bytes: the largest matrix, written by hand, takes a fraction of it.
const MOST_BYTES: usize = 16 << 20;
/// The most runs of an experiment.
const MOST_RUNS: usize = 100_000;

/// Tells whether images have some to validate on, if that is known.
type HasValidation<'a> = dyn Fn(&DataPlan) -> Option<bool> + 'a;
/// Tells which arrays a file holds, or why it is no file of weights.
type Weights<'a> = dyn Fn(&Path) -> Result<Vec<Named>, String> + 'a;

/// What to load.
pub struct Request<'a> {
    /// The experiment file; its name stands in messages, and relative paths start at its project.
    pub path: &'a Path,
    /// What the file says.
    pub text: &'a str,
    /// `PATH=VALUE` of each `--set`, applied to every variant before its own overrides.
    pub sets: &'a [String],
    /// The class names of a data set whose folder is there, sorted; or why they are not known.
    pub classes: &'a dyn Fn(&DataPlan) -> Result<Vec<String>, String>,
    /// Whether a data set has validation images, if that is known. Without it nothing is said about that.
    pub has_validation: Option<&'a HasValidation<'a>>,
    /// The arrays of a file of weights, or why it is none. Without it such files are not looked at.
    pub weights: Option<&'a Weights<'a>>,
}

impl<'a> Request<'a> {
    /// A file without `--set`s, of whose surroundings the class names are known at most.
    pub fn new(
        path: &'a Path,
        text: &'a str,
        classes: &'a dyn Fn(&DataPlan) -> Result<Vec<String>, String>,
    ) -> Request<'a> {
        Request { path, text, sets: &[], classes, has_validation: None, weights: None }
    }
}

/// Reads, checks and expands an experiment.
///
/// # Errors
/// All that is wrong with the file and the `--set`s, in the order of the file.
pub fn load(request: &Request) -> Result<Experiment, Diagnostics> {
    load_with_warnings(request).map(|(experiment, _)| experiment)
}

/// The same, with what is not wrong but should be known, if there is any.
///
/// # Errors
/// Those of [`load`].
pub fn load_with_warnings(request: &Request) -> Result<(Experiment, Option<Diagnostics>), Diagnostics> {
    let sources = sources(request);
    let mut log = Log::default();
    match read(request, &sources, &mut log) {
        Ok(experiment) => Ok((experiment, Diagnostics::of_warnings(log, sources))),
        Err(()) => Err(Diagnostics::of_errors(log, sources)),
    }
}

/// Every key that reading this request asked for, as `section.key`: what documentation can be held to.
pub fn vocabulary(request: &Request) -> BTreeSet<String> {
    let mut log = Log::default();
    // What is wrong with the file does not matter here.
    read(request, &sources(request), &mut log).ok();
    log.vocabulary
}

fn sources(request: &Request) -> Vec<Source> {
    let file = Source::new(files::shown(request.path).to_string(), request.text.to_owned());
    std::iter::once(file).chain(request.sets.iter().map(|one| set::source(one))).collect()
}

/// `Err` where anything was found wrong; it is in the log then.
fn read(request: &Request, sources: &[Source], log: &mut Log) -> Result<Experiment, ()> {
    if request.text.len() > MOST_BYTES {
        let message = format!("this file has {} bytes", request.text.len());
        log.add(Finding::new(Span::START, message, format!("an experiment file has at most {MOST_BYTES}")));
        return Err(());
    }
    let mut root = document::parse(request.text, 0, log).ok_or(())?;
    let mut sets = Vec::new();
    for (index, source) in sources.iter().enumerate().skip(1) {
        if let Some(change) = set::parse(&source.text, index, log) {
            overrides::apply(&mut root, &change, log);
            sets.push(change);
        }
    }
    let (header, matrix) = header::read(&root, sources, log);
    matrix::keep_settings(&mut root);
    matrix::check_effect(&root, &sets, &matrix, log);
    let folder = project::project_folder(request.path);
    let context = Context { folder: &folder, sources, world: World::new(request) };
    let variants = matrix::resolve(&root, &matrix, &context, log);
    let Header { name, description, seeds, seeds_at } = header;
    if let Some(seeds) = &seeds
        && matrix.drafts.len() * seeds.len() > MOST_RUNS
    {
        let runs = matrix.drafts.len() * seeds.len();
        log.add(Finding::new(seeds_at, format!("this experiment has {runs} runs"), format!("at most {MOST_RUNS}")));
    }
    let Matrix { factors, baseline, .. } = matrix;
    match (name, seeds, baseline, variants) {
        (Some(name), Some(seeds), Some(baseline), Some((swept_paths, variants))) if log.count() == 0 => {
            Ok(Experiment { name, description, seeds, factors, variants, baseline, swept_paths })
        }
        (_, _, _, _) => Err(()),
    }
}
