//! The rows a report is made of: in order, and rounded as their files hold them.
//!
//! Everything that follows is computed from what the CSV files say, not from what was in memory: so a report that is
//! rebuilt from the files alone has the same bytes as the one that was written after the runs.

use crate::error::ReportError;
use crate::input::Input;
use record::runs_csv::RunRow;
use record::{Earlier, EarlierRun, RunRecord, Status, epochs_csv, runs_csv};
use std::collections::HashMap;
use std::ops::Range;

pub(crate) struct Results {
    /// In file order of the variants, then by seed.
    runs: Vec<RunRecord>,
    /// Where the runs of a variant are among them.
    places: HashMap<String, Range<usize>>,
    pub epochs_csv: String,
    pub runs_csv: String,
}

impl Results {
    /// Of `runs`. The rows of `kept` stand below theirs in both files, and are in nothing else.
    pub fn new(input: &Input, runs: &[RunRecord], kept: &Earlier) -> Result<Results, ReportError> {
        let order: HashMap<&str, usize> =
            input.variants.iter().enumerate().map(|(place, variant)| (variant.name.as_str(), place)).collect();
        let mut ordered = Vec::with_capacity(runs.len());
        for run in runs {
            let (variant, seed) = (run.variant.clone(), run.seed);
            match order.get(variant.as_str()) {
                Some(place) => ordered.push((*place, run)),
                None => return Err(ReportError::UnknownVariant { experiment: input.name.clone(), variant, seed }),
            }
        }
        ordered.sort_by_key(|(place, run)| (*place, run.seed));
        if let Some(pair) = ordered.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[0].1.seed == pair[1].1.seed) {
            return Err(ReportError::DuplicateRun { variant: pair[0].1.variant.clone(), seed: pair[0].1.seed });
        }
        let mut rows: Vec<RunRow> =
            ordered.iter().map(|(place, run)| RunRow::new(run, input.variants[*place].swept.clone())).collect();
        let mut runs: Vec<RunRecord> = ordered.into_iter().map(|(_, run)| run.clone()).collect();
        let of_file = runs.len();
        // Columns that only kept rows have stand to the right of the file's own.
        let (metrics, swept_paths) =
            (union(&input.metrics, &kept.metrics), union(&input.swept_paths, &kept.swept_paths));
        let swept = |run: &EarlierRun| {
            let value = |path: &String| {
                let place = kept.swept_paths.iter().position(|known| known == path)?;
                run.swept.get(place).cloned()
            };
            swept_paths.iter().map(|path| value(path).unwrap_or_default()).collect()
        };
        rows.extend(kept.runs.iter().map(|run| RunRow::new(&run.record, swept(run))));
        runs.extend(kept.runs.iter().map(|run| run.record.clone()));
        let epochs_text = epochs_csv::render(&runs, &metrics);
        let runs_text = runs_csv::render(&rows, &metrics, &swept_paths);
        let (_, epochs) =
            epochs_csv::parse(&epochs_text).map_err(|source| ReportError::Rows { file: "epochs.csv", source })?;
        let table = runs_csv::parse(&runs_text).map_err(|source| ReportError::Rows { file: "runs.csv", source })?;
        let mut runs = runs_csv::assemble(&table.rows, &epochs);
        runs.truncate(of_file);
        let mut places: HashMap<String, Range<usize>> = HashMap::new();
        for (index, run) in runs.iter().enumerate() {
            places.entry(run.variant.clone()).or_insert(index..index).end = index + 1;
        }
        Ok(Results { runs, places, epochs_csv: epochs_text, runs_csv: runs_text })
    }

    /// All runs.
    pub fn runs(&self) -> &[RunRecord] {
        &self.runs
    }

    /// The runs of a variant, by seed.
    pub fn of<'a>(&'a self, variant: &str) -> impl Iterator<Item = &'a RunRecord> + use<'a> {
        self.places.get(variant).map_or(&[][..], |place| &self.runs[place.clone()]).iter()
    }
}

/// `own`, then what only `others` has.
fn union(own: &[String], others: &[String]) -> Vec<String> {
    own.iter().chain(others.iter().filter(|other| !own.contains(other))).cloned().collect()
}

/// Whether a run ended as it should: only such runs enter means.
pub(crate) fn is_finished(run: &RunRecord) -> bool {
    match run.status {
        Status::Completed | Status::Stopped => true,
        Status::Diverged | Status::Failed => false,
    }
}
