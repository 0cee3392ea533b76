//! The direction of the arrows: a crate uses only what it may. The table is docs/ARCHITECTURE.md's.

use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// Crate, and which of ours it may use in its normal dependencies.
const MAY_USE: &[(&str, &[&str])] = &[
    ("files", &[]),
    ("plan", &[]),
    ("record", &["files"]),
    ("kernels", &[]),
    ("spec", &["plan", "files"]),
    ("codegen", &["plan"]),
    ("nn", &["kernels", "plan"]),
    ("data", &["plan", "files"]),
    ("train", &["plan", "record", "files", "data", "nn"]),
    ("launch", &["plan", "record", "codegen", "files"]),
    ("report", &["record", "files"]),
    ("cli", &["spec", "plan", "codegen", "launch", "record", "report", "data", "files"]),
    ("bench", &["plan", "data", "nn", "train"]),
    ("bench-data", &["plan", "data"]),
];

/// Crates of others that have a side of the house to themselves, and which of ours may use them.
const KEPT_TO: &[(&str, &[&str])] = &[("dfdx", &["nn"]), ("clap", &["cli"]), ("toml", &["spec"])];

#[test]
fn crates_use_only_what_they_may() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--manifest-path", manifest])
        .output()
        .expect("cargo runs this test, so it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");

    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
        let names = normal.map(|dependency| dependency["name"].as_str().expect("a name").to_owned()).collect();
        uses.insert(package["name"].as_str().expect("a name").to_owned(), names);
    }
    let ours: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    assert_eq!(uses.keys().map(String::as_str).collect::<Vec<_>>(), sorted(&ours), "a crate is missing in the table");
    for (name, may) in MAY_USE {
        for used in &uses[*name] {
            assert!(!ours.contains(&used.as_str()) || may.contains(&used.as_str()), "{name} may not use {used}");
        }
    }
    for (outsider, may) in KEPT_TO {
        for (name, used) in &uses {
            assert!(
                may.contains(&name.as_str()) || !used.iter().any(|one| one == outsider),
                "{name} may not use {outsider}"
            );
        }
    }
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}
