//! `comparison.csv`: for each variant and quantity the mean over seeds, and how far it is from the baseline's.
//!
//! Runs that diverged or failed enter no mean: `n` counts the runs that do. `delta` is over the seeds that variant and
//! baseline share; there is none where the two were measured on different images, which no statistic can mend. Where no
//! run of any variant has a quantity (no test split, say), it has no rows.

use crate::input::{Input, VariantInput};
use crate::quantity::Quantity;
use crate::results::Results;
use crate::statistics::{Difference, Mean};
use record::{Column, number, table};

pub(crate) struct Comparison {
    pub rows: Vec<ComparisonRow>,
}

pub(crate) struct ComparisonRow {
    pub variant: String,
    pub quantity: Quantity,
    /// Of the runs, by seed.
    pub values: Vec<f64>,
    pub mean: Option<Mean>,
    /// To the baseline; `None` for the baseline itself, where no seed has both, and where the images differ.
    pub difference: Option<Difference>,
    /// Whether it was measured on other images than the baseline.
    pub other_images: bool,
}

impl Comparison {
    pub fn new(input: &Input, results: &Results) -> Comparison {
        let quantities = Quantity::all(input);
        let measured = quantities.iter().filter(|q| results.runs().iter().any(|run| q.of(run).is_some()));
        let measured: Vec<&Quantity> = measured.collect();
        let base = input.variants.iter().find(|variant| variant.name == input.baseline);
        let row = |variant: &VariantInput, quantity: &Quantity| {
            let images = [Some(variant), base].map(|variant| quantity.images(variant?));
            let other_images = matches!(images, [Some(own), Some(base)] if own != base);
            let variant = variant.name.as_str();
            let values = by_seed(results, variant, quantity);
            let baseline = by_seed(results, &input.baseline, quantity);
            let pairs: Vec<(f64, f64)> = values
                .iter()
                .filter_map(|(seed, value)| Some((*value, baseline.iter().find(|(other, _)| other == seed)?.1)))
                .collect();
            let values: Vec<f64> = values.into_iter().map(|(_, value)| value).collect();
            let mean = Mean::of(&values);
            let is_compared = variant != input.baseline && !other_images;
            let difference = if is_compared { Difference::paired(&pairs) } else { None };
            let (variant, quantity) = (variant.to_owned(), quantity.clone());
            ComparisonRow { variant, quantity, values, mean, difference, other_images }
        };
        let rows = input.variants.iter().flat_map(|v| measured.iter().map(|q| row(v, q))).collect();
        Comparison { rows }
    }

    /// The row of a variant and quantity.
    pub fn get(&self, variant: &str, quantity: &str) -> Option<&ComparisonRow> {
        self.rows.iter().find(|row| row.variant == variant && row.quantity.column.name == quantity)
    }

    /// Whether any run has the quantity.
    pub fn has(&self, quantity: &str) -> bool {
        self.rows.iter().any(|row| row.quantity.column.name == quantity)
    }

    /// Whether any variant was measured on other images than the baseline.
    pub fn has_other_images(&self) -> bool {
        self.rows.iter().any(|row| row.other_images)
    }

    /// The columns of comparison.csv, with what they say here.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = columns();
        if self.has_other_images() {
            let compared = ["delta", "delta_ci95_low", "delta_ci95_high", "p_value", "test"];
            for column in columns.iter_mut().filter(|column| compared.contains(&column.name.as_str())) {
                column.meaning.push_str("; empty where the images are others than the baseline's");
            }
        }
        columns
    }

    /// The text of comparison.csv.
    pub fn csv(&self, baseline: &str) -> String {
        let header: Vec<String> = columns().into_iter().map(|column| column.name).collect();
        table::render(
            &header,
            self.rows.iter().map(|row| {
                let cell = |value: Option<f64>| value.map(number::measure).unwrap_or_default();
                let (mean, difference) = (row.mean, row.difference.as_ref());
                let delta = difference.map(|difference| difference.delta);
                let p_value = difference.and_then(|difference| difference.p_value);
                vec![
                    row.variant.clone(),
                    baseline.to_owned(),
                    row.quantity.column.name.clone(),
                    mean.map_or(0, |mean| mean.n).to_string(),
                    cell(mean.map(|mean| mean.mean)),
                    cell(mean.and_then(|mean| mean.std)),
                    cell(mean.and_then(|mean| mean.ci95).map(|ci| ci.0)),
                    cell(mean.and_then(|mean| mean.ci95).map(|ci| ci.1)),
                    cell(delta.map(|delta| delta.mean)),
                    cell(delta.and_then(|delta| delta.ci95).map(|ci| ci.0)),
                    cell(delta.and_then(|delta| delta.ci95).map(|ci| ci.1)),
                    cell(p_value),
                    p_value.map(|_| "paired_t").unwrap_or_default().to_owned(),
                ]
            }),
        )
    }
}

/// The columns of comparison.csv.
fn columns() -> Vec<Column> {
    vec![
        Column::fact("variant", "name of the variant"),
        Column::fact("baseline", "name of the variant it is compared with"),
        Column::fact("metric", "what is compared; see below"),
        Column::fact("n", "runs in the mean: runs that diverged or failed are in none"),
        Column::fact("mean", "mean over seeds"),
        Column::fact("std", "sample standard deviation over seeds; empty for one run"),
        Column::fact("ci95_low", "lower end of the mean's 95 % confidence interval (Student's t)"),
        Column::fact("ci95_high", "upper end of it"),
        Column::fact("delta", "mean difference to the baseline, seed by seed"),
        Column::fact("delta_ci95_low", "lower end of the difference's 95 % confidence interval"),
        Column::fact("delta_ci95_high", "upper end of it"),
        Column::fact("p_value", "two-sided, not corrected for the number of comparisons; empty where there is no test"),
        Column::fact(
            "test",
            "`paired_t`: the paired t-test; empty for fewer than two shared seeds, or equal differences",
        ),
    ]
}

fn by_seed(results: &Results, variant: &str, quantity: &Quantity) -> Vec<(u64, f64)> {
    results.of(variant).filter_map(|run| Some((run.seed, quantity.of(run)?))).collect()
}
