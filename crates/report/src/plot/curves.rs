//! `curves`: a panel per variant with accuracy above and loss below, epoch by epoch, as convnet courses draw them:
//! training as dots, validation as a line. All panels share their axes. The baseline's validation runs through every
//! other panel in grey, so that each shows what it changes.
//!
//! With several seeds each run is a thin line and their mean the bold one. Runs that diverged or failed are thin lines
//! that end in a cross, and are in no mean. Up to four variants stand side by side; more wrap onto a grid. Losses that
//! would squeeze all others lie beyond the axis: an arrow with a number stands for them.

mod legend;
mod marks;
mod panel;

use super::axis::Axis;
use super::font::{self, Weight};
use super::palette::{INK, SOFT};
use super::scene::{Scene, Type};
use super::{frame, range, series};
use crate::comparison::Comparison;
use crate::input::{Input, VariantInput};
use crate::quantity::{GAP, VALIDATION_ACCURACY, VALIDATION_LOSS};
use crate::results::Results;
use crate::words;
use files::shown;
use panel::Panel;
use record::{RunRecord, Status};

const GUTTER: f64 = 80.0;
const COLUMN_GAP: f64 = 22.0;
const MEASURE_GAP: f64 = 38.0;
const BLOCK_GAP: f64 = 34.0;
const NAME_SIZE: f64 = 13.0;
const NAME_LINE: f64 = 17.0;
const FACTS_LINE: f64 = 17.0;

/// One of the rows of a block of panels.
struct Measure {
    name: &'static str,
    height: f64,
    axis: Axis,
}

pub fn scene(input: &Input, results: &Results, compared: &Comparison) -> Scene {
    let (columns, panel_width) = grid(input.variants.len());
    let width = GUTTER + columns as f64 * (panel_width + COLUMN_GAP) + frame::MARGIN;
    let mut scene = Scene::new(width.max(560.0));
    let mut y = frame::title(&mut scene, &input.name, &input.description);
    let epochs = epoch_axis(results.runs(), panel_width);
    let measures = measures(input, results);
    y = legend::draw(&mut scene, y, input, results, &measures);
    for block in input.variants.chunks(columns) {
        let names: Vec<Vec<String>> = block.iter().map(|variant| name_lines(variant, panel_width)).collect();
        let lines = names.iter().map(Vec::len).max().unwrap_or(1);
        let top = y + lines as f64 * NAME_LINE + FACTS_LINE + 12.0;
        for (column, (variant, names)) in block.iter().zip(&names).enumerate() {
            let left = GUTTER + column as f64 * (panel_width + COLUMN_GAP);
            header(&mut scene, (left, top), names, &facts(input, results, compared, variant, panel_width));
            let mut panel_top = top;
            for measure in &measures {
                let panel = Panel { left, top: panel_top, width: panel_width, epochs: &epochs, measure };
                panel.grid_lines(&mut scene, column == 0);
                panel.curves(&mut scene, input, results, variant);
                panel_top += measure.height + MEASURE_GAP;
            }
            panel::x_labels(&mut scene, (left, panel_top - MEASURE_GAP), panel_width, &epochs);
        }
        let height: f64 = measures.iter().map(|measure| measure.height + MEASURE_GAP).sum();
        y = top + height - MEASURE_GAP + 16.0 + BLOCK_GAP;
    }
    scene.height = y - BLOCK_GAP + 28.0;
    scene
}

/// Number of columns, and the width of a panel.
fn grid(variants: usize) -> (usize, f64) {
    match variants {
        0 | 1 => (1, 520.0),
        2 => (2, 380.0),
        3 | 5 | 6 | 9 => (3, 290.0),
        4 | 7 | 8 | 10..=12 => (4, 238.0),
        // What leaves fewer places of the last row empty.
        13.. if variants.next_multiple_of(4) < variants.next_multiple_of(5) => (4, 238.0),
        13.. => (5, 176.0),
    }
}

fn measures(input: &Input, results: &Results) -> Vec<Measure> {
    let mut measures = Vec::new();
    if input.metrics.iter().any(|metric| metric == "accuracy") {
        let (low, high) = range(input, results, "accuracy").unwrap_or((0.0, 1.0));
        measures.push(Measure { name: "accuracy", height: 176.0, axis: Axis::around(low, high, 5, (0.0, 1.0)) });
    }
    let (low, high) = range(input, results, "loss").unwrap_or((0.0, 1.0));
    let low = if low < 0.5 * high { 0.0 } else { low };
    measures.push(Measure { name: "loss", height: 132.0, axis: Axis::around(low, high, 3, (0.0, f64::INFINITY)) });
    measures
}

