//! The folder that relative paths in an experiment file start at.

use std::path::{Path, PathBuf};

/// The parent of the folder named `experiments` that holds `file`, so that a project is a folder with `experiments`,
/// `data` and `results` in it; the file's own folder where it is called otherwise. Relative if `file` is (empty for the
/// working directory).
pub fn project_folder(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    match folder.file_name() {
        Some(name) if name == "experiments" => folder.parent().unwrap_or(folder).to_path_buf(),
        Some(_) => folder.to_path_buf(),
        // `x.toml`, `../x.toml`: the folder's name has to be looked up.
        None => {
            let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            match here.canonicalize() {
                Ok(full) if full.file_name().is_some_and(|name| name == "experiments") => folder.join(".."),
                Ok(_) | Err(_) => folder.to_path_buf(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_what_holds_the_folder_experiments() {
        let folder = |file: &str| project_folder(Path::new(file));
        assert_eq!(folder("experiments/quick.toml"), Path::new(""));
        assert_eq!(folder("/home/ada/pets/experiments/quick.toml"), Path::new("/home/ada/pets"));
        assert_eq!(folder("../experiments/quick.toml"), Path::new(".."));
        assert_eq!(folder("mine/quick.toml"), Path::new("mine"));
        assert_eq!(folder("quick.toml"), Path::new(""));
    }
}
