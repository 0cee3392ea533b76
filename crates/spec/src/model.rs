//! `[model]`.

use crate::data;
use crate::fields::{At, Fields};
use crate::layer::{self, LayerSpec};
use crate::log::{Finding, Log, Span};
use std::path::{Path, PathBuf};

/// The table as written. What is missing or wrong was reported.
#[derive(Debug, Default)]
pub struct ModelSpec {
    /// The file to start from, and where it is named.
    pub weights: Option<(PathBuf, Span)>,
    /// At least one; `None` where there is no list of them.
    pub layers: Option<Vec<LayerSpec>>,
}

pub fn read(at: &At, folder: &Path, log: &mut Log) -> ModelSpec {
    let Some(mut fields) = Fields::open(at, "model", log) else { return ModelSpec::default() };
    let span = fields.span;
    let path = |at: &At, log: &mut Log| Some((data::path(at, folder, log)?, at.node.span));
    let weights = fields.optional("weights", log, path);
    let layers = fields.required("layers", "a `[[model.layers]]` table for each layer", log, layer::read_all);
    fields.close(log);
    if layers.as_ref().is_some_and(Vec::is_empty) {
        let label = "expected a `[[model.layers]]` table for each layer";
        log.add(Finding::new(span, "`model.layers` is empty", label));
    }
    ModelSpec { weights, layers: layers.filter(|layers| !layers.is_empty()) }
}
