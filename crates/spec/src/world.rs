//! What lies outside the file and decides whether it is right: the images, and a file of weights. Each is asked once.

use crate::load::Request;
use crate::log::{Finding, Log, Span};
use plan::weights::{Named, misfits};
use plan::{DataPlan, DataSource, Network};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The class names of a folder, or why they are not known.
type Classes = Result<Vec<String>, String>;

/// What decides which images there are: the directory, and what is known of them beside it.
type Place = (PathBuf, DataSource);

/// So many arrays that do not fit are named.
const MOST_MISFITS: usize = 8;

/// Answers that were given already, and who to ask for others.
pub struct World<'a> {
    request: &'a Request<'a>,
    classes: RefCell<Vec<(Place, Classes)>>,
    validation: RefCell<Vec<(Place, Option<bool>)>>,
    weights: RefCell<HashMap<PathBuf, Result<Vec<Named>, String>>>,
}

impl<'a> World<'a> {
    /// The world as the request shows it.
    pub fn new(request: &'a Request<'a>) -> World<'a> {
        World { request, classes: RefCell::default(), validation: RefCell::default(), weights: RefCell::default() }
    }

    /// The class names of these images.
    pub fn classes(&self, question: &DataPlan) -> Classes {
        remembered(&self.classes, question, || (self.request.classes)(question))
    }

    /// Whether there are validation images, if that is known.
    pub fn has_validation(&self, question: &DataPlan) -> Option<bool> {
        remembered(&self.validation, question, || self.request.has_validation.and_then(|ask| ask(question)))
    }

    /// Reports a file of weights that cannot be read, or does not fit the network, where that is known.
    pub fn check_weights(&self, path: &Path, at: Span, network: Option<&Network>, log: &mut Log) {
        let Some(read) = self.request.weights else { return };
        let mut known = self.weights.borrow_mut();
        let found = known.entry(path.to_path_buf()).or_insert_with(|| read(path));
        match (found, network) {
            (Err(why), _) => {
                let message = format!("`model.weights` cannot be used: {why}");
                log.add(
                    Finding::new(at, message, "expected a safetensors file")
                        .help("name the `model.safetensors` of a run, or leave `weights` out to draw them"),
                );
            }
            (Ok(found), Some(network)) => {
                let misfits = misfits(network, found);
                if misfits.is_empty() {
                    return;
                }
                let named: Vec<String> = misfits.iter().take(MOST_MISFITS).map(|one| one.to_string()).collect();
                let more = match misfits.len() - named.len() {
                    0 => String::new(),
                    more => format!("\nand {more} more"),
                };
                let label = "has weights of other names or shapes";
                log.add(
                    Finding::new(at, "`model.weights` does not fit the network", label)
                        .help(format!("{}{more}", named.join("\n"))),
                );
            }
            (Ok(_), None) => {}
        }
    }
}

/// The answer that was given for the same images, or that of `ask`.
fn remembered<T: Clone>(known: &RefCell<Vec<(Place, T)>>, question: &DataPlan, ask: impl FnOnce() -> T) -> T {
    let is_same = |(directory, source): &Place| *directory == question.directory && *source == question.source;
    let earlier = known.borrow().iter().find(|(place, _)| is_same(place)).map(|(_, answer)| answer.clone());
    earlier.unwrap_or_else(|| {
        let answer = ask();
        known.borrow_mut().push(((question.directory.clone(), question.source.clone()), answer.clone()));
        answer
    })
}
