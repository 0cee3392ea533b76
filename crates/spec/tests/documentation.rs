//! `docs/experiment-file.md` names every key that is read, in the section it belongs to, and its example is right.

mod common;

use spec::Request;
use std::collections::BTreeSet;
use std::path::Path;

const DOCUMENTATION: &str = include_str!("../../../docs/experiment-file.md");
/// Everything once.
const EVERYTHING: &str = include_str!("fixtures/everything.toml");

fn vocabulary(text: &str) -> BTreeSet<String> {
    let classes = |_: &plan::DataPlan| Ok(vec!["cat".to_owned(), "dog".to_owned()]);
    spec::vocabulary(&Request::new(Path::new("everything.toml"), text, &classes))
}

/// The heading under which a table's keys are explained.
fn heading(section: &str) -> &str {
    match section {
        "" => "Top of the file",
        "activation" => "activations",
        "kernel_regularizer" => "conv2d",
        "model.layers" => "model.layers",
        _ if section.starts_with("model.layers.") => &section["model.layers.".len()..],
        _ if section.starts_with("augmentation.ops") => "augmentation.ops",
        _ if section.starts_with("training.optimizer") => "training.optimizer",
        _ => section,
    }
}

/// The text from a heading to the next one.
fn section_text(name: &str) -> String {
    let is_it =
        |line: &&str| line.starts_with('#') && line.trim_start_matches('#').split(',').any(|word| word.trim() == name);
    let mut lines = DOCUMENTATION.lines().skip_while(|line| !is_it(line));
    let title = lines.next().unwrap_or_else(|| panic!("no section {name}"));
    let body: Vec<&str> = lines.take_while(|line| !line.starts_with('#')).collect();
    format!("{title}\n{}", body.join("\n"))
}

#[test]
fn every_key_is_explained_in_its_section() {
    common::load(EVERYTHING).unwrap();
    let (second, third) =
        (EVERYTHING.replace("# or: ", ""), common::GOOD.replace("[factors", "[variants.a]\n[factors"));
    let (before, rest) = common::GOOD.split_once("ops = [").unwrap();
    let fourth = format!("{before}keras = {{}}\n{}", rest.split_once("\n]\n").unwrap().1);
    let keys: BTreeSet<String> = [EVERYTHING, &second, &third, &fourth].into_iter().flat_map(vocabulary).collect();
    assert!(keys.contains("augmentation.keras.cval"), "the fourth text no longer has Keras's arguments");
    assert!(keys.len() > 90, "the fixture no longer uses everything: {keys:?}");
    let mut missing = Vec::new();
    for path in &keys {
        let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
        let text = section_text(heading(section));
        let of_every_layer = section.starts_with("model.layers.") && (key == "type" || key == "name");
        let inside_braces = text.contains(&format!("{{ {key} ="));
        if !text.contains(&format!("`{key}`")) && !of_every_layer && !inside_braces {
            missing.push(path);
        }
    }
    assert!(missing.is_empty(), "docs/experiment-file.md does not explain {missing:?}");
}

#[test]
fn the_smallest_file_is_right() {
    let start = DOCUMENTATION.find("```toml\n").unwrap() + "```toml\n".len();
    let example = &DOCUMENTATION[start..start + DOCUMENTATION[start..].find("```").unwrap()];
    let experiment = common::load(example).unwrap();
    assert_eq!(experiment.variants.len(), 1);
    assert_eq!(experiment.variants[0].name, "base");
}
