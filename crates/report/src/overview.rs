//! The one table everybody reads: variants against the quantities that matter, for the terminal and for Markdown.

use crate::comparison::Comparison;
use crate::input::Input;
use crate::quantity::{GAP, TEST_ACCURACY, TEST_LOSS, VALIDATION_ACCURACY, VALIDATION_LOSS};
use crate::results::{Results, is_finished};
use crate::words;
use record::Status;

pub(crate) struct Overview {
    /// Titles of the columns after the variant's.
    pub titles: Vec<String>,
    /// For each variant its name and its cells.
    pub rows: Vec<(String, Vec<String>)>,
}

const SHOWN: [(&str, &str); 5] = [
    (VALIDATION_ACCURACY, "val accuracy"),
    (VALIDATION_LOSS, "val loss"),
    (TEST_ACCURACY, "test accuracy"),
    (TEST_LOSS, "test loss"),
    (GAP, "gap, points"),
];

/// What stands for the difference between variants that were measured on different images.
pub(crate) const OTHER_IMAGES: &str = "other images";

/// What stands in a cell that has no value.
const NOTHING: &str = "–";

impl Overview {
    pub fn new(input: &Input, results: &Results, comparison: &Comparison) -> Overview {
        // The test loss says something only where there is no accuracy.
        let shown = SHOWN.into_iter().filter(|(name, _)| comparison.has(name));
        let shown: Vec<_> = shown.filter(|(name, _)| *name != TEST_LOSS || !comparison.has(TEST_ACCURACY)).collect();
        let compared = compared_by(comparison);
        let has_p = |name: &str| {
            comparison.rows.iter().any(|row| {
                row.quantity.column.name == name
                    && row.difference.as_ref().is_some_and(|difference| difference.shown_p_value().is_some())
            })
        };
        let p_value = compared.is_some_and(|(name, _)| has_p(name));
        let mut titles = vec!["runs".to_owned()];
        titles.extend(shown.iter().map(|(_, title)| (*title).to_owned()));
        if let Some((_, title)) = compared.filter(|_| input.variants.len() > 1) {
            titles.push(format!("Δ {title}"));
        }
        if p_value {
            titles.push("p".to_owned());
        }
        let row = |variant: &str| {
            let mut cells = vec![runs(input, results, variant)];
            for (name, _) in &shown {
                let row = comparison.get(variant, name);
                let text = row.and_then(|row| Some(words::runs(&row.quantity.column, &row.values, row.mean.as_ref()?)));
                cells.push(text.unwrap_or_else(|| NOTHING.to_owned()));
            }
            if let Some((name, _)) = compared.filter(|_| input.variants.len() > 1) {
                let row = comparison.get(variant, name);
                let difference = row.and_then(|row| Some((&row.quantity.column, row.difference.as_ref()?)));
                let text = match difference {
                    _ if variant == input.baseline => Some("baseline".to_owned()),
                    Some((column, difference)) => Some(words::difference(column, difference)),
                    None => row.filter(|row| row.other_images && row.mean.is_some()).map(|_| OTHER_IMAGES.to_owned()),
                };
                cells.push(text.unwrap_or_else(|| NOTHING.to_owned()));
                if p_value {
                    let p = difference.and_then(|(_, difference)| difference.shown_p_value());
                    cells.push(p.map_or(NOTHING.to_owned(), words::p_value));
                }
            }
            cells
        };
        let rows = input.variants.iter().map(|variant| (variant.name.clone(), row(&variant.name))).collect();
        Overview { titles, rows }
    }
}

/// The quantity that variants are judged by, and its title.
pub(crate) fn compared_by(comparison: &Comparison) -> Option<(&'static str, &'static str)> {
    SHOWN.into_iter().find(|(name, _)| comparison.has(name))
}

/// `3`, `2 of 3`, `2 of 3, 1 diverged`.
fn runs(input: &Input, results: &Results, variant: &str) -> String {
    let finished = results.of(variant).filter(|run| is_finished(run)).count();
    let wanted = input.seeds.len();
    let mut text = if finished == wanted { finished.to_string() } else { format!("{finished} of {wanted}") };
    for (status, word) in [(Status::Diverged, "diverged"), (Status::Failed, "failed")] {
        let count = results.of(variant).filter(|run| run.status == status).count();
        if count > 0 {
            text.push_str(&format!(", {count} {word}"));
        }
    }
    text
}
