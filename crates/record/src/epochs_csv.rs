//! `epochs.csv`: one row for each epoch of each run.
//!
//! `variant,seed,epoch,learning_rate,train_loss,train_<metric>...,val_loss,val_<metric>...`

use crate::column::{Better, Column, Measure};
use crate::number;
use crate::run::{Epoch, Measures, RunRecord};
use crate::table::{self, CsvError, Row, Table};

const KEYS: [&str; 4] = ["variant", "seed", "epoch", "learning_rate"];

/// A row of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochRow {
    /// Name of the variant.
    pub variant: String,
    /// Seed of the run.
    pub seed: u64,
    /// What was measured.
    pub epoch: Epoch,
}

/// The file's columns for an experiment with these metrics (`loss` not among them).
pub fn columns(metrics: &[String]) -> Vec<Column> {
    let mut columns = vec![
        Column::fact("variant", "name of the variant"),
        Column::fact("seed", "seed of every random stream of the run"),
        Column::fact("epoch", "counted from 1; 0 is an evaluation without training"),
        Column {
            name: "learning_rate".to_owned(),
            unit: "",
            better: Better::Neither,
            meaning: "step size at the epoch's last step".to_owned(),
        },
    ];
    let seen = "over the epoch's training batches as they were seen (augmented, dropout on)";
    columns.extend(Measure::all(metrics).iter().map(|measure| measure.column("train", seen)));
    columns.extend(
        Measure::all(metrics).iter().map(|measure| measure.column("val", "on the validation split after the epoch")),
    );
    columns
}

/// The file's text. Rows are in the order of `runs`, then of their epochs; the caller has put the runs in file order,
/// then seed.
pub fn render(runs: &[RunRecord], metrics: &[String]) -> String {
    let header: Vec<String> = columns(metrics).into_iter().map(|column| column.name).collect();
    let measures = Measure::all(metrics);
    let rows = runs.iter().flat_map(|run| run.epochs.iter().map(move |epoch| (run, epoch)));
    table::render(
        &header,
        rows.map(|(run, epoch)| {
            let mut row = vec![run.variant.clone(), run.seed.to_string(), epoch.epoch.to_string()];
            row.push(number::rate(epoch.learning_rate));
            row.extend(cells(epoch.train.as_ref(), &measures));
            row.extend(cells(epoch.validation.as_ref(), &measures));
            row
        }),
    )
}

/// The file's metrics and rows.
///
/// # Errors
/// [`CsvError`] where the text is not such a file.
pub fn parse(text: &str) -> Result<(Vec<String>, Vec<EpochRow>), CsvError> {
    let table = Table::parse(text)?;
    table.expect(0, &KEYS)?;
    let metrics = metrics_after(&table, KEYS.len(), "train")?;
    expect_measures(&table, KEYS.len() + 1 + metrics.len(), "val", &metrics)?;
    let rows = table.rows.iter().map(|row| {
        let epoch = Epoch {
            epoch: row.value("epoch", "a whole number")?,
            learning_rate: row.value("learning_rate", "a number")?,
            train: measures(row, "train", &metrics)?,
            validation: measures(row, "val", &metrics)?,
        };
        Ok(EpochRow { variant: row.text("variant").to_owned(), seed: row.value("seed", "a whole number")?, epoch })
    });
    let rows = rows.collect::<Result<_, CsvError>>()?;
    Ok((metrics, rows))
}

/// The cells of what was measured on a split: empty where nothing was.
pub(crate) fn cells(measured: Option<&Measures>, columns: &[Measure]) -> Vec<String> {
    let value = |column: &Measure| measured.and_then(|measures| measures.get(&column.name)).map(number::measure);
    columns.iter().map(|column| value(column).unwrap_or_default()).collect()
}

/// The other way: `None` where there is no loss.
pub(crate) fn measures(row: &Row, prefix: &str, metrics: &[String]) -> Result<Option<Measures>, CsvError> {
    let Some(loss) = row.optional(&format!("{prefix}_loss"), "a number")? else { return Ok(None) };
    let mut measures = Measures { loss, metrics: Vec::new() };
    for metric in metrics {
        if let Some(value) = row.optional(&format!("{prefix}_{metric}"), "a number")? {
            measures.metrics.push((metric.clone(), value));
        }
    }
    Ok(Some(measures))
}

/// The metrics of a file whose columns from `start` on are `<prefix>_loss,<prefix>_<metric>...`.
pub(crate) fn metrics_after(table: &Table, start: usize, prefix: &str) -> Result<Vec<String>, CsvError> {
    table.expect(start, &[&format!("{prefix}_loss")])?;
    let names = table.header[start + 1..].iter().map_while(|name| name.strip_prefix(prefix)?.strip_prefix('_'));
    Ok(names.map(str::to_owned).collect())
}

/// Checks that the columns from `start` on are `<prefix>_loss,<prefix>_<metric>...`.
pub(crate) fn expect_measures(table: &Table, start: usize, prefix: &str, metrics: &[String]) -> Result<(), CsvError> {
    let names: Vec<String> = Measure::all(metrics).iter().map(|m| format!("{prefix}_{}", m.name)).collect();
    table.expect(start, &names.iter().map(String::as_str).collect::<Vec<_>>())
}
