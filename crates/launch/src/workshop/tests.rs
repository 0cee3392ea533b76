//! With a cargo of a few lines of shell, which "builds" by writing a file and does nothing where it is there.

use super::*;
use crate::testing::script;
use plan::{Layer, Shape};
use tempfile::TempDir;

/// Writes each call into `calls`. A program is its text; what is in `says` is said instead of building.
const CARGO: &str = r#"
[ "$1" = --version ] && exit 0
root=$(dirname "$0")
echo "$1" >>"$root/calls"
while [ $# -gt 0 ]; do
    [ "$1" = --target-dir ] && target=$2
    [ "$1" = --package ] && package=$2
    [ "$1" = --offline ] && offline=yes
    command=${command:-$1}
    shift
done
if [ "$command" = clean ]; then
    rm -f "$target/release/$package"
    exit
fi
if [ -e "$root/says" ]; then
    cat "$root/says" >&2
    exit 101
fi
mkdir -p "$target/release"
for package in $(grep -o 'net-[0-9a-f]*' Cargo.toml); do
    [ -e "$target/release/$package" ] && continue
    echo "   Compiling $package v0.0.0 ($PWD/$package)" >&2
    echo "the program of $package" >"$target/release/$package"
done
"#;

struct Project {
    folder: TempDir,
    workshop: Workshop,
}

impl Project {
    fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("crates/nn/src")).unwrap();
        for name in ["Cargo.lock", "Cargo.toml", "crates/nn/src/lib.rs"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let cargo = script(&folder.path().join("cargo"), CARGO);
        let toolchain = Toolchain { cargo: cargo.into(), rustc: "true".into() };
        let target = folder.path().join("target");
        let workshop = Workshop { sources: folder.path().into(), target, toolchain, compiler: "rustc 1" };
        Project { folder, workshop }
    }

    /// Builds two networks of one package and one of another. Gives the programs, and what was told of damage.
    fn build(&self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), BuildError> {
        let networks = [4, 4, 5].map(network);
        let networks: Vec<&Network> = networks.iter().collect();
        let mut damaged = Vec::new();
        let built = self.workshop.build(&networks, &mut |step| match step {
            Step::Damaged(path) => damaged.push(path.to_path_buf()),
            Step::Compiling(_) => {}
        })?;
        Ok((built.into_iter().map(|(path, _)| path).collect(), damaged))
    }

    /// Cargo's calls since this was last asked.
    fn calls(&self) -> Vec<String> {
        let path = self.folder.path().join("calls");
        let calls = fs::read_to_string(&path).unwrap_or_default().lines().map(str::to_owned).collect();
        fs::remove_file(path).ok();
        calls
    }

    fn cargo_says(&self, words: &str) -> BuildError {
        fs::write(self.folder.path().join("says"), words).unwrap();
        self.build().unwrap_err()
    }
}

