//! What is damaged, killed or out of reach is named for what it is, and what can be put right is.

use crate::support::{Project, Text};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const RUN: &str = "results/tiny/runs/dropout=off/seed-0";
const ONCE: [&str; 8] =
    ["run", "experiments/tiny.toml", "--only", "dropout=off", "--set", "seeds=[0]", "--set", "training.epochs=1"];

/// All that is below a folder.
fn names(folder: &Path) -> BTreeSet<PathBuf> {
    let entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.iter().flat_map(|path| if path.is_dir() { names(path) } else { BTreeSet::from([path.clone()]) }).collect()
}

/// Gives `command` these lines on standard input.
fn told(command: &mut Command, lines: &[u8]) -> Text {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines).unwrap();
    Text::from(child.wait_with_output().unwrap())
}

#[test]
fn predict_and_explain_need_only_to_read_and_take_any_name() {
    // A project in a folder whose name is not UTF-8.
    let project = Project::tiny();
    let odd = project.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&odd).unwrap();
    fs::rename(project.path().join("experiments"), odd.join("experiments")).unwrap();
    let ablate = |words: &[&str]| {
        let mut command = project.ablate(words);
        command.current_dir(&odd);
        command
    };
    let trained = Text::from(ablate(&ONCE).output().unwrap());
    assert_eq!(trained.status, 0, "{}", trained.stderr);
    let cats = odd.join("data/pets/test/cat");
    let cat = "data/pets/test/cat/cat.0001.jpg";
    fs::copy(odd.join(cat), cats.join(OsStr::from_bytes(b"\xff.jpg"))).unwrap();
    fs::write(cats.join("a\u{1b}[2J\nerror: b.png"), "no picture").unwrap();

    // Neither cargo nor a folder that can be written to.
    let before = names(&odd.join("results"));
    let words = ["predict", RUN, cat, "missing.jpg", "data/pets/test/cat", "-"];
    let predicted = told(ablate(&words).env("CARGO", "/nowhere/cargo"), &[cat.as_bytes(), b"\n"].concat());
    assert_eq!(predicted.status, 1, "{}", predicted.stderr);
    let rows: Vec<&str> = predicted.stdout.lines().collect();
    assert_eq!(rows[0], "image,class,p_cat,p_dog,error");
    let images = fs::read_dir(&cats).unwrap().count();
    assert_eq!(rows.len(), 1 + 1 + 1 + images + 1, "{}", predicted.stdout);
    assert!(rows[2].starts_with("missing.jpg,,,,") && rows[2].contains("No such file"), "{}", rows[2]);
    let bad = rows.iter().find(|row| row.contains("error: b.png")).unwrap();
    assert!(bad.starts_with("data/pets/test/cat/a\\u{1b}[2J\\nerror: b.png,,,,"), "{bad}");
    let row = |start: &str| rows.iter().find(|row| row.starts_with(start)).unwrap().split_once(',').unwrap().1;
    assert_eq!(row("data/pets/test/cat/\\xff.jpg"), row(cat));
    assert_eq!(rows.last().unwrap(), &rows[1]);
    assert!(predicted.stderr.contains("error: 2 of "), "{}", predicted.stderr);
    assert!(!predicted.stderr.contains('\u{1b}') && !predicted.stdout.contains('\u{1b}'));

    let explained = ablate(&["explain", RUN, "--image", cat, "-o", "pictures"]).env("CARGO", "/nowhere/cargo").output();
    let explained = Text::from(explained.unwrap());
    assert_eq!(explained.status, 0, "{}", explained.stderr);
    assert!(explained.stdout.lines().all(|path| odd.join(path).is_file()) && !explained.stdout.is_empty());
    assert_eq!(names(&odd.join("results")), before);
    assert_eq!(names(&odd.join("pictures")).len(), explained.stdout.lines().count());

    // What is the matter with an image is said, and by the exit status.
    for (image, status, words) in [
        ("data/pets/test/cat/a\u{1b}[2J\nerror: b.png", 1, "error: cannot use "),
        ("missing.jpg", 2, "error: cannot read missing.jpg: No such file"),
    ] {
        let told = Text::from(ablate(&["explain", RUN, "--image", image]).output().unwrap());
        assert_eq!(told.status, status, "{}", told.stderr);
        assert!(told.stderr.contains(words) && !told.stderr.contains('\u{1b}'), "{}", told.stderr);
    }
    let empty = told(&mut ablate(&["predict", RUN, "-"]), b"");
    assert_eq!((empty.status, empty.stderr.as_str()), (2, "error: no images: the list on standard input is empty\n"));
}

