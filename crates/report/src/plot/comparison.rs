//! `comparison`: variants down the page, quantities across: a dot for each run, the mean, and its 95 % confidence
//! interval. The baseline's mean is a dashed line through each panel, past those that were measured on other images. The
//! numbers stand beside. Of fewer than three runs there are the runs alone.

mod labels;
mod marks;

use super::axis::Axis;
use super::font::{self, Weight};
use super::palette::{AXIS, BLUE, GREEN, GRID, INK, PURPLE, Rgb, SHADE, SOFT, STRIPE, TEXT};
use super::scene::{Anchor, Scene, Type};
use super::{frame, range};
use crate::comparison::{Comparison, ComparisonRow};
use crate::input::Input;
use crate::overview::OTHER_IMAGES;
use crate::quantity::{GAP, TEST_ACCURACY, TEST_LOSS, VALIDATION_ACCURACY, VALIDATION_LOSS};
use crate::results::{Results, is_finished};
use crate::statistics::FEWEST;
use crate::words;
use labels::Labels;
use marks::{Shape, Strip};
use record::{Better, Weights};

const ROW: f64 = 34.0;
const PANEL: f64 = 196.0;
const PANEL_GAP: f64 = 26.0;
const NUMBER_SIZE: f64 = 11.5;

struct Panel {
    quantity: &'static str,
    title: &'static str,
    color: Rgb,
    shape: Shape,
}

const ACCURACIES: [Panel; 3] = [
    Panel { quantity: VALIDATION_ACCURACY, title: "validation accuracy", color: BLUE, shape: Shape::Circle },
    Panel { quantity: TEST_ACCURACY, title: "test accuracy", color: GREEN, shape: Shape::Square },
    Panel { quantity: GAP, title: "accuracy gap, points", color: PURPLE, shape: Shape::Diamond },
];

const LOSSES: [Panel; 2] = [
    Panel { quantity: VALIDATION_LOSS, title: "validation loss", color: BLUE, shape: Shape::Circle },
    Panel { quantity: TEST_LOSS, title: "test loss", color: GREEN, shape: Shape::Square },
];

pub fn scene(input: &Input, results: &Results, compared: &Comparison) -> Scene {
    let accuracies: Vec<Panel> = ACCURACIES.into_iter().filter(|panel| compared.has(panel.quantity)).collect();
    let losses: Vec<Panel> = LOSSES.into_iter().filter(|panel| compared.has(panel.quantity)).collect();
    let panels = if accuracies.is_empty() { losses } else { accuracies };
    let labels = Labels::new(input);
    let numbers: Vec<f64> = panels.iter().map(|panel| numbers_width(input, results, compared, panel)).collect();
    let across: f64 = numbers.iter().map(|width| PANEL + width + PANEL_GAP).sum();
    let width = frame::MARGIN + labels.width() + across - PANEL_GAP + frame::MARGIN;
    let mut scene = Scene::new(width.max(560.0));
    let top = frame::title(&mut scene, &input.name, &input.description) + 42.0;
    let bottom = top + ROW * input.variants.len() as f64;
    for (index, variant) in input.variants.iter().enumerate() {
        let y = top + ROW * index as f64;
        if index % 2 == 0 {
            scene.rectangle((frame::MARGIN - 8.0, y), (scene.width - frame::MARGIN + 8.0, y + ROW), STRIPE);
        }
        let has_others = panels.iter().any(|panel| {
            compared.get(&variant.name, panel.quantity).is_some_and(|row| row.other_images && row.mean.is_some())
        });
        let word = match has_others {
            _ if variant.name == input.baseline => "baseline",
            true => OTHER_IMAGES,
            false => "",
        };
        labels.row(&mut scene, variant, y + ROW / 2.0, word);
    }
    labels.header(&mut scene, top);
    if panels.is_empty() {
        let at = (frame::MARGIN + labels.width(), top - 15.0);
        scene.text(at, "no run has a validation or test value", Type::new(NUMBER_SIZE, SOFT));
    }
    let mut left = frame::MARGIN + labels.width();
    for (panel, numbers) in panels.iter().zip(numbers) {
        draw_panel(&mut scene, (left, top, bottom), panel, input, results, compared);
        left += PANEL + numbers + PANEL_GAP;
    }
    let shown: Vec<&ComparisonRow> = compared
        .rows
        .iter()
        .filter(|row| panels.iter().any(|panel| panel.quantity == row.quantity.column.name))
        .collect();
    let caption = caption(input, &shown);
    let lines = font::wrap(&caption, " ", 11.0, Weight::Regular, scene.width - 2.0 * frame::MARGIN, 4);
    for (index, line) in lines.iter().enumerate() {
        scene.text((frame::MARGIN, bottom + 50.0 + 16.0 * index as f64), line.clone(), Type::new(11.0, SOFT));
    }
    scene.height = bottom + 50.0 + 16.0 * lines.len() as f64 + 8.0;
    scene
}

