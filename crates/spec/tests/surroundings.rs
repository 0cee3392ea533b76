//! What is said about a file that is right by itself, but not beside these images and this file of weights.

mod common;

use common::{good_but, load_in};

#[test]
fn early_stopping_without_validation_images() {
    let text = good_but("epochs = 2", "epochs = 2\nearly_stopping = { patience = 3, monitor = \"val_accuracy\" }");
    let said = |text: &str, has_validation: Option<bool>| {
        let outcome = load_in(text, &|_| has_validation, &|_| Ok(Vec::new()));
        outcome.map(drop).map_err(|diagnostics| diagnostics.render(false))
    };
    insta::assert_snapshot!(said(&text, Some(false)).unwrap_err());
    insta::assert_snapshot!(said(&text.replace("monitor = \"val_accuracy\"", ""), Some(false)).unwrap_err());
    for known in [Some(true), None] {
        assert_eq!(said(&text, known), Ok(()));
    }
    assert_eq!(said(&text.replace("val_accuracy", "train_loss"), Some(false)), Ok(()));
}

#[test]
fn weights_that_do_not_fit() {
    let text = good_but(
        "[[model.layers]]\ntype = \"conv2d\"",
        "[model]\nweights = \"w.safetensors\"\n[[model.layers]]\ntype = \"conv2d\"",
    );
    let right = [
        ("conv1.kernel", vec![3, 3, 3, 8]),
        ("conv1.bias", vec![8]),
        ("dense_1.kernel", vec![1800, 1]),
        ("dense_1.bias", vec![1]),
    ];
    let file: Vec<(String, Vec<usize>)> = right.map(|(name, shape)| (name.to_owned(), shape)).into();
    let said = |text: &str, file: Result<Vec<(String, Vec<usize>)>, String>| {
        load_in(text, &|_| None, &|_| file.clone()).map(drop).map_err(|diagnostics| diagnostics.render(false))
    };
    assert_eq!(said(&text, Ok(file.clone())), Ok(()));
    insta::assert_snapshot!(
        said(&text, Err("w.safetensors is not a safetensors file: it is too short".to_owned())).unwrap_err()
    );
    let mut other = file.clone();
    other[2].1 = vec![1800, 2];
    other[3].0 = "dense_2.bias".to_owned();
    insta::assert_snapshot!(said(&text, Ok(other)).unwrap_err());
    // A variant of another network is named.
    let wide = text.replace(
        "[factors.augmentation]",
        "[factors.width]\npath = \"model.layers.conv1.filters\"\nvalues = [8, 9]\n[factors.augmentation]",
    );
    insta::assert_snapshot!(said(&wide, Ok(file)).unwrap_err());
}

#[test]
fn two_ways_to_balance_are_a_warning() {
    let balanced = good_but("epochs = 2", "epochs = 2\nclass_weight = \"balanced\"");
    let warned = |text: &str| {
        let (_, warnings) = common::load_with_warnings(text).unwrap();
        warnings.map(|warnings| warnings.render(false))
    };
    let twice = balanced.replace("batch_size = 20", "batch_size = 20\nsampling = \"balanced\"");
    insta::assert_snapshot!(warned(&twice).unwrap());
    assert_eq!(warned(&balanced), None);
}
