//! The rows a report is made of: in order, and rounded as their files hold them.
//!
//! Everything that follows is computed from what the CSV files say, not from what was in memory: so a report that is
//! rebuilt from the files alone has the same bytes as the one that was written after the runs.

use crate::error::ReportError;
use crate::input::Input;
use record::runs_csv::RunRow;
use record::{RunRecord, Status, epochs_csv, runs_csv};

pub(crate) struct Results {
    /// In file order of the variants, then by seed.
    runs: Vec<RunRecord>,
    pub epochs_csv: String,
    pub runs_csv: String,
}

impl Results {
    pub fn new(input: &Input, runs: &[RunRecord]) -> Result<Results, ReportError> {
        let mut ordered = Vec::with_capacity(runs.len());
        for run in runs {
            let (variant, seed) = (run.variant.clone(), run.seed);
            match input.variants.iter().position(|known| known.name == run.variant) {
                Some(place) => ordered.push((place, run)),
                None => return Err(ReportError::UnknownVariant { experiment: input.name.clone(), variant, seed }),
            }
        }
        ordered.sort_by_key(|(place, run)| (*place, run.seed));
        if let Some(pair) = ordered.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[0].1.seed == pair[1].1.seed) {
            return Err(ReportError::DuplicateRun { variant: pair[0].1.variant.clone(), seed: pair[0].1.seed });
        }
        let rows: Vec<RunRow> =
            ordered.iter().map(|(place, run)| RunRow::new(run, input.variants[*place].swept.clone())).collect();
        let runs: Vec<RunRecord> = ordered.into_iter().map(|(_, run)| run.clone()).collect();
        let epochs_text = epochs_csv::render(&runs, &input.metrics);
        let runs_text = runs_csv::render(&rows, &input.metrics, &input.swept_paths);
        let (_, epochs) =
            epochs_csv::parse(&epochs_text).map_err(|source| ReportError::Rows { file: "epochs.csv", source })?;
        let table = runs_csv::parse(&runs_text).map_err(|source| ReportError::Rows { file: "runs.csv", source })?;
        let runs = runs_csv::assemble(&table.rows, &epochs);
        Ok(Results { runs, epochs_csv: epochs_text, runs_csv: runs_text })
    }

    /// All runs.
    pub fn runs(&self) -> &[RunRecord] {
        &self.runs
    }

    /// The runs of a variant, by seed.
    pub fn of<'a>(&'a self, variant: &'a str) -> impl Iterator<Item = &'a RunRecord> {
        self.runs.iter().filter(move |run| run.variant == variant)
    }
}

/// Whether a run ended as it should: only such runs enter means.
pub(crate) fn is_finished(run: &RunRecord) -> bool {
    match run.status {
        Status::Completed | Status::Stopped => true,
        Status::Diverged | Status::Failed => false,
    }
}
