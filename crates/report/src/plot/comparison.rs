//! `comparison`: variants down the page, quantities across: a dot for each run, the mean, and its 95 % confidence
//! interval. The baseline's mean is a dashed line through each panel. The numbers stand beside.

use super::axis::Axis;
use super::font::{self, Weight};
use super::frame;
use super::palette::{AXIS, BLUE, GREEN, GRID, INK, PURPLE, Rgb, SHADE, SOFT, STRIPE, TEXT, WHITE};
use super::scene::{Anchor, Scene, Type, faint};
use crate::comparison::{Comparison, ComparisonRow};
use crate::input::{Input, VariantInput};
use crate::quantity::{GAP, TEST_ACCURACY, TEST_LOSS, VALIDATION_ACCURACY, VALIDATION_LOSS};
use crate::results::Results;
use crate::statistics::Mean;
use crate::words;
use record::Better;

const ROW: f64 = 34.0;
const PANEL: f64 = 196.0;
const PANEL_GAP: f64 = 26.0;
const NUMBER_SIZE: f64 = 11.5;
const LABEL_SIZE: f64 = 12.5;

#[derive(Clone, Copy)]
enum Shape {
    Circle,
    Square,
    Diamond,
}

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
    let numbers: Vec<f64> = panels.iter().map(|panel| numbers_width(input, compared, panel)).collect();
    let across: f64 = numbers.iter().map(|width| PANEL + width + PANEL_GAP).sum();
    let width = frame::MARGIN + labels.width() + across - PANEL_GAP + frame::MARGIN;
    let mut scene = Scene::new(width.max(560.0));
    let several = compared.rows.iter().any(|row| row.mean.is_some_and(|mean| mean.n > 1));
    let top = frame::title(&mut scene, &input.name, &input.description) + 42.0;
    let bottom = top + ROW * input.variants.len() as f64;
    for (index, variant) in input.variants.iter().enumerate() {
        let y = top + ROW * index as f64;
        if index % 2 == 0 {
            scene.rectangle((frame::MARGIN - 8.0, y), (scene.width - frame::MARGIN + 8.0, y + ROW), STRIPE);
        }
        labels.row(&mut scene, variant, y + ROW / 2.0, variant.name == input.baseline);
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
    let caption = caption(input, several, !panels.is_empty(), panels.iter().any(|panel| panel.quantity == GAP));
    let lines = font::wrap(&caption, " ", 11.0, Weight::Regular, scene.width - 2.0 * frame::MARGIN, 4);
    for (index, line) in lines.iter().enumerate() {
        scene.text((frame::MARGIN, bottom + 50.0 + 16.0 * index as f64), line.clone(), Type::new(11.0, SOFT));
    }
    scene.height = bottom + 50.0 + 16.0 * lines.len() as f64 + 8.0;
    scene
}

/// The words of the caption.
fn caption(input: &Input, several: bool, measured: bool, gap: bool) -> Vec<String> {
    let mut text = if several {
        "Small marks: single runs. Large marks: means over seeds, with 95 % confidence intervals. ".to_owned()
    } else {
        format!("One run of each variant (seed {}). ", input.seeds.first().copied().unwrap_or(0))
    };
    if measured {
        text.push_str("Best epoch's weights. Dashed: the baseline. ");
    }
    if gap {
        text.push_str("Gap: training minus validation accuracy, last epoch.");
    }
    text.split_whitespace().map(str::to_owned).collect()
}

/// The variants' names, to the left: a column for each factor, or one for the names.
struct Labels {
    titles: Vec<String>,
    widths: Vec<f64>,
    by_factor: bool,
}

impl Labels {
    fn new(input: &Input) -> Labels {
        let factors = input.factors();
        let column = |title: &str, cells: Vec<&str>, most: f64| {
            let cells = cells.iter().map(|cell| font::width(cell, LABEL_SIZE, Weight::Bold));
            let widest = cells.fold(font::width(title, 11.0, Weight::Bold), f64::max);
            widest.min(most) + 20.0
        };
        let by_factor: Vec<f64> = factors
            .iter()
            .enumerate()
            .map(|(index, factor)| {
                let levels = input.variants.iter().map(|variant| variant.levels[index].1.as_str());
                column(factor, levels.collect(), 150.0)
            })
            .collect();
        if !factors.is_empty() && by_factor.iter().sum::<f64>() <= 460.0 {
            let titles = factors.into_iter().map(str::to_owned).collect();
            return Labels { titles, widths: by_factor, by_factor: true };
        }
        let names = input.variants.iter().map(|variant| variant.name.as_str()).collect();
        Labels { titles: vec!["variant".to_owned()], widths: vec![column("variant", names, 340.0)], by_factor: false }
    }

    fn width(&self) -> f64 {
        self.widths.iter().sum::<f64>() + 6.0
    }

    fn header(&self, scene: &mut Scene, top: f64) {
        let mut x = frame::MARGIN;
        for (title, width) in self.titles.iter().zip(&self.widths) {
            let text = font::shorten(title, 11.0, Weight::Bold, width - 8.0);
            scene.text((x, top - 15.0), text, Type::new(11.0, SOFT).bold());
            x += width;
        }
    }

