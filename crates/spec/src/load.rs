//! From a request to an experiment: the four steps in their order.

use crate::diagnostics::Diagnostics;
use crate::log::{Log, Source};
use crate::settings::Context;
use crate::sweep::Sweep;
use crate::{document, header, matrix, overrides, project, set};
use plan::{DataPlan, Experiment, Variant};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

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
}

/// Reads, checks and expands an experiment.
///
/// # Errors
/// All that is wrong with the file and the `--set`s, in the order of the file.
pub fn load(request: &Request) -> Result<Experiment, Diagnostics> {
    let sources = sources(request);
    let mut log = Log::default();
    read(request, &sources, &mut log).map_err(|()| Diagnostics::new(log.findings, sources))
}

/// Every key that reading this request asked for, as `section.key`: what documentation can be held to.
pub fn vocabulary(request: &Request) -> BTreeSet<String> {
    let mut log = Log::default();
    // What is wrong with the file does not matter here.
    read(request, &sources(request), &mut log).ok();
    log.vocabulary
}

fn sources(request: &Request) -> Vec<Source> {
    let file = Source { name: files::shown(request.path).to_string(), text: request.text.to_owned() };
    std::iter::once(file).chain(request.sets.iter().map(|one| set::source(one))).collect()
}

/// `Err` where anything was found wrong; it is in the log then.
fn read(request: &Request, sources: &[Source], log: &mut Log) -> Result<Experiment, ()> {
    let mut root = document::parse(request.text, 0, log).ok_or(())?;
    let mut sets = Vec::new();
    for (index, source) in sources.iter().enumerate().skip(1) {
        if let Some(change) = set::parse(&source.text, index, log) {
            overrides::apply(&mut root, &change, log);
            sets.push(change);
        }
    }
    let (header, sweep) = header::read(&root, sources, log);
    let folder = project::project_folder(request.path);
    let context = Context { folder: &folder, sources, classes: request.classes, asked: RefCell::new(Vec::new()) };
    // Where the matrix is wrong, at least the file without it is looked at.
    let whole = sweep.is_some();
    let Sweep { factors, drafts, baseline } = sweep.unwrap_or_else(Sweep::base);
    for set in &sets {
        matrix::check_effect(&root, set, &drafts, log);
    }
    let resolved = matrix::resolve(&root, &drafts, &context, log);
    let (Some(header), Some(resolved), true) = (header, resolved, whole && log.findings.is_empty()) else {
        return Err(());
    };
    let swept_paths = matrix::swept_paths(&resolved);
    let variants = resolved.into_iter().map(|one| Variant {
        swept: swept_paths.iter().map(|path| one.swept(path, sources)).collect(),
        name: one.draft.name,
        levels: one.draft.levels,
        settings: one.settings,
    });
    let variants = variants.collect();
    let header::Header { name, description, seeds } = header;
    Ok(Experiment { name, description, seeds, factors, variants, baseline, swept_paths })
}
