//! The command that gives the same results again.

use crate::interrupt::quote;
use std::path::Path;

/// What is typed after `ablate run`: the experiment file from its project folder, which is the same on every machine,
/// and what was overridden. A folder of images is this machine's own and stands as PATH.
pub fn command(file: &Path, sets: &[String]) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let full = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let mut command = match full.parent().and_then(Path::file_name) {
        Some(folder) if folder == "experiments" => format!("experiments/{name}"),
        _ => name.into_owned(),
    };
    for set in sets {
        let set = match set.split_once('=') {
            Some((path, _)) if holds_a_path(path.trim()) => &format!("{}=PATH", path.trim()),
            _ => set,
        };
        command.push_str(" --set ");
        command.push_str(&quote(set));
    }
    command
}

/// Whether a value at this path of an experiment file is a path of this machine, or a table that may hold one.
fn holds_a_path(path: &str) -> bool {
    ["data.directory", "model.weights"]
        .iter()
        .any(|known| *known == path || known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_this_machine_is_told() {
        let told = |set: &str| command(Path::new("experiments/a.toml"), &[set.to_owned()]);
        for (set, shown) in [
            ("data.directory=/home/me/photos", "data.directory=PATH"),
            ("model.weights = /tmp/w.safetensors", "model.weights=PATH"),
            ("data={directory=\"/home/me\"}", "data=PATH"),
            ("data.batch_size=3", "data.batch_size=3"),
        ] {
            assert!(told(set).ends_with(&format!(" --set {shown}")), "{}", told(set));
        }
    }
}
