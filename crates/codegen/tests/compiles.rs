//! What rustc says of generated models: right ones compile and compute, and a size that was changed by hand is an error on
//! the line of its layer.
//!
//! The packages are built like the project's own: its Cargo.lock, its profiles, its target folder.

mod common;

use codegen::{layer_of_line, program};
use common::{everything, reference};
use plan::Network;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A main that trains nothing, but takes a model through all that training asks of it.
const MAIN: &str = include_str!("common/exercise.rs");

/// A workspace of its own under the target folder.
struct Workspace(PathBuf);

impl Workspace {
    fn new(name: &str) -> Workspace {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        Workspace(folder)
    }

    /// Writes packages, each a name with a model's source.
    fn write(&self, packages: &[(&str, String)]) {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let names: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
        let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
        let profiles = &manifest[manifest.find("[profile.dev]").expect("profiles")..];
        let workspace = format!("[workspace]\nresolver = \"2\"\nmembers = {names:?}\n\n{profiles}");
        fs::write(self.0.join("Cargo.toml"), workspace).unwrap();
        fs::copy(project.join("Cargo.lock"), self.0.join("Cargo.lock")).unwrap();
        for (name, model) in packages {
            let source = self.0.join(name).join("src");
            fs::create_dir_all(&source).unwrap();
            let path = |name: &str| project.join("crates").join(name);
            let manifest = format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[dependencies]\nserde_json = \"1\"\n\
                 nn = {{ path = {:?} }}\nplan = {{ path = {:?} }}\n",
                path("nn"),
                path("plan")
            );
            fs::write(self.0.join(name).join("Cargo.toml"), manifest).unwrap();
            fs::write(source.join("main.rs"), MAIN).unwrap();
            fs::write(source.join("model.rs"), model).unwrap();
        }
    }

    fn target(&self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
    }

    fn build(&self) -> Output {
        Command::new(env!("CARGO"))
            .args(["build", "--offline", "--keep-going", "--color=never", "--target-dir"])
            .arg(self.target())
            .current_dir(&self.0)
            .output()
            .unwrap()
    }

    /// Runs a package with the network on its standard input.
    fn run(&self, package: &str, network: &Network) -> String {
        let executable = self.target().join("debug").join(package).with_extension(std::env::consts::EXE_EXTENSION);
        let mut child = Command::new(executable)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&serde_json::to_vec(network).unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{package}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn model(network: &Network) -> String {
    program(network).unwrap().model
}

#[test]
fn models_compile_without_a_warning_and_compute() {
    let workspace = Workspace::new("models");
    workspace.write(&[("reference", model(&reference())), ("everything", model(&everything()))]);
    let output = workspace.build();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{messages}");
    assert!(!messages.contains("src/model.rs"), "a warning: {messages}");
    let summary =
        |network: &Network| format!("{} layers, {} weights\n", network.layers.len(), network.parameter_count());
    assert_eq!(workspace.run("reference", &reference()), summary(&reference()));
    assert_eq!(workspace.run("everything", &everything()), summary(&everything()));
}

#[test]
fn a_size_changed_by_hand_is_an_error_on_the_line_of_its_layer() {
    // What is changed, in the first place it is found after the layer's comment; and what rustc then says.
    let edits = [
        (
            "output_height",
            "conv3",
            "Image<34, 34, 128>",
            "Image<33, 34, 128>",
            "conv2d: the output's height does not follow",
        ),
        ("kernel_width", "conv4", "Kernel<3, 3>", "Kernel<3, 5>", "conv2d: the output's width does not follow"),
        ("pooled_twice", "pool2", "Strides<2, 2>", "Strides<3, 2>", "pooling: the output's height does not follow"),
        ("channels", "conv2", "Image<72, 72, 64>", "Image<72, 72, 63>", "mismatched types"),
        ("flat", "flatten", "Vector<6272>", "Vector<6271>", "flatten: the output's length is not"),
        ("units", "dense1", "Vector<512>", "Vector<511>", "mismatched types"),
        (
            "group_channels",
            "groups",
            "GroupedKernel<1, 1, 5>",
            "GroupedKernel<1, 1, 4>",
            "conv2d: the input's channels cannot be cut into groups",
        ),
        ("annotation", "conv2 + pool2", "Images<36, 36, 64, T>", "Images<35, 36, 64, T>", "mismatched types"),
    ];
    let models = [model(&reference()), model(&everything())];
    let wrong = |layer: &str, from: &str, to: &str| {
        let right = models.iter().find(|model| model.contains(&format!("// {layer}: "))).unwrap();
        let start = right.find(&format!("// {layer}: ")).or_else(|| right.find(&format!("/// {layer}: "))).unwrap();
        let (before, after) = right.split_at(start);
        assert!(after.contains(from), "{from}");
        format!("{before}{}", after.replacen(from, to, 1))
    };
    let name = |edit: &str| format!("wrong-{}", edit.replace('_', "-"));
    let names: Vec<String> = edits.iter().map(|edit| name(edit.0)).collect();
    let sources: Vec<String> = edits.iter().map(|(_, layer, from, to, _)| wrong(layer, from, to)).collect();
    let packages: Vec<(&str, String)> = names.iter().map(String::as_str).zip(sources.iter().cloned()).collect();
    let workspace = Workspace::new("wrong-models");
    workspace.write(&packages);
    let output = workspace.build();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    for ((edit, layer, _, _, expected), source) in edits.iter().zip(&sources) {
        let marker = format!("--> {}/src/model.rs:", name(edit));
        let of_edit: Vec<&str> = messages.split("\nerror").filter(|message| message.contains(&marker)).collect();
        let layer = layer.split(' ').next().unwrap();
        let blamed: Vec<Option<&str>> = of_edit
            .iter()
            .map(|message| {
                let place = &message[message.find(&marker).unwrap() + marker.len()..];
                layer_of_line(source, place.split(':').next().unwrap().parse().unwrap())
            })
            .collect();
        let said =
            of_edit.iter().zip(&blamed).any(|(message, blamed)| message.contains(expected) && *blamed == Some(layer));
        assert!(said, "{edit}: blamed {blamed:?}\n{}", of_edit.join("\nerror"));
    }
}
