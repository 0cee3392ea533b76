//! `runs.csv`: one row a run: how it ended, its best epoch, its test, and the values that its variant sweeps.
//!
//! `variant,seed,run_id,status,epochs_run,best_epoch,best_val_loss,best_val_<metric>...,test_loss,test_<metric>...,
//! param_count,<swept path>...`
//!
//! `best_val_*` are those of the best epoch by the watched number, and of the same weights as `test_*` (but for early
//! stopping without `restore_best_weights`: then the test is of the last epoch's); they are not the best each column
//! ever was.

use crate::column::{Column, Measure, Weights};
use crate::epochs_csv::{self, EpochRow};
use crate::run::{Epoch, Measures, RunRecord, Status};
use crate::table::{self, CsvError, Row, Table};
use std::collections::HashMap;

const KEYS: [&str; 6] = ["variant", "seed", "run_id", "status", "epochs_run", "best_epoch"];

/// A row of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Name of the variant.
    pub variant: String,
    /// Seed of the run.
    pub seed: u64,
    /// Hash of all that decided it.
    pub run_id: String,
    /// How it ended.
    pub status: Status,
    /// Epochs of training it did.
    pub epochs_run: u32,
    /// Its best epoch, if one has the watched number.
    pub best_epoch: Option<u32>,
    /// The validation split at the best epoch.
    pub best_validation: Option<Measures>,
    /// The test split with the weights that the run keeps.
    pub test: Option<Measures>,
    /// Number of trained values.
    pub parameter_count: u64,
    /// The value at each swept path, as written in TOML.
    pub swept: Vec<String>,
}

impl RunRow {
    /// The row of a run whose variant has these values at the swept paths.
    pub fn new(run: &RunRecord, swept: Vec<String>) -> RunRow {
        RunRow {
            variant: run.variant.clone(),
            seed: run.seed,
            run_id: run.run_id.clone(),
            status: run.status,
            epochs_run: run.epochs.iter().filter(|epoch| epoch.epoch > 0).count() as u32,
            best_epoch: run.best_epoch,
            best_validation: run.best().and_then(|epoch| epoch.validation.clone()),
            test: run.test.clone(),
            parameter_count: run.parameter_count,
            swept,
        }
    }

    /// The record of a run with this row and these epochs. Class names are in neither; they are left empty.
    pub(crate) fn with_epochs(&self, epochs: Vec<Epoch>) -> RunRecord {
        RunRecord {
            variant: self.variant.clone(),
            seed: self.seed,
            run_id: self.run_id.clone(),
            status: self.status,
            epochs,
            best_epoch: self.best_epoch,
            test: self.test.clone(),
            parameter_count: self.parameter_count,
            classes: Vec::new(),
        }
    }
}

/// The file's columns for these metrics (`loss` not among them) and swept paths, where runs are tested with `weights`.
pub fn columns(metrics: &[String], swept_paths: &[String], weights: Weights) -> Vec<Column> {
    let mut columns = vec![
        Column::fact("variant", "name of the variant"),
        Column::fact("seed", "seed of every random stream of the run"),
        Column::fact("run_id", "hash of all that decided the run: settings, seed, images, engine"),
        Column::fact(
            "status",
            "`completed`, `stopped` (early), `diverged` (a number was not finite any more) or `failed`",
        ),
        Column::fact("epochs_run", "epochs of training that were done"),
        Column::fact("best_epoch", "the epoch that was best by the watched number"),
    ];
    let measures = Measure::all(metrics);
    columns
        .extend(measures.iter().map(|measure| measure.column("best_val", "on the validation split at the best epoch")));
    let tested = format!("on the test split with {}", weights.words());
    columns.extend(measures.iter().map(|measure| measure.column("test", &tested)));
    columns.push(Column::fact("param_count", "number of trained values"));
    columns.extend(
        swept_paths.iter().map(|path| Column::fact(path, "the variant's value at this path of the experiment file")),
    );
    columns
}

/// The file's text, in the order of `rows`: the caller has put them in file order, then seed.
pub fn render(rows: &[RunRow], metrics: &[String], swept_paths: &[String]) -> String {
    // Whose weights they are says the meaning of a column, not its name.
    let columns = columns(metrics, swept_paths, Weights::BestEpoch);
    let header: Vec<String> = columns.into_iter().map(|column| column.name).collect();
    let measures = Measure::all(metrics);
    table::render(
        &header,
        rows.iter().map(|run| {
            let mut row = vec![run.variant.clone(), run.seed.to_string(), run.run_id.clone()];
            row.extend([run.status.name().to_owned(), run.epochs_run.to_string()]);
            row.push(run.best_epoch.map(|epoch| epoch.to_string()).unwrap_or_default());
            row.extend(epochs_csv::cells(run.best_validation.as_ref(), &measures));
            row.extend(epochs_csv::cells(run.test.as_ref(), &measures));
            row.push(run.parameter_count.to_string());
            row.extend((0..swept_paths.len()).map(|index| run.swept.get(index).cloned().unwrap_or_default()));
            row
        }),
    )
}

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunsTable {
    /// The metrics, in file order, without `loss`.
    pub metrics: Vec<String>,
    /// The swept paths, in file order.
    pub swept_paths: Vec<String>,
    /// The rows.
    pub rows: Vec<RunRow>,
}

/// Reads the file's text.
///
/// # Errors
/// [`CsvError`] where the text is not such a file.
pub fn parse(text: &str) -> Result<RunsTable, CsvError> {
    let table = Table::parse(text)?;
    table.expect(0, &KEYS)?;
    let metrics = epochs_csv::metrics_after(&table, KEYS.len(), "best_val")?;
    let test = KEYS.len() + 1 + metrics.len();
    epochs_csv::expect_measures(&table, test, "test", &metrics)?;
    let swept = test + 1 + metrics.len() + 1;
    table.expect(swept - 1, &["param_count"])?;
    let rows = table.rows.iter().map(|row| run_row(row, &metrics, swept)).collect::<Result<_, _>>()?;
    let swept_paths = table.header[swept..].to_vec();
    Ok(RunsTable { metrics, swept_paths, rows })
}

fn run_row(row: &Row, metrics: &[String], swept: usize) -> Result<RunRow, CsvError> {
    let all = [Status::Completed, Status::Stopped, Status::Diverged, Status::Failed];
    let status = all.into_iter().find(|status| status.name() == row.text("status"));
    Ok(RunRow {
        variant: row.text("variant").to_owned(),
        seed: row.value("seed", "a whole number")?,
        run_id: row.text("run_id").to_owned(),
        status: status.ok_or_else(|| row.wrong("status", "completed, stopped, diverged or failed"))?,
        epochs_run: row.value("epochs_run", "a whole number")?,
        best_epoch: row.optional("best_epoch", "a whole number")?,
        best_validation: epochs_csv::measures(row, "best_val", metrics)?,
        test: epochs_csv::measures(row, "test", metrics)?,
        parameter_count: row.value("param_count", "a whole number")?,
        swept: row.tail(swept),
    })
}

/// Puts the rows of both files together again. Class names are in neither; they are left empty.
pub fn assemble(runs: &[RunRow], epochs: &[EpochRow]) -> Vec<RunRecord> {
    let mut by_run: HashMap<(&str, u64), Vec<Epoch>> = HashMap::new();
    for row in epochs {
        by_run.entry((&row.variant, row.seed)).or_default().push(row.epoch.clone());
    }
    let of = |run: &RunRow| by_run.get(&(run.variant.as_str(), run.seed)).cloned().unwrap_or_default();
    runs.iter().map(|run| run.with_epochs(of(run))).collect()
}
