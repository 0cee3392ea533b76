//! Loading a text as a test sees it: a file called `pets.toml`, images of cats and dogs.

#![allow(dead_code, reason = "each test file uses some of it")]

use plan::Experiment;
use plan::weights::Named;
use spec::{Diagnostics, Request};
use std::path::Path;

/// A small experiment without anything wrong.
pub const GOOD: &str = include_str!("../fixtures/good.toml");

/// Loads a text.
pub fn load_with(text: &str, sets: &[&str], classes: &[&str]) -> Result<Experiment, Diagnostics> {
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let names: Vec<String> = classes.iter().map(|&name| name.to_owned()).collect();
    let known = |_: &plan::DataPlan| {
        if names.is_empty() { Err("data/pets is not there".to_owned()) } else { Ok(names.clone()) }
    };
    spec::load(&Request { sets: &sets, ..Request::new(Path::new("experiments/pets.toml"), text, &known) })
}

/// Loads a text whose images are of cats and dogs.
pub fn load(text: &str) -> Result<Experiment, Diagnostics> {
    load_with(text, &[], &["cat", "dog"])
}

/// The good experiment with `from` replaced, which must be there.
pub fn good_but(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "the fixture has no {from:?}");
    GOOD.replacen(from, to, 1)
}

/// What is said about a text.
pub fn complaint(text: &str) -> String {
    complaint_with(text, &[])
}

/// What is said about a text and `--set`s.
pub fn complaint_with(text: &str, sets: &[&str]) -> String {
    match load_with(text, sets, &["cat", "dog"]) {
        Ok(_) => panic!("nothing was found wrong with this:\n{text}"),
        Err(diagnostics) => diagnostics.render(false),
    }
}

/// Loads a text beside images of cats and dogs, of which it is known whether there are validation images, and a file of
/// weights.
pub fn load_in(
    text: &str,
    has_validation: &dyn Fn(&plan::DataPlan) -> Option<bool>,
    weights: &dyn Fn(&Path) -> Result<Vec<Named>, String>,
) -> Result<Experiment, Diagnostics> {
    let classes = |_: &plan::DataPlan| Ok(vec!["cat".to_owned(), "dog".to_owned()]);
    let request = Request::new(Path::new("experiments/pets.toml"), text, &classes);
    spec::load(&Request { has_validation: Some(has_validation), weights: Some(weights), ..request })
}

/// Loads a text, with what is only said as a warning.
pub fn load_with_warnings(text: &str) -> Result<(Experiment, Option<Diagnostics>), Diagnostics> {
    let classes = |_: &plan::DataPlan| Ok(vec!["cat".to_owned(), "dog".to_owned()]);
    spec::load_with_warnings(&Request::new(Path::new("experiments/pets.toml"), text, &classes))
}
