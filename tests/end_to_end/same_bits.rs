//! The same bits: a network with every kind of layer, and the committed experiment `quick`, trained on any number of
//! threads, by any number of jobs, and with every instruction set that this processor has.

use crate::support::{Files, Project, assert_same, committed, models};
use std::fs;
use std::path::Path;

/// In this order: a block of convolution, ReLU and pooling of 3 channels, and one of 16 (by Winograd's tiles); 3x3 by tiles
/// without a pool, overlapping maxima; 5x5; overlapping means; depthwise; 1x1; wide groups with strides; a large dense layer
/// (the optimizer multiplies its gradient), dropout, and a small one.
const LAYERS: &str = r#"
[model]
layers = [
  { type = "conv2d", filters = 16, kernel_size = 3, activation = "relu" },
  { type = "max_pool2d" },
  { type = "conv2d", filters = 20, kernel_size = 3, padding = "same", activation = "relu" },
  { type = "max_pool2d" },
  { type = "conv2d", filters = 17, kernel_size = 3, padding = "same", activation = "leaky_relu" },
  { type = "max_pool2d", pool_size = 3, strides = 1, padding = "same" },
  { type = "conv2d", filters = 8, kernel_size = 5, padding = "same", activation = "sigmoid" },
  { type = "average_pool2d", pool_size = 3, strides = 2, padding = "same" },
  { type = "conv2d", filters = 16, kernel_size = 3, groups = 8, padding = "same", activation = "tanh" },
  { type = "conv2d", filters = 40, kernel_size = 1, activation = "relu" },
  { type = "conv2d", filters = 48, kernel_size = 3, groups = 2, strides = 2, padding = "same", use_bias = false },
  { type = "flatten" },
  { type = "dense", units = 153, activation = "relu", kernel_regularizer = { l2 = 1e-4 } },
  { type = "dropout", rate = 0.3 },
  { type = "dense", name = "hidden", units = 13, activation = "sigmoid" },
  { type = "dense", name = "output" },
]
"#;

/// The tiny experiment with those layers, of images that are large enough for them.
fn project() -> Project {
    Project::with(|text| {
        let (data, rest) = text.split_once("[[model.layers]]").unwrap();
        let (_, training) = rest.split_once("[training]").unwrap();
        let (training, _) = training.split_once("[factors").unwrap();
        let data = data.replace("image_size = [12, 12]", "image_size = [40, 37]");
        format!("{data}{LAYERS}[training]{}", training.replace("epochs = 3", "epochs = 2"))
    })
}

#[test]
fn threads_jobs_and_instruction_sets_change_no_byte() {
    let (files, models) = trained_in_every_way(&project(), "tiny", &levels());
    let [a, b] = models.values().collect::<Vec<_>>()[..] else { panic!("{} models", models.len()) };
    assert_ne!(a, b, "seeds train different models");
    let csvs: Vec<_> = files.keys().filter(|name| name.ends_with(".csv")).collect();
    assert_eq!(csvs, ["comparison.csv", "epochs.csv", "runs.csv"]);
}

#[test]
fn quick_gives_its_committed_results_in_every_way() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(repository.join("experiments/quick.toml")).unwrap();
    // Where multiply-add is a call into the C library, the portable kernels take longer than all others together.
    let levels: Vec<_> = levels().into_iter().filter(|level| *level != "portable").collect();
    let (files, models) = trained_in_every_way(&Project::named("quick", &text), "quick", &levels);
    assert_eq!(models.len(), 2);
    assert_same(&committed(&repository.join("results/quick")), &files);
}

/// Trains an experiment with 1, 2, 3 and 8 threads, one run at a time and two, and with each of these instruction sets.
/// Fails where a byte differs; gives the committed files and the models.
fn trained_in_every_way(project: &Project, name: &str, levels: &[&str]) -> (Files, Files) {
    let run = |way: &str, level: Option<&str>, words: &[&str]| {
        let mut command = project.ablate(&["run", &format!("experiments/{name}.toml"), "--out", way]);
        command.args(words).envs(level.map(|level| ("ABLATE_CPU", level)));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{way}: {}", String::from_utf8_lossy(&output.stderr));
        let results = project.path().join(way).join(name);
        (committed(&results), models(&results))
    };
    let first = run("one", None, &["--jobs", "1", "--threads", "1"]);
    let mut ways: Vec<(&str, Option<&str>, &[&str])> = vec![
        ("two", None, &["--jobs", "1", "--threads", "2"]),
        ("three", None, &["--jobs", "1", "--threads", "3"]),
        ("eight", None, &["--jobs", "1", "--threads", "8"]),
        ("jobs", None, &["--jobs", "2", "--threads", "2"]),
    ];
    ways.extend(levels.iter().map(|level| (*level, Some(*level), &["--jobs", "1", "--threads", "2"][..])));
    for (way, level, words) in ways {
        let other = run(way, level, words);
        assert_same(&first.0, &other.0);
        assert_same(&first.1, &other.1);
    }
    first
}

/// Every value of `ABLATE_CPU` that this processor has; says which it has not.
fn levels() -> Vec<&'static str> {
    let mut levels = vec!["portable"];
    #[cfg(target_arch = "x86_64")]
    {
        levels.push("avx2");
        if std::is_x86_feature_detected!("avx512bw") && std::is_x86_feature_detected!("avx512dq") {
            levels.push("avx512");
        }
    }
    for level in ["avx2", "avx512"].into_iter().filter(|level| !levels.contains(level)) {
        println!("not tested with ABLATE_CPU={level}, which this processor has not");
    }
    levels
}

#[test]
fn the_instruction_set_that_is_asked_for_reaches_the_training() {
    let project = Project::tiny();
    let words = ["run", "experiments/tiny.toml", "--set", "training.epochs=0", "--set", "seeds=[0]"];
    let output = project.ablate(&words).env("ABLATE_CPU", "sse9").output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && complaint.contains("ABLATE_CPU=sse9 is no instruction set"), "{complaint}");
}
