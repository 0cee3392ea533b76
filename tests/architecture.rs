//! The direction of the arrows: a crate uses only what it may. The table is docs/ARCHITECTURE.md's.

use plan::{Layer, Network, Shape};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
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

/// Cargo compiles a crate once for each set of features. One feature more, of a crate that many use, and the first model
/// program has most of the tool's dependencies compiled a second time. The same goes for where our own lie.
#[test]
fn crates_that_the_tool_and_programs_share_have_the_same_place_and_features() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let image = Shape::Image { height: 2, width: 2, channels: 1 };
    let network = Network::stack(image, vec![("channels".to_owned(), Layer::GlobalAveragePool2d, None)]).unwrap();
    let program = codegen::program(&network).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().canonicalize().unwrap();
    let write = |path: &Path, text: &str| {
        let path = workspace.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
    for (path, text) in codegen::workspace(&[&program.package], &manifest) {
        write(&path, &text);
    }
    for (path, text) in &program.files {
        write(&Path::new(&program.package).join(path), text);
    }
    fs::copy(project.join("Cargo.lock"), workspace.join("Cargo.lock")).unwrap();
    symlink(project.join("crates"), workspace.join(codegen::CRATES)).unwrap();

    let tool = features(&project, &["--package=cli"]);
    let programs = features(&workspace, &[]);
    let shared: Vec<_> = tool.keys().filter(|name| programs.contains_key(*name)).collect();
    for ours in ["files", "plan", "record", "data"] {
        assert!(shared.iter().any(|name| name.ends_with(&format!("(/crates/{ours})"))), "{ours}: {shared:?}");
    }
    // Cargo warns of a profile of a crate that is not there.
    let root = fs::read_to_string(workspace.join("Cargo.toml")).unwrap();
    for table in root.lines().filter_map(|line| line.strip_prefix("[profile.release.package.")) {
        let package = format!("{} ", table.trim_end_matches(']'));
        assert!(programs.keys().any(|name| name.starts_with(&package)), "a profile of {package}");
    }
    for name in shared {
        assert_eq!(tool[name], programs[name], "features of {name}: the tool's, and the programs'");
    }
}

/// The features that each crate is built with, by name, version and place in the workspace.
fn features(workspace: &Path, which: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges=normal,build", "--prefix=none", "--format={p}|{f}"])
        .args(which)
        .current_dir(workspace)
        .output()
        .expect("cargo runs this test, so it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut crates: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).expect("names").lines().filter(|line| !line.is_empty()) {
        let (package, features) = line.split_once('|').expect("a package and its features");
        let package = package.replace(workspace.to_str().expect("a path in Unicode"), "").replace(" (proc-macro)", "");
        crates.entry(package).or_default().insert(features.trim_end_matches(" (*)").to_owned());
    }
    crates
}