    fn row(&self, scene: &mut Scene, variant: &VariantInput, y: f64, baseline: bool) {
        let cells: Vec<&str> = if self.by_factor {
            variant.levels.iter().map(|(_, level)| level.as_str()).collect()
        } else {
            vec![variant.name.as_str()]
        };
        let mut x = frame::MARGIN;
        let y = if baseline { y - 5.0 } else { y };
        for (cell, width) in cells.iter().zip(&self.widths) {
            let text = font::shorten(cell, LABEL_SIZE, Weight::Bold, width - 8.0);
            scene.text((x, y), text, Type::new(LABEL_SIZE, INK).bold());
            x += width;
        }
        if baseline {
            scene.text((frame::MARGIN, y + 14.0), "baseline", Type::new(9.5, SOFT));
        }
    }
}

/// Room for the numbers to the right of a panel.
fn numbers_width(input: &Input, compared: &Comparison, panel: &Panel) -> f64 {
    let texts = input.variants.iter().filter_map(|variant| number(compared.get(&variant.name, panel.quantity)?));
    texts.map(|text| font::width(&text, NUMBER_SIZE, Weight::Regular)).fold(0.0, f64::max) + 12.0
}

fn number(row: &ComparisonRow) -> Option<String> {
    let text = words::mean(&row.quantity.column, &row.mean?);
    Some(words::typeset(&text.replace(" %", "%")))
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
    let values =
        |row: &ComparisonRow| -> Vec<f64> { results.of(&row.variant).filter_map(|run| row.quantity.of(run)).collect() };
    let axis = axis(&rows.iter().flatten().map(|row| (values(row), row.mean)).collect::<Vec<_>>(), fraction);
    let x = |value: f64| left + axis.place(value.clamp(axis.low, axis.high)) * PANEL;
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
        scene.dashed(&[(x(mean.mean), top), (x(mean.mean), bottom)], SHADE, 1.3, (4.0, 3.0));
    }
    for (index, (row, variant)) in rows.into_iter().zip(&input.variants).enumerate() {
        let y = top + ROW * (index as f64 + 0.5);
        match row.and_then(|row| Some((row, row.mean?))) {
            Some((row, mean)) => {
                runs_and_mean(scene, panel, &axis, &x, y, &values(row), &mean);
                if let Some(text) = number(row) {
                    scene.text((left + PANEL + 12.0, y), text, Type::new(NUMBER_SIZE, TEXT));
                }
            }
            None => {
                let mut runs = results.of(&variant.name);
                let text = runs.next().map_or("not run", |run| run.status.name());
                scene.text((left + 6.0, y), text, Type::new(NUMBER_SIZE, SOFT));
            }
        }
    }
}

/// Holds every run and mean, and the intervals unless they are so wide (two seeds) that they would squeeze the runs.
fn axis(rows: &[(Vec<f64>, Option<Mean>)], fraction: bool) -> Axis {
    let span = |values: &[f64]| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    let (low, high) = span(&rows.iter().flat_map(|(values, _)| values.clone()).collect::<Vec<_>>());
    let ends: Vec<f64> = rows.iter().filter_map(|(_, mean)| mean.as_ref()?.ci95).flat_map(|(a, b)| [a, b]).collect();
    let (first, last) = span(&ends);
    let room = 1.5 * (high - low).max(0.02);
    let (low, high) = (low.min(first.max(low - room)), high.max(last.min(high + room)));
    // At least ten points wide: less would make a mountain of a few images.
    let pad = (0.06 * (high - low)).max((0.1 - (high - low)) / 2.0);
    let bounds = if fraction { (-1.0, 1.0) } else { (f64::NEG_INFINITY, f64::INFINITY) };
    Axis::around((low - pad).max(bounds.0), (high + pad).min(bounds.1), 4, bounds)
}

fn runs_and_mean(
    scene: &mut Scene,
    panel: &Panel,
    axis: &Axis,
    x: &dyn Fn(f64) -> f64,
    y: f64,
    values: &[f64],
    mean: &Mean,
) {
    if let Some((low, high)) = mean.ci95 {
        scene.line(&[(x(low), y), (x(high), y)], INK, 1.5);
    }
    if values.len() > 1 {
        for (index, value) in values.iter().enumerate() {
            // By turns above and below: clear of the mean, and of a run of equal value.
            let offset = if index % 2 == 0 { -10.0 } else { 10.0 };
            mark(scene, panel.shape, (x(*value), y + offset), 2.8, faint(panel.color, 0.6));
        }
    }
    mark(scene, panel.shape, (x(mean.mean), y), 6.6, WHITE.into());
    mark(scene, panel.shape, (x(mean.mean), y), 5.2, panel.color.into());
    // Last, so that the mark of a narrow interval does not cover its ends. One that leaves the panel has no end there.
    let ends = mean.ci95.into_iter().flat_map(|(low, high)| [low, high]);
    for end in ends.filter(|end| (axis.low..=axis.high).contains(end)) {
        scene.line(&[(x(end), y - 4.0), (x(end), y + 4.0)], INK, 1.5);
    }
}

fn mark(scene: &mut Scene, shape: Shape, (x, y): (f64, f64), radius: f64, ink: super::scene::Ink) {
    match shape {
        Shape::Circle => scene.dot((x, y), radius, ink),
        Shape::Square => {
            let r = radius * 0.9;
            scene.area(vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)], ink);
        }
        Shape::Diamond => {
            let r = radius * 1.2;
            scene.area(vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)], ink);
        }
    }
}
