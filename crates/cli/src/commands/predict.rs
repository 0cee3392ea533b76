//! `ablate predict`: images in, CSV out.

use crate::args::Predict;
use crate::error::Error;
use crate::output::out;
use crate::progress::Progress;
use crate::trained::{Trained, image_path, threads};
use launch::{Launcher, Local};
use plan::Request;
use record::Event;
use std::process::ExitCode;

/// Writes one row for each image: path, most probable class, a probability for each class.
pub fn predict(arguments: &Predict) -> Result<ExitCode, Error> {
    let trained = Trained::open(&arguments.run)?;
    let images = arguments.images.iter().map(|image| image_path(image)).collect::<Result<Vec<_>, _>>()?;
    let program = trained.program(&Progress::new(1))?;
    let request =
        Request::Predict { run: trained.run.clone(), model: trained.directory.model(), images, threads: threads() };
    let mut predictions = Vec::new();
    let log = trained.directory.path().join("predict.log");
    Local.launch(&program, &request, &log, &mut |event| {
        if let Event::Prediction { logits, probabilities, .. } = event {
            predictions.push((logits, probabilities));
        }
    })?;

    let classes = &trained.record.classes;
    let mut header = vec!["image".to_owned(), "class".to_owned()];
    header.extend(classes.iter().map(|class| format!("p_{class}")));
    let logits = predictions.first().map_or(0, |(logits, _)| logits.len());
    if arguments.logits {
        header.extend((0..logits).map(|index| format!("logit_{index}")));
    }
    let mut rows = Vec::with_capacity(predictions.len());
    for (image, (logits, probabilities)) in arguments.images.iter().zip(&predictions) {
        let best =
            (0..probabilities.len()).max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]).then(b.cmp(&a)));
        let class = best.and_then(|best| classes.get(best)).cloned().unwrap_or_default();
        let mut row = vec![image.display().to_string(), class];
        row.extend(probabilities.iter().map(|p| format!("{p:.6}")));
        if arguments.logits {
            row.extend(logits.iter().map(|logit| format!("{logit:.6}")));
        }
        rows.push(row);
    }
    out(&record::table::render(&header, rows))?;
    Ok(ExitCode::SUCCESS)
}
