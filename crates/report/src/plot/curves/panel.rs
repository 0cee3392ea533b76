//! A panel of the curves plot: one variant, one measure.

use super::super::axis::Axis;
use super::super::font::{self, Weight};
use super::super::palette::{AXIS, BLUE, GRID, ORANGE, Rgb, SHADE, SOFT, TEXT, VERMILLION};
use super::super::scene::{Anchor, Scene, Type, faint};
use super::super::series;
use super::{Measure, marks};
use crate::input::{Input, VariantInput};
use crate::results::Results;
use crate::words;
use record::RunRecord;

const ARROW_SIZE: f64 = 9.5;

/// A panel: where it is, and its axes.
pub struct Panel<'a> {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub epochs: &'a Axis,
    pub measure: &'a Measure,
}

impl Panel<'_> {
    fn at(&self, (epoch, value): (f64, f64)) -> (f64, f64) {
        let x = self.left + self.epochs.place(epoch) * self.width;
        (x, self.top + (1.0 - self.measure.axis.place(value)) * self.measure.height)
    }

    fn right(&self) -> f64 {
        self.left + self.width
    }

    fn bottom(&self) -> f64 {
        self.top + self.measure.height
    }

    /// The grid, the line at the bottom, and the labels of the first panel of a row.
    pub fn grid_lines(&self, scene: &mut Scene, labelled: bool) {
        let Measure { name, axis, .. } = self.measure;
        for &tick in &self.epochs.ticks {
            let (x, _) = self.at((tick, axis.low));
            scene.line(&[(x, self.top), (x, self.bottom())], GRID, 0.8);
        }
        for &tick in &axis.ticks {
            let (_, y) = self.at((self.epochs.low, tick));
            scene.line(&[(self.left, y), (self.right(), y)], GRID, 0.8);
            if labelled {
                let label = if *name == "accuracy" { axis.percent(tick) } else { axis.label(tick) };
                scene.text((self.left - 8.0, y), label, Type::new(11.0, SOFT).anchored(Anchor::End));
            }
        }
        scene.line(&[(self.left, self.bottom()), (self.right(), self.bottom())], AXIS, 1.0);
        if labelled {
            let at = (self.left - 8.0, self.top - 15.0);
            scene.text(at, *name, Type::new(11.0, TEXT).bold().anchored(Anchor::End));
        }
    }

    /// A variant's runs and their mean, before the baseline's.
    pub fn curves(&self, scene: &mut Scene, input: &Input, results: &Results, variant: &VariantInput) {
        let (train, validation) = (format!("train_{}", self.measure.name), format!("val_{}", self.measure.name));
        if is_before_baseline(input, variant) {
            let (runs, _) = series::split(results.of(&input.baseline));
            for line in self.clipped(series::mean(&runs, &validation)) {
                scene.dashed(&line, SHADE, 1.3, (4.0, 3.0));
            }
        }
        let (finished, unfinished) = series::split(results.of(&variant.name));
        let several = finished.len() > 1;
        for run in finished.iter().filter(|_| several).chain(&unfinished) {
            for (column, color) in [(&train, ORANGE), (&validation, BLUE)] {
                for line in self.clipped(series::of_run(run, column)) {
                    scene.line(&line, faint(color, 0.38), 1.0);
                }
            }
        }
        self.training(scene, series::mean(&finished, &train));
        for line in self.clipped(series::mean(&finished, &validation)) {
            scene.line(&line, BLUE, 2.0);
            if let [only] = line.as_slice() {
                marks::diamond(scene, *only, 4.0);
            }
        }
        for run in &unfinished {
            for column in [&train, &validation] {
                if let Some(&(epoch, value)) = series::of_run(run, column).last().and_then(|line| line.last()) {
                    let end = self.at((epoch, value.clamp(self.measure.axis.low, self.measure.axis.high)));
                    scene.cross(end, 3.6, VERMILLION, 1.8);
                }
            }
        }
        for run in &finished {
            let best = run.best().and_then(|epoch| Some((f64::from(epoch.epoch), epoch.get(&validation)?)));
            // Of several runs the thin lines carry the rings; they would hide the only point of one epoch.
            if let Some(best) = best.filter(|best| self.holds(best.1) && run.epochs.len() > 1) {
                marks::ring(scene, self.at(best), if several { 2.6 } else { 4.2 });
            }
        }
        // Below the crosses, which may be at the upper edge.
        let top = self.top + if unfinished.is_empty() { 1.0 } else { 8.0 };
        let runs: Vec<&RunRecord> = finished.into_iter().chain(unfinished).collect();
        self.arrows(scene, top, &runs, [(&train, ORANGE), (&validation, BLUE)]);
    }

    /// Training: dots where they have room, a finely dashed line where they would run together.
    fn training(&self, scene: &mut Scene, segments: series::Segments) {
        let apart = self.width / (self.epochs.high - self.epochs.low);
        if apart < 4.6 {
            for line in self.clipped(segments) {
                scene.dashed(&line, ORANGE, 1.8, (2.0, 2.4));
            }
            return;
        }
        for &point in segments.iter().flatten().filter(|point| self.holds(point.1)) {
            scene.dot(self.at(point), 2.3, ORANGE);
        }
    }

    fn holds(&self, value: f64) -> bool {
        (self.measure.axis.low..=self.measure.axis.high).contains(&value)
    }

    /// The parts of a curve that are in the panel.
    fn clipped(&self, segments: series::Segments) -> Vec<Vec<(f64, f64)>> {
        let axis = &self.measure.axis;
        let pieces = segments.iter().flat_map(|segment| series::clip(segment, axis.low, axis.high));
        pieces.map(|piece| piece.into_iter().map(|point| self.at(point)).collect()).collect()
    }

    /// An arrow where curves are beyond the axis, at the highest value of each stretch of epochs; the highest of all is
    /// written beside its arrow. A line for each split that has any.
    fn arrows(&self, scene: &mut Scene, top: f64, runs: &[&RunRecord], columns: [(&String, Rgb); 2]) {
        let beyond = columns.map(|(column, color)| (series::peaks(runs, column, self.measure.axis.high), color));
        let lines = beyond.into_iter().filter(|(peaks, _)| !peaks.is_empty());
        for (line, (peaks, color)) in lines.enumerate() {
            let top = top + 12.0 * line as f64;
            let tip = |epoch: f64| (self.at((epoch, self.measure.axis.high)).0, top);
            for &(epoch, _) in &peaks {
                marks::arrow(scene, tip(epoch), color);
            }
            let Some(&(epoch, value)) = peaks.iter().max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
            let text = words::short(value);
            let (x, y) = (tip(epoch).0, top + 4.0);
            let has_room = x + 8.0 + font::width(&text, ARROW_SIZE, Weight::Regular) < self.right();
            let (x, anchor) = if has_room { (x + 8.0, Anchor::Start) } else { (x - 8.0, Anchor::End) };
            scene.text((x, y), text, Type::new(ARROW_SIZE, color).anchored(anchor).bold());
        }
    }
}

/// Whether the baseline's validation stands behind the variant's: not where it was measured on other images.
pub fn is_before_baseline(input: &Input, variant: &VariantInput) -> bool {
    let baseline = input.variants.iter().find(|other| other.name == input.baseline);
    variant.name != input.baseline && baseline.is_some_and(|baseline| baseline.validation == variant.validation)
}

pub fn x_labels(scene: &mut Scene, (left, bottom): (f64, f64), width: f64, epochs: &Axis) {
    for &tick in &epochs.ticks {
        let x = left + epochs.place(tick) * width;
        scene.text((x, bottom + 14.0), epochs.label(tick), Type::new(11.0, SOFT).anchored(Anchor::Middle));
    }
    scene.text((left + width / 2.0, bottom + 31.0), "epoch", Type::new(11.0, TEXT).anchored(Anchor::Middle));
}
