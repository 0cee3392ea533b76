//! Bad input gets one clear error, and loses nothing. Each message is a snapshot.

use crate::support::Project;
use std::fs;
use std::process::Command;

const FILE: &str = "experiments/tiny.toml";

/// A project whose images have been drawn.
fn with_images() -> Project {
    let project = Project::tiny();
    project.succeeds(&["run", FILE, "--dry-run"]);
    project
}

fn image(project: &Project, name: &str) -> std::path::PathBuf {
    project.path().join("data/pets").join(name)
}

#[test]
fn missing_folder() {
    let project = Project::with(|text| text.replace("generate = ", "# generate = "));
    insta::assert_snapshot!(project.fails(&["run", FILE], 2));
}

#[test]
fn a_folder_named_on_the_command_line_is_never_drawn_into() {
    let project = Project::tiny();
    insta::assert_snapshot!(project.fails(&["run", FILE, "--set", "data.directory=photos"], 2));
    assert!(!project.path().join("photos").exists());
}

#[test]
fn images_that_were_drawn_with_other_numbers() {
    let project = with_images();
    insta::assert_snapshot!(project.fails(&["run", FILE, "--set", "data.generate.train=30"], 2));
}

#[test]
fn two_drawings_in_one_folder() {
    let other = "[factors.drawing]\npath = \"data.generate.seed\"\nvalues = [0, 1]\n\n[factors.dropout]";
    let project = Project::with(|text| text.replace("[factors.dropout]", other));
    let message = project.fails(&["run", FILE], 2);
    insta::assert_snapshot!(message.split_once("error:").unwrap().1);
}

#[test]
fn weights_that_are_not_there() {
    let project = Project::with(|text| {
        text.replace(
            "[[model.layers]]\ntype = \"conv2d\"",
            "[model]\nweights = \"w.safetensors\"\n\n[[model.layers]]\ntype = \"conv2d\"",
        )
    });
    insta::assert_snapshot!(project.fails(&["check", FILE], 2));
}

#[test]
fn check_refuses_images_that_a_run_would_refuse() {
    let project = with_images();
    fs::remove_dir_all(image(&project, "train/dog")).unwrap();
    fs::create_dir(image(&project, "train/dog")).unwrap();
    insta::assert_snapshot!(project.fails(&["check", FILE], 2));
}

#[test]
fn leaving_out_all_images_of_a_class_is_no_way_on() {
    let project = with_images();
    for entry in fs::read_dir(image(&project, "test/dog")).unwrap() {
        fs::write(entry.unwrap().path(), "no picture at all").unwrap();
    }
    let message = project.fails(&["run", FILE, "--set", "data.on_error=skip"], 2);
    insta::assert_snapshot!(&message[message.find("error:").unwrap()..]);
}

