//! Reports: statistics, CSV files, plots and Markdown, made from rows alone.
//!
//! In come the records of runs and a few facts about their experiment ([`Input`]); out go the committed files of
//! `results/<experiment>/` ([`write()`]) and the table that ends a run ([`summary_table`]). Equal rows give equal bytes:
//! no clock, host, path or version enters, and every float is rounded the way its file holds it before anything is
//! computed from it.

mod caption;
mod comparison;
mod error;
mod input;
mod markdown;
mod overview;
mod plot;
mod quantity;
mod readme;
mod results;
mod statistics;
mod summary_table;
mod words;

pub use error::ReportError;
pub use input::{Input, VariantInput};

use comparison::Comparison;
use overview::Overview;
use record::{Earlier, ExperimentDirectory, RunRecord};
use results::Results;
use std::fs;
use std::path::PathBuf;

/// What [`write()`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Every file of the report, in the order they were written.
    pub files: Vec<PathBuf>,
    /// Those of them whose bytes were others before, or that were not there.
    pub changed: Vec<PathBuf>,
}

/// Writes the report of `runs` into `directory`: epochs.csv, runs.csv, comparison.csv, README.md and the plots (SVG and
/// PNG). The order of `runs` does not matter, and some may be missing: then they are missing in the report. The rows of
/// `kept`, runs no longer in the experiment, stand at the end of epochs.csv and runs.csv and are in nothing
/// else. Files are replaced whole, and only where their bytes change.
///
/// # Errors
/// [`ReportError`]: a run that is not of the experiment, or a file that cannot be written.
pub fn write(
    directory: &ExperimentDirectory,
    input: &Input,
    runs: &[RunRecord],
    kept: &Earlier,
) -> Result<Written, ReportError> {
    let results = Results::new(input, runs, kept)?;
    let comparison = Comparison::new(input, &results);
    let cannot = |path: PathBuf| move |source| ReportError::Write { path, source };
    fs::create_dir_all(directory.path()).map_err(cannot(directory.path().to_owned()))?;
    let mut written = Written { files: Vec::new(), changed: Vec::new() };
    let mut put = |path: PathBuf, bytes: &[u8]| {
        if files::write_if_changed(&path, bytes).map_err(cannot(path.clone()))? {
            written.changed.push(path.clone());
        }
        written.files.push(path);
        Ok(())
    };
    // Numbers first: should the disk fill up, they matter most.
    put(directory.runs_csv(), results.runs_csv.as_bytes())?;
    put(directory.epochs_csv(), results.epochs_csv.as_bytes())?;
    put(directory.comparison_csv(), comparison.csv(&input.baseline).as_bytes())?;
    put(directory.readme(), readme::render(input, &results, &comparison).as_bytes())?;
    for plot in plot::Plot::ALL {
        let scene = plot.scene(input, &results, &comparison);
        put(directory.plot(plot.name(), "svg"), plot::svg(plot, &scene)?.as_bytes())?;
        put(directory.plot(plot.name(), "png"), &plot::png(plot, &scene)?)?;
    }
    Ok(written)
}

/// The table that ends a run on standard output: variants against runs, validation accuracy and loss, test accuracy,
/// gap, and the difference to the baseline; below it with whose weights they were measured. Columns that no run has a
/// value for are left out. No line is wider than 100 columns where words allow it. Ends with a line break.
///
/// # Errors
/// [`ReportError`]: a run that is not of the experiment.
pub fn summary_table(input: &Input, runs: &[RunRecord]) -> Result<String, ReportError> {
    let results = Results::new(input, runs, &Earlier::default())?;
    let comparison = Comparison::new(input, &results);
    Ok(summary_table::render(input, &comparison, &Overview::new(input, &results, &comparison)))
}
