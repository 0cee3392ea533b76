//! `curves`: a panel per variant with accuracy above and loss below, epoch by epoch, as convnet courses draw them:
//! training as dots, validation as a line. All panels share their axes. The baseline's validation runs through every
//! other panel in grey, so that each shows what it changes.
//!
//! With several seeds each run is a thin line and their mean the bold one. Runs that diverged or failed are thin lines
//! that end in a cross, and are in no mean. Up to four variants stand side by side; more wrap onto a grid.

use super::axis::Axis;
use super::font::{self, Weight};
use super::palette::{AXIS, BLUE, GRID, INK, ORANGE, SHADE, SOFT, TEXT, VERMILLION};
use super::scene::{Anchor, Scene, Type, faint};
use super::{frame, series};
use crate::comparison::Comparison;
use crate::input::{Input, VariantInput};
use crate::quantity::{GAP, VALIDATION_ACCURACY, VALIDATION_LOSS};
use crate::results::Results;
use crate::words;
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
    y = legend(&mut scene, y, input, results);
    let epochs = epoch_axis(results.runs(), panel_width);
    let measures = measures(input, results);
    for block in input.variants.chunks(columns) {
        let names: Vec<Vec<String>> = block.iter().map(|variant| name_lines(variant, panel_width)).collect();
        let lines = names.iter().map(Vec::len).max().unwrap_or(1);
        let top = y + lines as f64 * NAME_LINE + FACTS_LINE + 12.0;
        for (column, (variant, names)) in block.iter().zip(&names).enumerate() {
            let left = GUTTER + column as f64 * (panel_width + COLUMN_GAP);
            header(&mut scene, (left, top), names, &facts(input, results, compared, variant, panel_width));
            let mut panel_top = top;
            for measure in &measures {
                let place = Place { left, top: panel_top, width: panel_width, height: measure.height, epochs: &epochs };
                grid_lines(&mut scene, &place, measure, column == 0);
                curves(&mut scene, &place, measure, input, results, &variant.name);
                panel_top += measure.height + MEASURE_GAP;
            }
            x_labels(&mut scene, (left, panel_top - MEASURE_GAP), panel_width, &epochs);
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
        let (low, high) = range(results.runs(), "accuracy").unwrap_or((0.0, 1.0));
        measures.push(Measure { name: "accuracy", height: 176.0, axis: Axis::around(low, high, 5, (0.0, 1.0)) });
    }
    let (low, high) = range(results.runs(), "loss").unwrap_or((0.0, 1.0));
    let low = if low < 0.5 * high { 0.0 } else { low };
    measures.push(Measure { name: "loss", height: 132.0, axis: Axis::around(low, high, 3, (0.0, f64::INFINITY)) });
    measures
}

/// Smallest and largest value. What runs reached before they diverged counts only where there is nothing else.
fn range(runs: &[RunRecord], measure: &str) -> Option<(f64, f64)> {
    let (finished, others) = series::split(runs.iter());
    let over = |runs: &[&RunRecord]| {
        let values: Vec<f64> = runs
            .iter()
            .flat_map(|run| ["train", "val"].map(|split| series::of_run(run, &format!("{split}_{measure}"))))
            .flatten()
            .flatten()
            .map(|(_, value)| value)
            .collect();
        Some((values.iter().copied().reduce(f64::min)?, values.iter().copied().reduce(f64::max)?))
    };
    over(&finished).or_else(|| over(&others))
}

fn epoch_axis(runs: &[RunRecord], panel_width: f64) -> Axis {
    let epochs = || runs.iter().flat_map(|run| run.epochs.iter().map(|epoch| epoch.epoch));
    Axis::whole(epochs().min().unwrap_or(1), epochs().max().unwrap_or(1), (panel_width / 44.0) as usize)
}

