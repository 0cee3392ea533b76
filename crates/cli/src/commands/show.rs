//! `ablate show`: the generated Rust model.

use crate::args::Show;
use crate::error::Error;
use crate::experiment::load;
use crate::output::out;
use std::process::ExitCode;

/// Prints the model of one variant.
pub fn show(arguments: &Show) -> Result<ExitCode, Error> {
    let loaded = load(&arguments.file, &arguments.overrides.sets)?;
    let name = arguments.variant.as_deref().unwrap_or(&loaded.experiment.baseline);
    let source = codegen::model_source(&loaded.variant(name)?.settings.network)?;
    out(&source)?;
    Ok(ExitCode::SUCCESS)
}