/// The words of the caption.
fn caption(input: &Input, rows: &[&ComparisonRow]) -> Vec<String> {
    let counts = || rows.iter().filter_map(|row| Some(row.mean?.n));
    let (means, pairs) = (counts().any(|n| n >= FEWEST), counts().any(|n| 1 < n && n < FEWEST));
    let mut text = match (means, pairs) {
        (true, _) => {
            "Small marks: single runs. Large marks: means over seeds, with 95 % confidence intervals. ".to_owned()
        }
        (false, false) if input.seeds.len() < 2 => {
            format!("One run of each variant (seed {}). ", input.seeds.first().copied().unwrap_or(0))
        }
        (false, _) => "Marks: single runs, too few for an interval. ".to_owned(),
    };
    if means && pairs {
        text.push_str("Two marks: two runs, too few for an interval. ");
    }
    if !rows.is_empty() {
        text.push_str(weights(input));
        text.push_str("Dashed: the baseline. ");
    }
    if rows.iter().any(|row| row.quantity.column.name == GAP) {
        text.push_str("Gap: training minus validation accuracy, last epoch. ");
    }
    if rows.iter().any(|row| row.other_images) {
        text.push_str("Other images: measured on other ones than the baseline, so not compared.");
    }
    text.split_whitespace().map(str::to_owned).collect()
}

/// With whose weights the panels are measured.
fn weights(input: &Input) -> &'static str {
    match (input.weights(), input.has_validation()) {
        (Weights::BestEpoch, _) => "Best epoch's weights. ",
        (Weights::LastEpoch, false) => "Last epoch's weights. ",
        (Weights::LastEpoch, true) => "Validation: best epoch. Test: last epoch's weights. ",
        (Weights::Either, _) => "Validation: best epoch. Test: best or last epoch's weights, as the variant keeps. ",
    }
}

/// Room for the numbers to the right of a panel.
fn numbers_width(input: &Input, results: &Results, compared: &Comparison, panel: &Panel) -> f64 {
    let texts = input.variants.iter().map(|variant| {
        let row = compared.get(&variant.name, panel.quantity);
        row.and_then(number).unwrap_or_else(|| nothing(results, &variant.name).to_owned())
    });
    texts.map(|text| font::width(&text, NUMBER_SIZE, Weight::Regular)).fold(0.0, f64::max) + 12.0
}

fn number(row: &ComparisonRow) -> Option<String> {
    let text = words::runs(&row.quantity.column, &row.values, row.mean.as_ref()?);
    Some(words::typeset(&text.replace(" %", "%")))
}

/// Why a variant has no number.
fn nothing(results: &Results, variant: &str) -> &'static str {
    let runs = || results.of(variant);
    match runs().next() {
        None => "not run",
        Some(_) if runs().any(is_finished) => "not measured",
        Some(run) => run.status.name(),
    }
}