fn network(side: usize) -> Network {
    let input = Shape::Image { height: side, width: side, channels: 3 };
    Network::stack(input, vec![("flatten".to_owned(), Layer::Flatten, Some(12))]).unwrap()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn what_is_there_and_whole_needs_no_cargo() {
    let mut project = Project::new();
    let (programs, _) = project.build().unwrap();
    assert_eq!((programs[0] == programs[1], programs[0] == programs[2]), (true, false));
    assert_eq!(project.calls(), ["build"]);
    project.workshop.toolchain = Toolchain { cargo: "/nowhere/cargo".into(), rustc: "/nowhere/rustc".into() };
    assert_eq!(project.build().unwrap(), (programs, Vec::new()));
    // Sources that have changed since are cargo's to judge.
    fs::write(project.folder.path().join("crates/nn/src/lib.rs"), "// changed").unwrap();
    assert!(project.build().unwrap_err().to_string().starts_with("cannot find `cargo`"));
}

#[test]
fn what_another_compiler_made_is_built_again() {
    let mut project = Project::new();
    assert!(Workshop::of_project().unwrap().compiler.starts_with("rustc "), "that of the tool is known");
    project.build().unwrap();
    project.calls();
    project.workshop.compiler = "rustc 2";
    project.build().unwrap();
    assert_eq!(project.calls(), ["build"]);
    project.build().unwrap();
    assert!(project.calls().is_empty());
}

#[test]
fn a_damaged_program_is_named_and_built_again() {
    let project = Project::new();
    let (programs, _) = project.build().unwrap();
    let before: Vec<String> = programs.iter().map(|path| text(path)).collect();
    project.calls();
    // In place: cargo's file is the same, and cargo takes it for new.
    fs::write(&programs[2], "damaged").unwrap();
    assert_eq!(text(&project.workshop.target.join("release").join(programs[2].file_name().unwrap())), "damaged");
    assert_eq!(project.build().unwrap(), (programs.clone(), vec![programs[2].clone()]));
    assert_eq!(project.calls(), ["clean", "build"]);
    assert_eq!(programs.iter().map(|path| text(path)).collect::<Vec<_>>(), before);
    assert_eq!(project.build().unwrap(), (programs, Vec::new()));
    assert!(project.calls().is_empty());
}

#[test]
fn cargo_s_own_file_is_not_kept_where_it_is_damaged() {
    let project = Project::new();
    let (programs, _) = project.build().unwrap();
    let release = project.workshop.target.join("release");
    let built = release.join(programs[0].file_name().unwrap());
    fs::write(&built, "damaged").unwrap();
    fs::remove_file(&programs[0]).unwrap();
    project.calls();
    assert_eq!(project.build().unwrap(), (programs.clone(), vec![built]));
    assert_eq!(project.calls(), ["build", "clean", "build"]);
    assert!(text(&programs[0]).starts_with("the program of net-"));
}

#[test]
fn each_failure_has_its_headline_and_cargo_s_words() {
    let project = Project::new();
    let full = "error: failed to write `x`: No space left on device (os error 28)\nerror: could not compile `net-1`\n";
    let message = project.cargo_says(full).to_string();
    assert!(
        message.contains("the disk is full; free some space for /") && message.contains(full.trim_end()),
        "{message}"
    );
    assert_eq!(project.calls(), ["build"], "the registry would not help");
    let message = project.cargo_says("error: could not compile `nn` (signal: 9, SIGKILL: kill)").to_string();
    assert!(message.contains("when memory runs out") && !message.contains("does not compile"), "{message}");
    project.calls();
    let message = project.cargo_says("error: failed to create `/.cargo`: Permission denied (os error 13)").to_string();
    assert!(message.contains("CARGO_HOME") && message.contains("failed to create"), "{message}");
    assert_eq!(project.calls(), ["build"]);
    let message = project.cargo_says("error: failed to download `x`").to_string();
    assert!(message.contains("needs it in reach"), "{message}");
    assert_eq!(project.calls(), ["build", "build"], "once more, online");
    let message = project.cargo_says("error: linker `cc` not found\nerror: could not compile `libm`").to_string();
    assert!(message.starts_with("cargo could not build the model programs\n\nerror: linker `cc`"), "{message}");

    let networks = [network(4)];
    let package = codegen::program(&networks[0]).unwrap().package;
    let line =
        codegen::model_source(&networks[0]).unwrap().lines().position(|line| line.contains("flatten")).unwrap() + 1;
    let model = format!("error[E0]: no\n --> {package}/src/model.rs:{line}:1\nerror: could not compile `{package}`");
    let message = project.cargo_says(&model).to_string();
    assert!(message.starts_with("the model program does not compile\n  layer `flatten`, line 12 of"), "{message}");
}

#[test]
fn a_target_folder_that_cannot_be_written_to_is_named() {
    let project = Project::new();
    fs::write(&project.workshop.target, "a file").unwrap();
    let message = project.build().unwrap_err().to_string();
    assert!(
        message.contains("/target/ablate: ") && message.contains("a file stands where a folder should be"),
        "{message}"
    );
}

#[test]
fn the_workspace_sees_the_project_s_crates() {
    let project = Project::new();
    let crates = project.workshop.target.join("ablate/crates");
    let leads_to = || fs::read_link(&crates).unwrap();
    let renewed = || {
        fs::remove_dir_all(project.workshop.memory("programs")).ok();
        project.build()
    };
    renewed().unwrap();
    assert_eq!(leads_to(), project.folder.path().join("crates"));
    // As in a copy of a project that was elsewhere.
    for elsewhere in ["/nowhere", "crates"] {
        fs::remove_file(&crates).unwrap();
        symlink(elsewhere, &crates).unwrap();
        renewed().unwrap();
        assert_eq!(leads_to(), project.folder.path().join("crates"));
    }
    // What is not a link is somebody's.
    fs::remove_file(&crates).unwrap();
    fs::create_dir(&crates).unwrap();
    let message = renewed().unwrap_err().to_string();
    assert!(message.contains("/target/ablate/crates: File exists"), "{message}");
}