/// Of all values but those that would squeeze the others. What runs reached before they diverged counts only where there
/// is nothing else.
fn range(input: &Input, results: &Results, measure: &str) -> Option<(f64, f64)> {
    let values = |run: &RunRecord| -> Vec<f64> {
        let of = |split: &str| series::of_run(run, &format!("{split}_{measure}")).into_iter().flatten();
        of("train").chain(of("val")).map(|(_, value)| value).collect()
    };
    let over = |finished: bool| {
        let runs = |variant: &VariantInput| -> Vec<f64> {
            let (ended, others) = series::split(results.of(&variant.name));
            (if finished { ended } else { others }).into_iter().flat_map(values).collect()
        };
        range::robust(&input.variants.iter().map(runs).collect::<Vec<_>>())
    };
    over(true).or_else(|| over(false))
}

fn epoch_axis(runs: &[RunRecord], panel_width: f64) -> Axis {
    let epochs = || runs.iter().flat_map(|run| run.epochs.iter().map(|epoch| epoch.epoch));
    Axis::whole(epochs().min().unwrap_or(1), epochs().max().unwrap_or(1), (panel_width / 44.0) as usize)
}

fn name_lines(variant: &VariantInput, room: f64) -> Vec<String> {
    let (parts, separator): (Vec<String>, &str) = if variant.levels.is_empty() {
        (variant.name.split_whitespace().map(|word| shown(word).to_string()).collect(), " ")
    } else {
        (variant.levels.iter().map(|(factor, level)| shown(&format!("{factor}={level}")).to_string()).collect(), ", ")
    };
    font::wrap(&parts, separator, NAME_SIZE, Weight::Bold, room, 4)
}

/// Name and facts of a variant, above its panels: the facts' baseline is a little above `top`.
fn header(scene: &mut Scene, (left, top): (f64, f64), names: &[String], facts: &str) {
    let facts_y = top - 15.0;
    for (index, line) in names.iter().rev().enumerate() {
        let y = facts_y - FACTS_LINE - index as f64 * NAME_LINE;
        scene.text((left, y), line.clone(), Type::new(NAME_SIZE, INK).bold());
    }
    scene.text((left, facts_y), facts, Type::new(11.0, SOFT));
}

/// `best val 84.3 % · gap 5.2 · n = 3`, as much of it as has room.
fn facts(input: &Input, results: &Results, compared: &Comparison, variant: &VariantInput, room: f64) -> String {
    let mean = |quantity: &str| {
        let row = compared.get(&variant.name, quantity)?;
        Some((&row.quantity.column, row.mean?.mean))
    };
    let mut facts = Vec::new();
    if let Some((column, value)) = mean(VALIDATION_ACCURACY) {
        facts.push(format!("best val {}%", words::bare(column, value)));
    } else if let Some((column, value)) = mean(VALIDATION_LOSS) {
        facts.push(format!("best val loss {}", words::bare(column, value)));
    }
    if let Some((column, value)) = mean(GAP) {
        facts.push(words::typeset(&format!("gap {}", words::signed(column, value))));
    }
    let runs: Vec<&RunRecord> = results.of(&variant.name).collect();
    let (finished, unfinished) = series::split(runs.iter().copied());
    if input.seeds.len() > 1 {
        facts.push(format!("n = {}", finished.len()));
    }
    for (status, word) in [(Status::Diverged, "diverged"), (Status::Failed, "failed")] {
        match unfinished.iter().filter(|run| run.status == status).count() {
            0 => {}
            count if input.seeds.len() > 1 => facts.push(format!("{count} {word}")),
            _ => facts.push(word.to_owned()),
        }
    }
    if runs.is_empty() {
        facts.push("not run".to_owned());
    }
    // What ends the line, how many runs and what became of them, matters most: the front gives way.
    while facts.len() > 1 && font::width(&facts.join(" · "), 11.0, Weight::Regular) > room {
        let gap = facts.iter().position(|fact| fact.starts_with("gap")).unwrap_or(0);
        facts.remove(gap);
    }
    facts.join(" · ")
}
