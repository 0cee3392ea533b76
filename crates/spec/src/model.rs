//! `[model]`.

use crate::data;
use crate::fields::{At, Fields};
use crate::layer::{self, LayerSpec};
use crate::log::{Finding, Log};
use std::path::{Path, PathBuf};

/// The table as written.
#[derive(Debug)]
pub struct ModelSpec {
    pub weights: Option<PathBuf>,
    /// At least one; `None` where any of them is wrong, which was reported.
    pub layers: Option<Vec<LayerSpec>>,
}

pub fn read(at: &At, folder: &Path, log: &mut Log) -> Option<ModelSpec> {
    let mut fields = Fields::open(at, "model", log)?;
    let span = fields.span;
    let weights = fields.optional("weights", log, |at, log| data::path(at, folder, log));
    let layers = fields.required("layers", "a `[[model.layers]]` table for each layer", log, layer::read_all);
    fields.close(log);
    let layers = match layers {
        Some(layers) if layers.is_empty() => {
            log.add(Finding::new(
                span,
                "`model.layers` is empty",
                "expected a `[[model.layers]]` table for each layer",
            ));
            None
        }
        layers => layers,
    };
    Some(ModelSpec { weights, layers })
}
