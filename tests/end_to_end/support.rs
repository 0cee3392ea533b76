//! A scratch project with a tiny experiment, and ways to run `ablate` in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with an experiment in it, `experiments/tiny.toml` but for one test. It goes when the test ends.
pub struct Project {
    folder: TempDir,
}

/// Two variants, two seeds, three epochs, twelve-pixel images: seconds in all. `EXTRA` stands for what a test adds.
const TINY: &str = r#"schema = 1
name = "tiny"
description = "Does dropout help a network that is far too small?"
seeds = [0, 1]

[data]
directory = "data/pets"
image_size = [12, 12]
batch_size = 5
generate = { kind = "pets", train = 24, validation = 12, test = 10, seed = 0 }

[augmentation]
ops = [
  { type = "rotation", degrees = 40 },
  { type = "shift", width_fraction = 0.2, height_fraction = 0.2 },
  { type = "flip", axis = "horizontal", p = 0.5 },
]

[[model.layers]]
type = "conv2d"
filters = 6
kernel_size = 3
activation = "relu"

[[model.layers]]
type = "max_pool2d"
pool_size = 2

[[model.layers]]
type = "flatten"

[[model.layers]]
type = "dropout"
rate = 0.0

[[model.layers]]
type = "dense"
name = "output"

[training]
epochs = 3
loss = "binary_crossentropy"
optimizer = { type = "rmsprop", learning_rate = 1e-3 }
metrics = ["accuracy"]

[factors.dropout]
off = { "model.layers.dropout.rate" = 0.0 }
on = { "model.layers.dropout.rate" = 0.5 }
"#;

impl Project {
    /// The tiny experiment as it stands.
    pub fn tiny() -> Project {
        Project::with(|text| text)
    }

    /// The tiny experiment, changed.
    pub fn with(change: impl FnOnce(String) -> String) -> Project {
        Project::named("tiny", &change(TINY.to_owned()))
    }

    /// An experiment of that name, as `text` says.
    pub fn named(name: &str, text: &str) -> Project {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        fs::create_dir(folder.path().join("experiments")).unwrap();
        fs::write(folder.path().join("experiments").join(name).with_extension("toml"), text).unwrap();
        Project { folder }
    }

    /// The project's folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The tiny experiment's results.
    pub fn results(&self) -> PathBuf {
        self.path().join("results/tiny")
    }

    /// `ablate` with these words, in the project's folder.
    pub fn ablate(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ablate"));
        command.args(words).current_dir(self.path()).env("NO_COLOR", "1");
        command
    }

    /// Runs `ablate` and expects success.
    pub fn succeeds(&self, words: &[&str]) -> Text {
        let text = Text::from(self.ablate(words).output().unwrap());
        assert_eq!(text.status, 0, "ablate {words:?}\n{}{}", text.stdout, text.stderr);
        text
    }

    /// Runs `ablate` and expects exit status `status`; gives standard error, with the project's folder as `<project>`.
    pub fn fails(&self, words: &[&str], status: i32) -> String {
        let text = Text::from(self.ablate(words).output().unwrap());
        assert_eq!(text.status, status, "ablate {words:?}\n{}{}", text.stdout, text.stderr);
        self.portable(&text.stderr)
    }

    /// Text without the folder that this test happens to stand in.
    pub fn portable(&self, text: &str) -> String {
        let canonical = self.path().canonicalize().unwrap();
        text.replace(&canonical.to_string_lossy().into_owned(), "<project>")
            .replace(&self.path().to_string_lossy().into_owned(), "<project>")
    }
}

/// What a program printed.
pub struct Text {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Text {
    fn from(output: Output) -> Text {
        Text {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The bytes of files, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// All committed files of a results folder.
pub fn committed(results: &Path) -> Files {
    let files = fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

/// All files below a folder, by path. A link is told by where it leads, and not followed.
pub fn walk(folder: &Path) -> Files {
    let mut files = Files::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_symlink() {
            files.insert(
                path.to_string_lossy().into_owned(),
                fs::read_link(&path).unwrap().as_os_str().as_encoded_bytes().into(),
            );
        } else if path.is_dir() {
            files.insert(format!("{}/", path.to_string_lossy()), Vec::new());
            files.extend(walk(&path));
        } else {
            files.insert(path.to_string_lossy().into_owned(), fs::read(&path).unwrap());
        }
    }
    files
}

/// The trained models, by run.
pub fn models(results: &Path) -> Files {
    let mut models = BTreeMap::new();
    for variant in fs::read_dir(results.join("runs")).unwrap().map(|entry| entry.unwrap().path()) {
        if !variant.is_dir() {
            continue;
        }
        for seed in fs::read_dir(variant).unwrap().map(|entry| entry.unwrap().path()) {
            let name = seed.strip_prefix(results).unwrap().to_string_lossy().into_owned();
            models.insert(name, fs::read(seed.join("model.safetensors")).unwrap());
        }
    }
    models
}

/// Fails with the names of the files that differ, not with their bytes.
pub fn assert_same(left: &Files, right: &Files) {
    let names: Vec<_> = left.keys().collect();
    assert_eq!(names, right.keys().collect::<Vec<_>>());
    let differing: Vec<_> = names.into_iter().filter(|name| left[*name] != right[*name]).collect();
    assert!(differing.is_empty(), "these files differ: {differing:?}");
}

/// An IDX file of bytes.
pub fn idx(path: &Path, sizes: &[u32], bytes: &[u8]) {
    let header = [0x0800 + sizes.len() as u32].into_iter().chain(sizes.iter().copied());
    let all: Vec<u8> = header.flat_map(u32::to_be_bytes).chain(bytes.iter().copied()).collect();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, all).unwrap();
}
