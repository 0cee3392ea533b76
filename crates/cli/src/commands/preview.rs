//! `ablate preview`: what the augmentation does to real images of the data set.

use crate::args::Preview;
use crate::dataset::{generate_if_missing, with_way_out};
use crate::error::Error;
use crate::experiment::load;
use crate::output::out;
use crate::progress::Progress;
use std::process::ExitCode;

/// Writes the grid: one image a row, the original first, then copies as the first epochs would see them.
pub fn preview(arguments: &Preview) -> Result<ExitCode, Error> {
    let loaded = load(&arguments.file, &arguments.overrides.sets)?;
    let variant =
        match &arguments.variant {
            Some(name) => loaded.variant(name)?,
            None => {
                let augments = |variant: &&plan::Variant| !variant.settings.augmentation.operations.is_empty();
                loaded.experiment.variants.iter().find(augments).ok_or_else(|| {
                    Error::Usage(format!("no variant of {} augments its images", loaded.path.display()))
                })?
            }
        };
    let plan = &variant.settings.data;
    generate_if_missing(plan, &Progress::new(1))?;
    let seed = loaded.experiment.seeds.first().copied().unwrap_or(0);
    let manifest = data::scan(plan).map_err(|error| Error::Data(with_way_out(plan, &error.to_string())))?;
    let grid = data::preview::grid(
        &manifest,
        plan,
        &variant.settings.augmentation,
        seed,
        arguments.images.get(),
        arguments.copies.get(),
    )
    .map_err(|error| Error::Data(error.to_string()))?;
    record::atomic::write(&arguments.output, &grid).map_err(Error::write(&arguments.output))?;
    out(&format!("{}\n", arguments.output.display()))?;
    Ok(ExitCode::SUCCESS)
}
