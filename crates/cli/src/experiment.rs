//! Experiment files, read and resolved.

use crate::error::{Error, colored};
use crate::weights_file;
use plan::{Experiment, Variant};
use std::io::Write;
use std::path::{Path, PathBuf};

/// An experiment and where it came from.
pub struct Loaded {
    /// The file, as given on the command line.
    pub path: PathBuf,
    /// What it says.
    pub experiment: Experiment,
}

impl Loaded {
    /// Where results go unless the command line says otherwise: `results` in the project's folder.
    pub fn default_results(&self) -> PathBuf {
        spec::project_folder(&self.path).join("results")
    }

    /// The variant of that name.
    ///
    /// # Errors
    /// [`Error::Usage`] with the names there are.
    pub fn variant(&self, name: &str) -> Result<&Variant, Error> {
        self.experiment.variant(name).ok_or_else(|| {
            let names: Vec<String> =
                self.experiment.variants.iter().map(|v| format!("  {}", files::shown(&v.name))).collect();
            Error::Usage(format!(
                "{} has no variant `{}`; its variants are\n{}",
                files::shown(&self.path),
                files::shown(name),
                names.join("\n")
            ))
        })
    }
}

/// Reads and resolves one file.
///
/// # Errors
/// [`Error::Read`], [`Error::Spec`].
pub fn load(path: &Path, sets: &[String]) -> Result<Loaded, Error> {
    let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
    let classes = |data: &plan::DataPlan| data::class_names(data).map_err(|error| error.to_string());
    let request = spec::Request {
        sets,
        has_validation: Some(&|data| data::has_validation(data).ok()),
        weights: Some(&weights_file::arrays),
        ..spec::Request::new(path, &text, &classes)
    };
    let (mut experiment, warnings) = spec::load_with_warnings(&request).map_err(Error::Spec)?;
    if let Some(warnings) = warnings {
        writeln!(std::io::stderr(), "{}", warnings.render(colored()).trim_end()).ok();
    }
    // Images named on the command line are the reader's own: a folder that is not there is a mistake, not a wish.
    let sets_path = |path: &str| sets.iter().any(|set| set.trim_start().starts_with(path));
    if (sets_path("data.directory") || sets_path("data.manifest")) && !sets_path("data.generate") {
        for variant in &mut experiment.variants {
            variant.settings.data.generate = None;
        }
    }
    Ok(Loaded { path: path.to_path_buf(), experiment })
}

/// [`load_each`], for results: no two files share a folder of them.
///
/// # Errors
/// Those of [`load_each`]; [`Error::Usage`] where two files have one name.
pub fn load_all(paths: &[PathBuf], sets: &[String]) -> Result<Vec<Loaded>, Error> {
    let loaded = load_each(paths, sets)?;
    for (index, one) in loaded.iter().enumerate() {
        if let Some(other) = loaded[..index].iter().find(|other| other.experiment.name == one.experiment.name) {
            return Err(Error::Usage(format!(
                "{} and {} are both named `{}`, so they would share a folder of results",
                files::shown(&other.path),
                files::shown(&one.path),
                one.experiment.name
            )));
        }
    }
    Ok(loaded)
}

/// Reads and resolves all files; every wrong file is reported before the call fails.
///
/// # Errors
/// The last file's error, after the others' have been printed.
pub fn load_each(paths: &[PathBuf], sets: &[String]) -> Result<Vec<Loaded>, Error> {
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut failed = None;
    for path in paths {
        match load(path, sets) {
            Ok(experiment) => loaded.push(experiment),
            Err(error) => {
                if let Some(earlier) = failed.replace(error) {
                    Error::print(&earlier);
                }
            }
        }
    }
    failed.map_or(Ok(loaded), Err)
}

/// Runs for tests.
#[cfg(test)]
pub mod testing {
    /// The run of a small experiment, whose text is changed.
    pub fn run(change: impl Fn(&str) -> String) -> plan::Run {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.toml");
        let text = "schema = 1\nname = \"one\"\nmodel.layers = [{ type = \"flatten\" }, { type = \"dropout\", rate = 0.5 }, \
                    { type = \"dense\" }]\ntraining = { epochs = 6, optimizer = { type = \"adam\", learning_rate = 0.001 } }\n\
                    data = { directory = \"drawn\", image_size = [4, 4], generate = { kind = \"pets\", train = 4, \
                    validation = 4, test = 4 } }\n";
        std::fs::write(&file, change(text)).unwrap();
        let loaded = super::load(&file, &[]).unwrap();
        loaded.experiment.run(&loaded.experiment.variants[0], 0)
    }
}