#[test]
fn empty_class() {
    let project = with_images();
    for entry in fs::read_dir(image(&project, "train/dog")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    insta::assert_snapshot!(project.fails(&["run", FILE], 2));
}

#[test]
fn one_class_where_two_are_needed() {
    let project = with_images();
    for split in ["train", "validation", "test"] {
        fs::remove_dir_all(image(&project, split).join("dog")).unwrap();
    }
    insta::assert_snapshot!(project.fails(&["run", FILE], 2));
}

#[test]
fn unreadable_images_are_all_named_or_left_out() {
    let project = with_images();
    let truncated = image(&project, "train/cat/cat.0001.jpg");
    let bytes = fs::read(&truncated).unwrap();
    fs::write(&truncated, &bytes[..bytes.len() / 2]).unwrap();
    fs::write(image(&project, "test/dog/notes.png"), "no picture at all").unwrap();
    std::os::unix::fs::symlink("nowhere.jpg", image(&project, "train/dog/lost.jpg")).unwrap();
    insta::assert_snapshot!(project.fails(&["run", FILE], 2));
    assert!(!project.results().join("runs.csv").exists());

    let skip = ["run", FILE, "--set", "data.on_error=skip", "--set", "seeds=[0]", "--set", "training.epochs=1"];
    let skipped = project.succeeds(&skip);
    assert!(skipped.stderr.contains("leaving out 3 images"), "{}", skipped.stderr);
}

#[test]
fn wrong_files_cost_seconds() {
    let wrong = |from: &str, to: &str| {
        let project = Project::with(|text| text.replace(from, to));
        project.fails(&["check", FILE], 2)
    };
    insta::assert_snapshot!("unknown_key", wrong("batch_size = 5", "batchsize = 5"));
    insta::assert_snapshot!("wrong_type", wrong("batch_size = 5", "batch_size = \"5\""));
    insta::assert_snapshot!("batch_size_0", wrong("batch_size = 5", "batch_size = 0"));
    insta::assert_snapshot!("too_small", wrong("image_size = [12, 12]", "image_size = [3, 3]"));
    insta::assert_snapshot!(
        "lost_path",
        wrong("model.layers.dropout.rate\" = 0.5", "model.layers.dropuot.rate\" = 0.5")
    );
    insta::assert_snapshot!("same_thing", wrong("rate\" = 0.5", "rate\" = 0.0"));
}

#[test]
fn duplicate_layer_name() {
    let project = Project::with(|text| text.replace("type = \"flatten\"", "type = \"flatten\"\nname = \"output\""));
    insta::assert_snapshot!(project.fails(&["check", FILE], 2));
}

#[test]
fn a_variant_or_pattern_that_is_not_there() {
    let project = Project::tiny();
    insta::assert_snapshot!("no_variant", project.fails(&["show", FILE, "--variant", "dropout=maybe"], 2));
    insta::assert_snapshot!("no_match", project.fails(&["run", FILE, "--only", "*=maybe"], 2));
}

#[test]
fn a_diverged_run_is_marked_and_the_others_go_on() {
    let explode = r#"off = { "model.layers.dropout.rate" = 0.0, "training.optimizer.learning_rate" = 1e38 }"#;
    let project = Project::with(|text| text.replace(r#"off = { "model.layers.dropout.rate" = 0.0 }"#, explode));
    let output = project.succeeds(&["run", FILE]);
    let warnings: Vec<&str> = output.stderr.lines().filter(|line| line.starts_with("warning")).collect();
    insta::assert_snapshot!(warnings.join("\n"));
    let runs = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    assert_eq!(runs.matches(",diverged,").count(), 2, "{runs}");
    assert_eq!(runs.matches(",completed,").count(), 2, "{runs}");
}

#[test]
fn results_folder_not_writable() {
    let project = with_images();
    fs::write(project.path().join("results"), "a file stands where the folder should be").unwrap();
    let message = project.fails(&["run", FILE], 1);
    insta::assert_snapshot!(message.lines().last().unwrap());
}

#[test]
fn a_full_disk_is_named_and_nothing_half_written_is_left() {
    let project = Project::with(|text| {
        text.replace("type = \"dense\"\n", "type = \"dense\"\nunits = 1000\n\n[[model.layers]]\ntype = \"dense\"\n")
    });
    project.succeeds(&["run", FILE, "--out", "elsewhere", "--set", "training.epochs=1"]);
    // No file may grow past 200 KiB: a write fails as it does on a full disk.
    let limited = r#"ulimit -f 200; exec "$0" "$@""#;
    let output = Command::new("bash")
        .args(["-c", limited, env!("CARGO_BIN_EXE_ablate"), "run", FILE, "--only", "dropout=off", "--set", "seeds=[0]"])
        .current_dir(project.path())
        .output()
        .unwrap();
    let stderr = project.portable(&String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let said = stderr.lines().find(|line| line.contains("trying once more")).unwrap();
    insta::assert_snapshot!(said);
    let run = project.results().join("runs/dropout=off/seed-0");
    assert!(!run.join("checkpoint.safetensors").exists() && !run.join("model.safetensors").exists());
    // With room again the same command goes on as if nothing had been.
    project.succeeds(&["run", FILE]);
}

/// A run where no program is there yet, so that cargo is needed.
fn unbuilt(project: &Project) -> Command {
    let mut command = project.ablate(&["run", FILE]);
    command.env("CARGO_TARGET_DIR", project.path().join("target"));
    command
}

#[test]
fn cargo_missing() {
    let project = with_images();
    let output = unbuilt(&project).env("CARGO", "/nowhere/cargo").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(stderr[stderr.find("error:").unwrap()..]);
}

#[test]
fn rustc_missing() {
    let project = with_images();
    let output = unbuilt(&project).env("RUSTC", "/nowhere/rustc").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(stderr[stderr.find("error:").unwrap()..]);
}

/// A cargo that says `words` on standard error instead of building; `$package` and `$line` stand for the model's package
/// and the last line of its source that names the layer `flatten`.
fn cargo_that_says(project: &Project, words: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = project.path().join("cargo");
    let script = format!(
        r#"#!/bin/sh
[ "$1" = --version ] && exit 0
package=$(grep -o 'net-[0-9a-f]*' Cargo.toml | head -n 1)
line=$(grep -n flatten "$package/src/model.rs" | tail -n 1 | cut -d: -f1)
echo "{words}" >&2
exit 101
"#
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_model_that_does_not_compile_blames_its_layer() {
    let project = with_images();
    let words =
        "error[E0308]: mismatched types\n --> $package/src/model.rs:$line:9\nerror: could not compile \\`$package\\`";
    let output = unbuilt(&project).env("CARGO", cargo_that_says(&project, words)).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let message = &stderr[stderr.find("error:").unwrap()..];
    insta::assert_snapshot!(message.lines().take(4).collect::<Vec<_>>().join("\n"));
    assert!(message.contains("mismatched types"), "{message}");
}

#[test]
fn a_cargo_that_does_not_reach_rustc_is_told_apart() {
    let project = with_images();
    let cargo = cargo_that_says(&project, "error: failed to download");
    let output = unbuilt(&project).env("CARGO", cargo).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(stderr[stderr.find("error:").unwrap()..]);
}

/// The tiny experiment, one variant of which starts from a file of weights.
fn with_weights(weights: &[u8]) -> Project {
    let project = with_images();
    fs::write(project.path().join("experiments/weights.safetensors"), weights).unwrap();
    let text = fs::read_to_string(project.path().join(FILE)).unwrap();
    let changed = text.replace(
        r#"on = { "model.layers.dropout.rate" = 0.5 }"#,
        r#"on = { "model.layers.dropout.rate" = 0.5, "model.weights" = "experiments/weights.safetensors" }"#,
    );
    fs::write(project.path().join(FILE), changed).unwrap();
    project
}

#[test]
fn weights_that_do_not_fit_are_known_before_anything_is_built() {
    for (name, weights) in
        [("no_weights", b"no weights".to_vec()), ("weights_of_another_network", weights_of_nothing())]
    {
        let project = with_weights(&weights);
        let said = project.fails(&["check", FILE], 2);
        insta::assert_snapshot!(name, said);
        let run = project.ablate(&["run", FILE]).env("CARGO", "/nowhere/cargo").output().unwrap();
        assert_eq!(run.status.code(), Some(2));
        assert_eq!(project.portable(&String::from_utf8(run.stderr).unwrap()), said);
    }
}

/// A file of weights for a network without any.
fn weights_of_nothing() -> Vec<u8> {
    let array = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).unwrap();
    safetensors::serialize([("other.bias", array)], None).unwrap()
}

#[test]
fn early_stopping_on_what_is_not_there_is_known_before_anything_is_built() {
    let project = Project::with(|text| text.replace("epochs = 3", "epochs = 3\nearly_stopping = { patience = 2 }"));
    project.succeeds(&["run", FILE, "--dry-run"]);
    fs::remove_dir_all(image(&project, "validation")).unwrap();
    insta::assert_snapshot!(project.fails(&["check", FILE], 2));
}

#[test]
fn two_ways_to_balance_are_a_warning() {
    let project = Project::with(|text| {
        text.replace("epochs = 3", "epochs = 3\nclass_weight = \"balanced\"")
            .replace("batch_size = 5", "batch_size = 5\nsampling = \"balanced\"")
    });
    insta::assert_snapshot!(project.succeeds(&["check", FILE]).stderr);
}

#[test]
fn a_failing_program_takes_no_other_down_and_is_tried_again_alone() {
    let project = with_images();
    // A folder stands where the program of one run looks for its checkpoint: it fails, twice.
    let checkpoint = project.results().join("runs/dropout=on/seed-0/checkpoint.safetensors");
    fs::create_dir_all(checkpoint.join("in the way")).unwrap();
    let stderr = project.fails(&["run", FILE], 1);
    assert!(stderr.contains("trying once more") && stderr.contains("checkpoint.safetensors"), "{stderr}");
    let runs = fs::read_to_string(project.results().join("runs.csv")).unwrap();
    assert_eq!((runs.matches(",failed,").count(), runs.matches(",completed,").count()), (1, 3), "{runs}");
    // A call for others leaves the word of their failure where it is.
    project.succeeds(&["run", FILE, "--only", "dropout=off"]);
    assert_eq!(fs::read_to_string(project.results().join("runs.csv")).unwrap(), runs);
}