fn name_lines(variant: &VariantInput, room: f64) -> Vec<String> {
    let (parts, separator): (Vec<String>, &str) = if variant.levels.is_empty() {
        (variant.name.split_whitespace().map(str::to_owned).collect(), " ")
    } else {
        (variant.levels.iter().map(|(factor, level)| format!("{factor}={level}")).collect(), ", ")
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

/// Where a panel is.
struct Place<'a> {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    epochs: &'a Axis,
}

impl Place<'_> {
    fn at(&self, axis: &Axis, (epoch, value): (f64, f64)) -> (f64, f64) {
        let x = self.left + self.epochs.place(epoch) * self.width;
        (x, self.top + (1.0 - axis.place(value)) * self.height)
    }

    fn right(&self) -> f64 {
        self.left + self.width
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

fn grid_lines(scene: &mut Scene, place: &Place<'_>, measure: &Measure, labelled: bool) {
    for &tick in &place.epochs.ticks {
        let (x, _) = place.at(&measure.axis, (tick, measure.axis.low));
        scene.line(&[(x, place.top), (x, place.bottom())], GRID, 0.8);
    }
    for &tick in &measure.axis.ticks {
        let (_, y) = place.at(&measure.axis, (place.epochs.low, tick));
        scene.line(&[(place.left, y), (place.right(), y)], GRID, 0.8);
        if labelled {
            let label = if measure.name == "accuracy" { measure.axis.percent(tick) } else { measure.axis.label(tick) };
            scene.text((place.left - 8.0, y), label, Type::new(11.0, SOFT).anchored(Anchor::End));
        }
    }
    scene.line(&[(place.left, place.bottom()), (place.right(), place.bottom())], AXIS, 1.0);
    if labelled {
        let at = (place.left - 8.0, place.top - 15.0);
        scene.text(at, measure.name, Type::new(11.0, TEXT).bold().anchored(Anchor::End));
    }
}

fn x_labels(scene: &mut Scene, (left, bottom): (f64, f64), width: f64, epochs: &Axis) {
    for &tick in &epochs.ticks {
        let x = left + epochs.place(tick) * width;
        scene.text((x, bottom + 14.0), epochs.label(tick), Type::new(11.0, SOFT).anchored(Anchor::Middle));
    }
    scene.text((left + width / 2.0, bottom + 31.0), "epoch", Type::new(11.0, TEXT).anchored(Anchor::Middle));
}

fn curves(scene: &mut Scene, place: &Place<'_>, measure: &Measure, input: &Input, results: &Results, variant: &str) {
    let axis = &measure.axis;
    let clipped = |segments: series::Segments| -> Vec<Vec<(f64, f64)>> {
        let pieces = segments.iter().flat_map(|segment| series::clip(segment, axis.low, axis.high));
        pieces.map(|piece| piece.into_iter().map(|point| place.at(axis, point)).collect()).collect()
    };
    let (train, validation) = (format!("train_{}", measure.name), format!("val_{}", measure.name));
    if variant != input.baseline {
        let (runs, _) = series::split(results.of(&input.baseline));
        for line in clipped(series::mean(&runs, &validation)) {
            scene.dashed(&line, SHADE, 1.3, (4.0, 3.0));
        }
    }
    let (finished, unfinished) = series::split(results.of(variant));
    let several = finished.len() > 1;
    for run in finished.iter().filter(|_| several).chain(&unfinished) {
        for (column, color) in [(&train, ORANGE), (&validation, BLUE)] {
            for line in clipped(series::of_run(run, column)) {
                scene.line(&line, faint(color, 0.38), 1.0);
            }
        }
    }
    for line in clipped(series::mean(&finished, &train)) {
        dots(scene, &line);
    }
    for line in clipped(series::mean(&finished, &validation)) {
        scene.line(&line, BLUE, 2.0);
        if let [only] = line.as_slice() {
            diamond(scene, *only, 4.0);
        }
    }
    for run in &unfinished {
        for column in [&train, &validation] {
            if let Some(last) = clipped(series::of_run(run, column)).last().and_then(|line| line.last()) {
                scene.cross(*last, 3.6, VERMILLION, 1.8);
            }
        }
    }
    for run in &finished {
        let best = run.best().and_then(|epoch| Some((f64::from(epoch.epoch), epoch.get(&validation)?)));
        // Of several runs the thin lines carry the rings; they would hide the only point of one epoch.
        if let Some(best) = best.filter(|best| (axis.low..=axis.high).contains(&best.1) && run.epochs.len() > 1) {
            ring(scene, place.at(axis, best), if several { 2.6 } else { 4.2 });
        }
    }
}

/// Training: dots where they have room, a finely dashed line where they would run together.
fn dots(scene: &mut Scene, line: &[(f64, f64)]) {
    let apart = line.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
    if apart < 4.6 {
        scene.dashed(line, ORANGE, 1.8, (2.0, 2.4));
        return;
    }
    for &point in line {
        scene.dot(point, 2.3, ORANGE);
    }
}

fn ring(scene: &mut Scene, center: (f64, f64), radius: f64) {
    scene.dot(center, radius, BLUE);
    scene.dot(center, radius - 1.3, super::palette::WHITE);
}

fn diamond(scene: &mut Scene, (x, y): (f64, f64), r: f64) {
    scene.area(vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)], BLUE);
}

