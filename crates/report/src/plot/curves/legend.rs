//! The legend of the curves plot.

use super::super::font::{self, Weight};
use super::super::palette::{BLUE, ORANGE, SHADE, TEXT, VERMILLION};
use super::super::scene::{Scene, Type, faint};
use super::super::{frame, series};
use super::panel::is_before_baseline;
use super::{Measure, marks};
use crate::input::Input;
use crate::results::Results;
use record::RunRecord;

/// What the marks mean, in one line where it fits. Returns where the panels may begin.
pub fn draw(scene: &mut Scene, y: f64, input: &Input, results: &Results, measures: &[Measure]) -> f64 {
    let has =
        |column: &str| results.runs().iter().any(|run| run.epochs.iter().any(|epoch| epoch.get(column).is_some()));
    let (finished, unfinished) = series::split(results.runs().iter());
    let many =
        finished.iter().any(|run| finished.iter().any(|other| run.variant == other.variant && run.seed != other.seed));
    let validation = has("val_loss");
    let lines = finished.iter().any(|run| run.epochs.len() > 1);
    let mean = if many { ", mean over seeds" } else { "" };
    let baseline = input.variants.iter().any(|variant| is_before_baseline(input, variant));
    let runs: Vec<&RunRecord> = results.runs().iter().collect();
    let is_beyond = |measure: &Measure| {
        ["train", "val"]
            .iter()
            .any(|split| !series::peaks(&runs, &format!("{split}_{}", measure.name), measure.axis.high).is_empty())
    };
    let entries: [(bool, &str, String); 7] = [
        (has("train_loss"), "train", format!("training{mean}")),
        (validation, "validation", format!("validation{mean}")),
        (many, "run", "single runs".to_owned()),
        (validation && lines && baseline, "baseline", "validation of the baseline".to_owned()),
        (validation && lines && finished.iter().any(|run| run.best_epoch.is_some()), "best", "best epoch".to_owned()),
        (!unfinished.is_empty(), "end", "diverged or failed here".to_owned()),
        (measures.iter().any(is_beyond), "beyond", "beyond the axis".to_owned()),
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
            "beyond" => marks::arrow(scene, (x + 15.0, y - 3.5), ORANGE),
            "best" => marks::ring(scene, (x + 15.0, y), 4.2),
            _ => scene.cross((x + 15.0, y), 3.6, VERMILLION, 1.8),
        }
        scene.text((x + 30.0, y), label, Type::new(11.5, TEXT));
        x += width;
    }
    y + 24.0
}
