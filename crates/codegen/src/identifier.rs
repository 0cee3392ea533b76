//! Rust names for layers: fields are named as in the experiment file, types after them.

use crate::CodegenError;
use plan::LayerPlan;
use plan::layer::KEYWORDS;
use std::collections::HashSet;

/// Makes sure that each name can be a field's.
pub(crate) fn check(layers: &[LayerPlan]) -> Result<(), CodegenError> {
    let mut names = HashSet::new();
    for LayerPlan { name, .. } in layers {
        let written = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        // A type's name is made of it too, and rustc warns of two underscores together.
        let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !written || !starts || name.contains("__") || KEYWORDS.contains(&name.as_str()) {
            return Err(CodegenError::Name { name: name.clone() });
        }
        if !names.insert(name) {
            return Err(CodegenError::Duplicate { name: name.clone() });
        }
    }
    Ok(())
}

/// The type of each layer: `conv1` is a `Conv1Layer`. Where two names differ in underscores alone, the later type gets a
/// number.
pub(crate) fn aliases(layers: &[LayerPlan]) -> Vec<String> {
    // `Layer` is nn's trait.
    let mut taken = HashSet::from(["Layer".to_owned()]);
    let alias = |layer: &LayerPlan| {
        let stem: String = layer.name.split('_').map(capitalise).collect();
        let mut alias = format!("{stem}Layer");
        let mut number = 2;
        while !taken.insert(alias.clone()) {
            alias = format!("{stem}Layer{number}");
            number += 1;
        }
        alias
    };
    layers.iter().map(alias).collect()
}

fn capitalise(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::{Layer, Shape};

    fn layers(names: &[&str]) -> Vec<LayerPlan> {
        let shape = Shape::Vector { units: 1 };
        let layer = |name: &&str| LayerPlan {
            name: (*name).to_owned(),
            layer: Layer::Flatten,
            input: shape,
            output: shape,
            line: None,
        };
        names.iter().map(layer).collect()
    }

    #[test]
    fn types_are_named_after_layers_and_differ() {
        let names = aliases(&layers(&["conv2d_1", "dropout", "a_b", "ab", "aB"]));
        assert_eq!(names, ["Conv2d1Layer", "DropoutLayer", "ABLayer", "AbLayer", "ABLayer2"]);
    }

    #[test]
    fn names_that_cannot_be_fields_are_refused() {
        assert!(check(&layers(&["conv1", "x", "self_"])).is_ok());
        for name in ["self", "type", "gen", "_", "_a", "_1", "a__b", "1a", "a-b", "a b", "", "A", "r#type", "é"] {
            let error = check(&layers(&[name])).unwrap_err();
            assert!(matches!(&error, CodegenError::Name { name: n } if n == name), "{name}: {error}");
        }
        assert!(matches!(check(&layers(&["a", "a"])), Err(CodegenError::Duplicate { .. })));
    }
}