/// What the marks mean, in one line where it fits. Returns where the panels may begin.
fn legend(scene: &mut Scene, y: f64, input: &Input, results: &Results) -> f64 {
    let has =
        |column: &str| results.runs().iter().any(|run| run.epochs.iter().any(|epoch| epoch.get(column).is_some()));
    let (finished, unfinished) = series::split(results.runs().iter());
    let many =
        finished.iter().any(|run| finished.iter().any(|other| run.variant == other.variant && run.seed != other.seed));
    let validation = has("val_loss");
    let lines = finished.iter().any(|run| run.epochs.len() > 1);
    let mean = if many { ", mean over seeds" } else { "" };
    let entries: [(bool, &str, String); 6] = [
        (has("train_loss"), "train", format!("training{mean}")),
        (validation, "validation", format!("validation{mean}")),
        (many, "run", "single runs".to_owned()),
        (validation && lines && input.variants.len() > 1, "baseline", "validation of the baseline".to_owned()),
        (validation && lines && finished.iter().any(|run| run.best_epoch.is_some()), "best", "best epoch".to_owned()),
        (!unfinished.is_empty(), "end", "diverged or failed here".to_owned()),
    ];
    let (mut x, mut y) = (frame::MARGIN, y + 8.0);
    for (_, mark, label) in entries.into_iter().filter(|(shown, _, _)| *shown) {
        let width = 30.0 + font::width(&label, 11.5, Weight::Regular) + 18.0;
        if x + width > scene.width - frame::MARGIN + 18.0 && x > frame::MARGIN {
            (x, y) = (frame::MARGIN, y + 18.0);
        }
        let line = [(x, y), (x + 22.0, y)];
        match mark {
            "train" => [x + 3.0, x + 11.0, x + 19.0].into_iter().for_each(|x| scene.dot((x, y), 2.3, ORANGE)),
            "validation" => scene.line(&line, BLUE, 2.0),
            "run" => {
                scene.line(&[(x, y - 2.0), (x + 22.0, y - 2.0)], faint(BLUE, 0.38), 1.0);
                scene.line(&[(x, y + 2.0), (x + 22.0, y + 2.0)], faint(ORANGE, 0.5), 1.0);
            }
            "baseline" => scene.dashed(&line, SHADE, 1.3, (4.0, 3.0)),
            "best" => ring(scene, (x + 15.0, y), 4.2),
            _ => scene.cross((x + 15.0, y), 3.6, VERMILLION, 1.8),
        }
        scene.text((x + 30.0, y), label, Type::new(11.5, TEXT));
        x += width;
    }
    y + 24.0
}
