//! The README.md of a result set: what was asked, what came out, how to get it again, and what the files say.

use crate::caption;
use crate::comparison::{Comparison, ComparisonRow};
use crate::input::Input;
use crate::markdown::{code, escape, paragraph, table};
use crate::overview::{Overview, compared_by};
use crate::quantity::{GAP, Quantity};
use crate::results::{Results, is_finished};
use crate::words;
use files::shown;
use record::{Better, Column, epochs_csv, runs_csv};

pub(crate) fn render(input: &Input, results: &Results, comparison: &Comparison) -> String {
    let mut text = format!("# {}\n\n", escape(&input.name));
    if !input.description.trim().is_empty() {
        text.push_str(&format!("{}\n\n", paragraph(&input.description)));
    }
    let curves = if input.has_validation() { "Training and validation curves" } else { "Training curves" };
    text.push_str(&format!("![{curves} of every variant](curves.svg)\n\n## Results\n\n"));
    text.push_str(&variants_table(input, &Overview::new(input, results, comparison)));
    text.push_str(&format!("\n{}\n\n", notes(input, results, comparison)));
    text.push_str("![Every variant's runs and their means](comparison.svg)\n\n");
    text.push_str(&unfinished(results));
    // Code by its indentation: a line break in it would begin a line that is not.
    let command = input.file.lines().map(|line| shown(line).to_string()).collect::<Vec<_>>().join("\n    ");
    text.push_str(&format!("## Reproduce\n\n    cargo ablate run {command}\n\n"));
    if let Some(digest) = &input.data_digest {
        text.push_str(&format!("The images have the digest {}.\n\n", code(digest)));
    }
    text.push_str("The same file, images and code give the same bytes in every file here.\n\n");
    text.push_str(&files(input, comparison));
    text
}

fn variants_table(input: &Input, overview: &Overview) -> String {
    let factors = input.factors();
    let mut header: Vec<String> = if factors.is_empty() {
        vec!["variant".to_owned()]
    } else {
        factors.iter().map(|factor| escape(factor)).collect()
    };
    let left = header.len();
    header.extend(overview.titles.iter().cloned());
    let rows = input.variants.iter().zip(&overview.rows).map(|(variant, (name, cells))| {
        let mut row: Vec<String> = if factors.is_empty() {
            vec![code(name)]
        } else {
            variant.levels.iter().map(|(_, level)| escape(level)).collect()
        };
        row.extend(cells.iter().map(|cell| words::typeset(cell)));
        row
    });
    table(left, &header, &rows.collect::<Vec<_>>())
}

/// What one must know to read the table.
fn notes(input: &Input, results: &Results, comparison: &Comparison) -> String {
    let mut notes = vec![caption::seeds(input, results), caption::weights(input, code)];
    if comparison.has(GAP) {
        notes.push(
            "The gap is training minus validation accuracy of the last epoch, training as it was seen \
             (augmented, dropout on): how much a variant overfits."
                .to_owned(),
        );
    }
    if let Some((_, title)) = compared_by(comparison).filter(|_| input.variants.len() > 1) {
        let mut note = format!("Δ is the difference in {title} to the baseline {}", code(&input.baseline));
        note.push_str(if title.contains("accuracy") { ", in points" } else { "" });
        let tested = comparison.rows.iter().any(|row| has_p_value(row));
        note.push_str(if tested {
            ", seed by seed; p is of the paired t-test, not corrected for the number of variants."
        } else {
            "."
        });
        notes.push(note);
    }
    notes.extend(caption::images(input, comparison, code));
    notes.join(" ")
}

fn has_p_value(row: &ComparisonRow) -> bool {
    row.difference.as_ref().is_some_and(|difference| difference.shown_p_value().is_some())
}

/// The runs that are in no mean, and why.
fn unfinished(results: &Results) -> String {
    let runs = results.runs().iter().filter(|run| !is_finished(run));
    let rows: Vec<Vec<String>> = runs
        .map(|run| {
            let epochs = run.epochs.iter().filter(|epoch| epoch.epoch > 0).count();
            vec![code(&run.variant), run.seed.to_string(), run.status.name().to_owned(), epochs.to_string()]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let header = ["variant", "seed", "status", "epochs done"].map(str::to_owned);
    format!("## Runs that did not finish\n\nThese are in no mean above.\n\n{}\n", table(1, &header, &rows))
}

/// The files and their columns.
fn files(input: &Input, comparison: &Comparison) -> String {
    let mut text = "## Files\n\nA missing value is an empty cell. Fractions are between 0 and 1.\n".to_owned();
    let files = [
        ("epochs.csv", "one row for each epoch", epochs_csv::columns(&input.metrics)),
        ("runs.csv", "one row for each run", runs_csv::columns(&input.metrics, &input.swept_paths, input.weights())),
        ("comparison.csv", "one row for each variant and metric", comparison.columns()),
    ];
    for (file, what, columns) in files {
        text.push_str(&format!("\n### {file}\n\n{what}\n\n{}", columns_table("column", input, &columns)));
    }
    let metrics: Vec<Column> = Quantity::all(input).into_iter().map(|quantity| quantity.column).collect();
    text.push_str(&format!("\nIts metrics:\n\n{}", columns_table("metric", input, &metrics)));
    text
}

/// What a column says here: that it is empty, where the split that it is of is not there.
fn meaning(input: &Input, column: &Column) -> String {
    let is_of = |prefixes: &[&str]| prefixes.iter().any(|prefix| column.name.starts_with(prefix));
    if !input.has_validation() && is_of(&["val_", "best_val_", GAP]) {
        "not measured: there is no validation split".to_owned()
    } else if !input.has_test() && is_of(&["test_"]) {
        "not measured: there is no test split".to_owned()
    } else if !input.has_validation() && column.name == "best_epoch" {
        format!("{}; the last one where that number is not measured", column.meaning)
    } else {
        column.meaning.clone()
    }
}

fn columns_table(title: &str, input: &Input, columns: &[Column]) -> String {
    let row = |column: &Column| {
        let better = match column.better {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Neither => "",
        };
        vec![code(&column.name), meaning(input, column), column.unit.to_owned(), better.to_owned()]
    };
    let header = [title, "meaning", "unit", "better"].map(str::to_owned);
    table(4, &header, &columns.iter().map(row).collect::<Vec<_>>())
}