fn draw_panel(
    scene: &mut Scene,
    (left, top, bottom): (f64, f64, f64),
    panel: &Panel,
    input: &Input,
    results: &Results,
    compared: &Comparison,
) {
    let rows: Vec<Option<&ComparisonRow>> =
        input.variants.iter().map(|variant| compared.get(&variant.name, panel.quantity)).collect();
    let Some(column) = rows.iter().flatten().map(|row| &row.quantity.column).next() else { return };
    let fraction = column.unit == "fraction";
    let axis = axis(&rows.iter().flatten().copied().collect::<Vec<_>>(), bounds(panel.quantity, fraction));
    let strip = Strip { left, width: PANEL, axis: &axis, color: panel.color, shape: panel.shape };
    let x = |value: f64| strip.x(value);
    scene.text((left, top - 15.0), panel.title, Type::new(12.5, INK).bold());
    let better = match column.better {
        Better::Higher => "higher is better",
        Better::Lower => "lower is better",
        Better::Neither if panel.quantity == GAP => "nearer to 0 is better",
        Better::Neither => "",
    };
    for &tick in &axis.ticks {
        scene.line(&[(x(tick), top), (x(tick), bottom)], GRID, 0.8);
        let label = if fraction { axis.percent(tick) } else { axis.label(tick) };
        let label = if panel.quantity == GAP { label.replace('%', "") } else { label };
        scene.text((x(tick), bottom + 13.0), label, Type::new(11.0, SOFT).anchored(Anchor::Middle));
    }
    scene.line(&[(left, bottom), (left + PANEL, bottom)], AXIS, 1.0);
    scene.text((left + PANEL / 2.0, bottom + 29.0), better, Type::new(10.0, SOFT).anchored(Anchor::Middle));
    if let Some(mean) = compared.get(&input.baseline, panel.quantity).and_then(|row| row.mean) {
        let is_compared = |row: &Option<&ComparisonRow>| row.is_none_or(|row| !row.other_images);
        let mut y = top;
        for group in rows.chunk_by(|one, next| is_compared(one) == is_compared(next)) {
            let end = y + ROW * group.len() as f64;
            if group.first().is_some_and(is_compared) {
                scene.dashed(&[(x(mean.mean), y), (x(mean.mean), end)], SHADE, 1.3, (4.0, 3.0));
            }
            y = end;
        }
    }
    for (index, (row, variant)) in rows.into_iter().zip(&input.variants).enumerate() {
        let y = top + ROW * (index as f64 + 0.5);
        match row.and_then(|row| Some((row, row.mean?))) {
            Some((row, mean)) => {
                strip.draw(scene, y, &row.values, &mean);
                if let Some(text) = number(row) {
                    scene.text((left + PANEL + 12.0, y), text, Type::new(NUMBER_SIZE, TEXT));
                }
            }
            None => {
                let text = nothing(results, &variant.name);
                scene.text((left + PANEL + 12.0, y), text, Type::new(NUMBER_SIZE, SOFT));
            }
        }
    }
}

/// Holds every run and mean but those that would squeeze the others, and the intervals unless they are so wide that they
/// would.
fn axis(rows: &[&ComparisonRow], bounds: (f64, f64)) -> Axis {
    let values: Vec<Vec<f64>> = rows.iter().map(|row| row.values.clone()).collect();
    let (low, high) = range::robust(&values).unwrap_or((0.0, 1.0));
    let is_within = |row: &&&ComparisonRow| row.values.iter().all(|value| *value <= high);
    let intervals = rows.iter().filter(is_within).filter_map(|row| row.mean?.interval());
    let room = 1.5 * (high - low).max(0.02);
    let (low, high) = intervals.fold((low, high), |(first, last), (from, to)| {
        (first.min(from.max(low - room)), last.max(to.min(high + room)))
    });
    // At least ten points wide: less would make a mountain of a few images.
    let pad = (0.06 * (high - low)).max((0.1 - (high - low)) / 2.0);
    Axis::around((low - pad).max(bounds.0), (high + pad).min(bounds.1), 4, bounds)
}

/// What values of a panel can be at all.
fn bounds(quantity: &str, fraction: bool) -> (f64, f64) {
    match (quantity, fraction) {
        (GAP, _) => (-1.0, 1.0),
        (_, true) => (0.0, 1.0),
        (_, false) => (f64::NEG_INFINITY, f64::INFINITY),
    }
}
