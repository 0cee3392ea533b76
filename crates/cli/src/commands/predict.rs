//! `ablate predict`: images in, CSV out.

use crate::args::Predict;
use crate::error::Error;
use crate::named_images::named_images;
use crate::output::out;
use crate::progress::Progress;
use crate::trained::{Trained, absolute, threads};
use crate::words::plural;
use files::shown;
use launch::{Launcher, Local};
use plan::Request;
use record::Event;
use std::path::PathBuf;
use std::process::ExitCode;

/// What came of an image.
#[derive(Clone, PartialEq)]
enum Outcome {
    Predicted { logits: Vec<f32>, probabilities: Vec<f32> },
    Unusable { reason: String },
}

/// Writes one row for each image: path, most probable class, a probability for each class; for an image that cannot be used,
/// what is wrong with it.
pub fn predict(arguments: &Predict) -> Result<ExitCode, Error> {
    let trained = Trained::open(&arguments.run)?;
    let images = named_images(&arguments.images)?;
    let program = trained.program(&Progress::new(1))?;
    let request = Request::Predict {
        run: trained.run.clone(),
        model: absolute(&trained.directory.model())?,
        images: images.iter().map(|image| absolute(image)).collect::<Result<_, _>>()?,
        threads: threads(),
    };
    // Where a program says nothing of an image, it is not one that was predicted.
    let mut outcomes = vec![Outcome::Unusable { reason: "the program did not report it".to_owned() }; images.len()];
    Local.launch(&program, &request, None, &mut |event| {
        let (image, outcome) = match event {
            Event::Prediction { image, logits, probabilities } => (image, Outcome::Predicted { logits, probabilities }),
            Event::Unusable { image, reason } => (image, Outcome::Unusable { reason }),
            _ => return,
        };
        if let Some(place) = outcomes.get_mut(image) {
            *place = outcome;
        }
    })?;

    out(&table(&trained.record.classes, &images, &outcomes, arguments.logits.then(|| trained.logits())))?;
    let bad = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Unusable { .. })).count();
    if bad > 0 {
        return Err(Error::Unusable(format!(
            "{} of {} cannot be used: the column `error` says why",
            bad,
            plural(images.len(), "image")
        )));
    }
    Ok(ExitCode::SUCCESS)
}

/// The rows, with the network's outputs where their number is given.
fn table(classes: &[String], images: &[PathBuf], outcomes: &[Outcome], logits: Option<usize>) -> String {
    let mut header = vec!["image".to_owned(), "class".to_owned()];
    header.extend(classes.iter().map(|class| format!("p_{}", shown(class))));
    header.extend((0..logits.unwrap_or(0)).map(|index| format!("logit_{index}")));
    let row = |(image, outcome): (&PathBuf, &Outcome)| {
        let mut row = vec![shown(image).to_string()];
        match outcome {
            Outcome::Predicted { logits: outputs, probabilities: p } => {
                let best = (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b]).then(b.cmp(&a)));
                row.push(
                    best.and_then(|best| classes.get(best)).map(|class| shown(class).to_string()).unwrap_or_default(),
                );
                row.extend(p.iter().map(|p| format!("{p:.6}")));
                row.extend(outputs.iter().take(logits.unwrap_or(0)).map(|logit| format!("{logit:.6}")));
                row.resize(header.len(), String::new());
                row.push(String::new());
            }
            Outcome::Unusable { reason } => {
                row.resize(header.len(), String::new());
                row.push(shown(reason).to_string());
            }
        }
        row
    };
    let rows: Vec<Vec<String>> = images.iter().zip(outcomes).map(row).collect();
    header.push("error".to_owned());
    record::table::render(&header, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_every_column_whatever_came_of_the_image() {
        let predicted = Outcome::Predicted { logits: vec![1.5], probabilities: vec![0.25, 0.75] };
        let unusable = Outcome::Unusable { reason: "is truncated\nerror: no".to_owned() };
        let images = ["a.png", "b\u{1b}[2J.png"].map(PathBuf::from);
        let classes = ["cat", "dog"].map(str::to_owned);
        let text = table(&classes, &images, &[predicted.clone(), unusable.clone()], Some(1));
        let expected = "image,class,p_cat,p_dog,logit_0,error\n\
                        a.png,dog,0.250000,0.750000,1.500000,\n\
                        b\\u{1b}[2J.png,,,,,is truncated\\nerror: no\n";
        assert_eq!(text, expected);
        let text = table(&classes, &images, &[unusable, predicted], None);
        assert!(
            text.ends_with("\na.png,,,,is truncated\\nerror: no\nb\\u{1b}[2J.png,dog,0.250000,0.750000,\n"),
            "{text}"
        );
    }
}
