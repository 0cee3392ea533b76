//! What every launcher promises (see `launcher.rs`), tried on programs of a few lines of shell. A new launcher is one more
//! call of [`keeps_the_contract`].
#![cfg(unix)]

use launch::{LaunchError, Launcher, Local};
use plan::{Augmentation, DataPlan, Layer, Loss, Network, Optimizer, Request, Run, Settings, Shape, Training};
use record::Event;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

#[test]
fn local_keeps_the_contract() {
    keeps_the_contract(&Local);
}

fn keeps_the_contract(launcher: &dyn Launcher) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.txt");
    let program = |script: &str| -> PathBuf {
        let path = folder.path().join("program");
        // Removed first: a program that still runs cannot be written to.
        fs::remove_file(&path).ok();
        fs::write(&path, format!("#!/bin/sh\nread -r request\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    let launch = |script: &str| {
        let mut heard = Vec::new();
        let outcome = launcher.launch(&program(script), &request(), Some(&log), &mut |event| heard.push(event));
        (outcome, heard)
    };
    let drawn = |layer: &str| Event::Drawn { layer: layer.to_owned(), file: format!("{layer}.png") };

    // Every event is heard, in order, and what goes to standard error is in the log.
    let say = |layer: &str| format!(r#"echo '{{"event":"drawn","layer":"{layer}","file":"{layer}.png"}}'"#);
    let (outcome, heard) = launch(&format!("{}\necho a word >&2\n{}", say("first"), say("second")));
    outcome.unwrap();
    assert_eq!(heard, [drawn("first"), drawn("second")]);
    assert_eq!(fs::read_to_string(&log).unwrap(), "a word\n");

    // The request is one line, and standard input stays open: whoever reads on waits.
    let (outcome, heard) = launch(&format!(
        r#"case "$request" in *'"request":"explain"'*) {} ;; esac; if timeout 0.2 cat >/dev/null; then exit 3; fi"#,
        say("asked")
    ));
    outcome.unwrap();
    assert_eq!(heard, [drawn("asked")]);

    // A program's own word of failure.
    let (outcome, _) = launch(r#"echo '{"event":"failed","message":"the disk is full"}'; exit 1"#);
    assert!(matches!(&outcome, Err(LaunchError::Failed(message)) if message == "the disk is full"), "{outcome:?}");

    // An end without a word: its status and the last lines that it wrote.
    let (outcome, _) = launch("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i >&2; done; exit 7");
    let message = outcome.unwrap_err().to_string();
    assert!(message.contains("exit status: 7") && message.ends_with("line 11\nline 12"), "{message}");
    assert!(!message.contains("line 2\n"), "{message}");
    assert!(!launch("kill -SEGV $$").0.unwrap_err().was_told_to_end());

    // An end by force says what to do; its last words reach a terminal as words.
    let ended = |script: &str| launch(script).0.unwrap_err().to_string();
    assert!(ended("kill -KILL $$").contains("memory runs out: a smaller `data.batch_size`"));
    assert!(
        ended("echo memory allocation of 9 bytes failed >&2; kill -ABRT $$").contains("a smaller `data.batch_size`")
    );
    assert!(ended("kill -SEGV $$").contains("a mistake in ablate"));
    assert!(ended("kill -BUS $$").contains("`ablate clean`"));
    assert!(ended("kill -XCPU $$").contains("ulimit -t"));
    assert!(ended(r"printf 'a\033[2Jb\377\n' >&2; exit 1").ends_with("its last words:\na\\u{1b}[2Jb\u{fffd}"));
    // In the middle of a line, too.
    assert!(ended("printf '{\"event\":\"dr'; kill -KILL $$").contains("memory runs out"));
    let (outcome, _) = launch("printf '{\"event\":\"dr'");
    assert!(matches!(&outcome, Err(LaunchError::Protocol { line }) if line == "{\"event\":\"dr"), "{outcome:?}");

    // When memory runs out, the program ends before the tool.
    if cfg!(target_os = "linux") {
        launch("cat /proc/self/oom_score_adj >&2").0.unwrap();
        assert_eq!(fs::read_to_string(&log).unwrap(), "1000\n");
    }

    // Without a log nothing is written, and the last words are known all the same.
    fs::remove_file(&log).unwrap();
    let many = program("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 7");
    let message = launcher.launch(&many, &request(), None, &mut |_| {}).unwrap_err().to_string();
    assert!(message.contains("exit status: 7") && message.ends_with("line 19998\nline 19999"), "{message}");
    assert!(!log.exists());

    // Told to end in the middle of a line: that is what is said, not that the line makes no sense.
    let (outcome, heard) = launch(&format!("{}\nprintf '{{\"event\":\"dr'\nkill -TERM $$", say("first")));
    assert!(outcome.unwrap_err().was_told_to_end());
    assert_eq!(heard, [drawn("first")]);

    // A line that is no event ends the program, which would go on for long.
    let (outcome, _) = launch("echo hello\nexec sleep 600");
    assert!(matches!(&outcome, Err(LaunchError::Protocol { line }) if line == "hello"), "{outcome:?}");

    // No program, or no place for its log.
    let nowhere = Path::new("/nowhere/program");
    let outcome = launcher.launch(nowhere, &request(), Some(&log), &mut |_| {});
    assert!(matches!(&outcome, Err(LaunchError::Start { program, .. }) if program == nowhere), "{outcome:?}");
    let outcome = launcher.launch(&program("exit 0"), &request(), Some(&folder.path().join("no/log")), &mut |_| {});
    assert!(matches!(outcome, Err(LaunchError::Log { .. })), "{outcome:?}");
}

fn request() -> Request {
    let input = Shape::Image { height: 4, width: 4, channels: 3 };
    let run = Run {
        experiment: "contract".to_owned(),
        variant: "base".to_owned(),
        seed: 0,
        settings: Settings {
            data: DataPlan {
                classes: vec!["cat".to_owned(), "dog".to_owned()],
                batch_size: 2,
                ..DataPlan::new("data", [4, 4])
            },
            augmentation: Augmentation::default(),
            network: Network::stack(input, vec![("flatten".to_owned(), Layer::Flatten, None)]).unwrap(),
            training: Training {
                epochs: 1,
                steps_per_epoch: None,
                loss: Loss::BinaryCrossentropy,
                optimizer: Optimizer::Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: false },
                metrics: Vec::new(),
                early_stopping: None,
                class_weight: None,
            },
        },
    };
    let (model, image, directory) = ("model.safetensors".into(), "image.png".into(), "pictures".into());
    Request::Explain { run, model, image, directory, threads: 1 }
}
