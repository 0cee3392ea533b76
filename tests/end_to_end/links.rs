//! A results folder that came from elsewhere, with a symbolic link under every name that Ablate writes: nothing outside
//! changes.

use crate::support::{Project, walk};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

const RUN: [&str; 6] = ["run", "experiments/tiny.toml", "--set", "training.epochs=1", "--set", "seeds=[0]"];
const SEED: &str = "results/tiny/runs/dropout=on/seed-0";

/// Somebody's work, outside the results: what must not change.
fn precious(project: &Project) {
    for folder in ["precious/seed-0/explain", "precious/dropout=on/seed-0"] {
        fs::create_dir_all(project.path().join(folder)).unwrap();
    }
    for file in ["thesis", ".ablate-x.tmp", "log.txt", "run.json", "checkpoint.safetensors", "seed-0/model.safetensors"]
    {
        fs::write(project.path().join("precious").join(file), "all my work").unwrap();
    }
}

fn link(project: &Project, target: &str, name: &str) {
    let name = project.path().join(name);
    fs::create_dir_all(name.parent().unwrap()).unwrap();
    symlink(project.path().join(target), name).unwrap();
}

fn outside(project: &Project) -> crate::support::Files {
    walk(&project.path().join("precious"))
}

#[test]
fn a_link_in_place_of_a_folder_or_the_lock_is_named_before_anything_is_built() {
    for name in [
        "results/tiny",
        "results/tiny/runs",
        "results/tiny/runs/dropout=on",
        SEED,
        &format!("{SEED}.new"),
        &format!("{SEED}.old"),
    ] {
        for target in ["precious", "precious/nothing"] {
            let project = Project::tiny();
            precious(&project);
            link(&project, target, name);
            let before = outside(&project);
            let said = project.fails(&RUN, 1);
            let end = "is a symbolic link, and nothing is written through one; remove the link, or use another folder";
            assert!(said.contains(&format!("{name} {end}")), "{name}: {said}");
            assert!(!said.contains("building"), "{name}: {said}");
            assert_eq!(before, outside(&project), "{name}");
        }
    }
    let project = Project::tiny();
    precious(&project);
    link(&project, "precious/thesis", "results/tiny/runs/~lock");
    let before = outside(&project);
    let said = project.fails(&RUN, 1);
    assert!(said.contains("~lock is a symbolic link, and nothing is written through one"), "{said}");
    assert_eq!(before, outside(&project));
}

#[test]
fn a_link_in_place_of_a_file_is_replaced_and_the_results_themselves_may_be_elsewhere() {
    let project = Project::tiny();
    precious(&project);
    fs::create_dir(project.path().join("disk")).unwrap();
    link(&project, "disk", "results");
    let tables = [
        "README.md",
        "comparison.csv",
        "comparison.png",
        "comparison.svg",
        "curves.png",
        "curves.svg",
        "runs/.gitignore",
        ".ablate-old.tmp",
    ];
    let of_run = [
        "log.txt",
        "plan.json",
        "run.json",
        "model.rs",
        "provenance.json",
        "model.safetensors",
        "checkpoint.safetensors",
        "timing.csv",
        "epochs.jsonl",
        ".ablate-old.tmp",
    ];
    for name in tables {
        link(&project, "precious/thesis", &format!("results/tiny/{name}"));
    }
    for name in of_run {
        link(&project, "precious/thesis", &format!("{SEED}/{name}"));
    }
    let before = outside(&project);
    project.succeeds(&RUN);
    assert_eq!(before, outside(&project));
    for name in
        tables.iter().map(|name| format!("results/tiny/{name}")).chain(of_run.map(|name| format!("{SEED}/{name}")))
    {
        assert!(!project.path().join(&name).is_symlink(), "{name}");
    }

    // The same of what is done with a trained run.
    let image = "data/pets/test/cat/cat.0001.jpg";
    link(&project, "precious/log.txt", &format!("{SEED}/predict.log"));
    link(&project, "precious/log.txt", &format!("{SEED}/explain/cat.0001/explain.log"));
    for layer in ["01_conv2d_1.png", "02_max_pool2d_1.png"] {
        link(&project, "precious/thesis", &format!("{SEED}/explain/cat.0001/{layer}"));
    }
    project.succeeds(&["predict", SEED, image]);
    project.succeeds(&["explain", SEED, "--image", image]);
    assert_eq!(before, outside(&project));
    fs::remove_dir_all(project.path().join(SEED).join("explain")).unwrap();
    link(&project, "precious", &format!("{SEED}/explain"));
    let said = project.fails(&["explain", SEED, "--image", image], 1);
    assert!(said.contains("explain is a symbolic link"), "{said}");
    assert_eq!(before, outside(&project));
    assert!(Path::new(&project.path().join("disk/tiny/runs.csv")).is_file());
}