/// Every kept program of the run in `folder`. Its network is this test's alone, or others would start a damaged one.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let run: plan::Run = serde_json::from_slice(&fs::read(folder.join("plan.json")).unwrap()).unwrap();
    let package = codegen::program(&run.settings.network).unwrap().package;
    let target = Path::new(env!("CARGO_BIN_EXE_ablate")).parent().and_then(Path::parent).unwrap();
    names(&target.join("ablate/programs")).into_iter().filter(|path| path.ends_with(&package)).collect()
}

#[test]
fn a_damaged_program_is_named_and_built_again_once() {
    let project = Project::with(|text| text.replace("filters = 6", "filters = 7"));
    project.succeeds(&ONCE);
    let predict = ["predict", RUN, "data/pets/test/cat/cat.0001.jpg"];
    let before = project.succeeds(&predict);
    let programs = programs(&project.path().join(RUN));
    assert!(!programs.is_empty());
    for program in &programs {
        // In place, so that cargo's own file, which is the same, is damaged as well.
        let mut bytes = fs::read(program).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 4096].fill(0);
        fs::write(program, bytes).unwrap();
    }
    let after = project.succeeds(&predict);
    assert_eq!(after.stdout, before.stdout);
    assert!(after.stderr.contains("warning: the program ") && after.stderr.contains("is damaged"), "{}", after.stderr);
    assert!(!project.succeeds(&predict).stderr.contains("damaged"));
}

#[test]
#[cfg(target_os = "linux")]
fn cargo_and_its_compilers_end_with_a_tool_that_is_killed() {
    let project = Project::tiny();
    project.succeeds(&["run", "experiments/tiny.toml", "--dry-run"]);
    // No program of it is there, so cargo is called.
    let words = ["run", "experiments/tiny.toml", "--set", "model.layers.conv2d.filters=9"];
    let ids = project.path().join("ids");
    let cargo = project.path().join("cargo");
    let lines = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\nsleep 600 & echo $! >{0}.new; echo $$ >>{0}.new; mv {0}.new {0}; wait\n",
        ids.to_string_lossy()
    );
    fs::write(&cargo, lines).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let target = project.path().join("target");
    let lives = |id: &str| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        !stat.is_empty() && !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z')
    };
    for signal in ["-KILL", "-INT"] {
        let mut command = project.ablate(&words);
        command.env("CARGO", &cargo).env("CARGO_TARGET_DIR", &target).stderr(Stdio::null());
        let mut tool = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        while !ids.exists() {
            assert!(tool.try_wait().unwrap().is_none(), "it ended without cargo");
            std::thread::sleep(Duration::from_millis(5));
        }
        let started = fs::read_to_string(&ids).unwrap();
        fs::remove_file(&ids).unwrap();
        assert!(started.lines().count() == 2 && started.lines().all(lives));
        Command::new("kill").args([signal, &tool.id().to_string()]).status().unwrap();
        tool.wait().unwrap();
        for _ in 0..1000 {
            if !started.lines().any(lives) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!started.lines().any(lives), "still there after {signal}");
    }
}

#[test]
fn a_limit_on_file_sizes_is_an_error_with_advice() {
    let project = Project::tiny();
    let limited = r#"ulimit -f 1; exec "$0" "$@""#;
    let output = Command::new("bash")
        .args(["-c", limited, env!("CARGO_BIN_EXE_ablate"), "run", "experiments/tiny.toml", "--dry-run"])
        .current_dir(project.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("error: ") && stderr.contains("File too large"), "{stderr}");
    assert!(stderr.contains("ulimit -f"), "{stderr}");
}

#[test]
#[cfg(target_os = "linux")]
fn colour_is_for_those_who_see_it() {
    if Command::new("script").arg("--version").output().is_err() {
        println!("skipped: there is no `script` (util-linux) to give the tool a terminal");
        return;
    }
    let project = Project::with(|text| text.replace("batch_size = 5", "batchsize = 5"));
    // `script` gives the tool a terminal.
    let shown = |terminal: &str, variables: &[(&str, &str)]| {
        let check = format!("{} check experiments/tiny.toml", env!("CARGO_BIN_EXE_ablate"));
        let mut command = Command::new("script");
        command.args(["-qec", &check, "/dev/null"]).current_dir(project.path()).env("TERM", terminal);
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
            command.env_remove(variable);
        }
        let output = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("batchsize"), "{text}");
        text.contains('\u{1b}')
    };
    assert!(shown("xterm-256color", &[]));
    assert!(!shown("dumb", &[]));
    assert!(!shown("xterm-256color", &[("NO_COLOR", "1")]));
    assert!(!shown("xterm-256color", &[("CLICOLOR", "0")]));
    assert!(shown("dumb", &[("CLICOLOR_FORCE", "1")]));
}
