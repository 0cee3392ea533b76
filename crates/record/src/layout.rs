//! Where things are in a results folder. Everything above `runs/` is committed; what is below is not.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The results of one experiment: `results/<experiment>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentDirectory(PathBuf);

impl ExperimentDirectory {
    /// The folder of experiment `name` below `results`.
    pub fn new(results: &Path, name: &str) -> ExperimentDirectory {
        ExperimentDirectory(results.join(name))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folders of the runs.
    pub fn runs(&self) -> PathBuf {
        self.0.join("runs")
    }

    /// One row an epoch.
    pub fn epochs_csv(&self) -> PathBuf {
        self.0.join("epochs.csv")
    }

    /// One row a run.
    pub fn runs_csv(&self) -> PathBuf {
        self.0.join("runs.csv")
    }

    /// One row for each variant and metric.
    pub fn comparison_csv(&self) -> PathBuf {
        self.0.join("comparison.csv")
    }

    /// What a person opens first.
    pub fn readme(&self) -> PathBuf {
        self.0.join("README.md")
    }

    /// The plot `name` with ending `extension` (`svg`, `png`).
    pub fn plot(&self, name: &str, extension: &str) -> PathBuf {
        self.0.join(format!("{name}.{extension}"))
    }

    /// The folder of one run.
    pub fn run(&self, variant: &str, seed: u64) -> RunDirectory {
        RunDirectory(self.runs().join(variant).join(format!("seed-{seed}")))
    }
}

/// The folder of one run: `results/<experiment>/runs/<variant>/seed-<n>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDirectory(PathBuf);

impl RunDirectory {
    /// A folder that is one already.
    pub fn at(path: PathBuf) -> RunDirectory {
        RunDirectory(path)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Beside it: where a run is trained that will take this one's place. This one stays as it is until then.
    pub fn successor(&self) -> RunDirectory {
        self.beside(".new")
    }

    /// Beside it: where this run stands for the moment in which its successor takes its place.
    pub fn predecessor(&self) -> RunDirectory {
        self.beside(".old")
    }

    fn beside(&self, ending: &str) -> RunDirectory {
        let mut name = self.0.file_name().unwrap_or_default().to_owned();
        name.push(ending);
        RunDirectory(self.0.with_file_name(name))
    }

    /// The run's [`RunRecord`](crate::RunRecord), there once it has ended.
    pub fn record(&self) -> PathBuf {
        self.0.join("run.json")
    }

    /// The resolved run (as JSON), for `predict` and `explain`.
    pub fn plan(&self) -> PathBuf {
        self.0.join("plan.json")
    }

    /// All that is needed to go on after an epoch, but for the rows of the epochs up to it.
    pub fn checkpoint(&self) -> PathBuf {
        self.0.join("checkpoint.safetensors")
    }

    /// The rows of finished epochs, a line of JSON each.
    pub fn rows(&self) -> PathBuf {
        self.0.join("epochs.jsonl")
    }

    /// The best epoch's weights.
    pub fn model(&self) -> PathBuf {
        self.0.join("model.safetensors")
    }

    /// The generated model, for reading.
    pub fn source(&self) -> PathBuf {
        self.0.join("model.rs")
    }

    /// Seconds and rates of each epoch.
    pub fn timing_csv(&self) -> PathBuf {
        self.0.join("timing.csv")
    }

    /// Host, processor, commit, time.
    pub fn provenance(&self) -> PathBuf {
        self.0.join("provenance.json")
    }

    /// What the program wrote to standard error.
    pub fn log(&self) -> PathBuf {
        self.0.join("log.txt")
    }
}

/// Checks that `path`, where it is in the folder of a run or is that folder, leads through no symbolic link below the
/// results: a results folder may have been copied from elsewhere, and nothing is written through such a link.
///
/// # Errors
/// Those of [`files::refuse_links`].
pub fn refuse_links(path: &Path) -> io::Result<()> {
    // A person may stand in the results: `.` and `seed-0` are below the same folders.
    let path = &std::path::absolute(path)?;
    let components: Vec<Component> = path.components().collect();
    let is = |index: usize, test: &dyn Fn(&str) -> bool| {
        components.get(index).is_some_and(|component| test(&component.as_os_str().to_string_lossy()))
    };
    let runs = (0..components.len())
        .rev()
        .find(|&index| is(index, &|name| name == "runs") && is(index + 2, &|name| name.starts_with("seed-")));
    match runs {
        // The experiment's folder is in the results, too.
        Some(runs) => files::refuse_links(&components[..runs.saturating_sub(1)].iter().collect::<PathBuf>(), path),
        None => Ok(()),
    }
}

/// A new, empty file at `path` in the folder of a run, to be written to as it grows. A link in its place is replaced.
///
/// # Errors
/// Those of [`refuse_links`] for its folder, and those of [`files::create`].
pub fn create(path: &Path) -> io::Result<File> {
    let path = std::path::absolute(path)?;
    refuse_links(path.parent().unwrap_or(&path))?;
    files::create(&path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_anywhere_below_the_results_is_refused_and_one_to_them_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("runs/disk/one/runs/base/seed-0")).unwrap();
        symlink(at("runs/disk"), at("runs/results")).unwrap();
        refuse_links(&at("runs/results/one/runs/base/seed-0/explain/cat")).unwrap();
        for (link, path) in [
            ("two", "two/runs/base/seed-0/predict.log"),
            ("one/runs/on", "one/runs/on/seed-0/predict.log"),
            ("one/runs/base/seed-1", "one/runs/base/seed-1/predict.log"),
            ("one/runs/base/seed-0/explain", "one/runs/base/seed-0/explain/cat"),
        ] {
            symlink(folder.path(), at("runs/disk").join(link)).unwrap();
            let error = refuse_links(&at("runs/results").join(path)).unwrap_err().to_string();
            assert!(error.contains(&format!("{link} is a symbolic link")), "{error}");
        }
    }

    #[test]
    fn a_log_is_made_in_a_folder_and_not_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("one/runs/base/seed-0")).unwrap();
        fs::write(at("precious"), "all my work").unwrap();
        symlink(at("precious"), at("one/runs/base/seed-0/log.txt")).unwrap();
        symlink(at("one/runs/base"), at("one/runs/on")).unwrap();
        create(&at("one/runs/on/seed-0/log.txt")).unwrap_err();
        create(&at("one/runs/base/seed-0/log.txt")).unwrap();
        assert!(!at("one/runs/base/seed-0/log.txt").is_symlink());
        assert_eq!(fs::read(at("precious")).unwrap(), b"all my work");
    }

    #[test]
    fn a_link_is_refused_wherever_a_person_stands() {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("one/runs/base/seed-0");
        fs::create_dir_all(&seed).unwrap();
        symlink(folder.path(), seed.join("explain")).unwrap();
        // No other test of this crate has a relative path.
        let before = std::env::current_dir().unwrap();
        for (at, run) in
            [(seed.as_path(), "."), (seed.parent().unwrap(), "seed-0"), (folder.path(), "one/runs/base/seed-0")]
        {
            std::env::set_current_dir(at).unwrap();
            let run = Path::new(run);
            let error = refuse_links(&run.join("explain/cat")).unwrap_err().to_string();
            assert!(error.contains("explain is a symbolic link"), "{error}");
            create(&run.join("explain/log.txt")).unwrap_err();
            create(&run.join("log.txt")).unwrap();
        }
        std::env::set_current_dir(&seed).unwrap();
        create(Path::new("log.txt")).unwrap();
        std::env::set_current_dir(before).unwrap();
        assert!(!folder.path().join("log.txt").exists());
    }

    #[test]
    fn a_run_has_a_place_for_the_one_that_comes_and_for_the_one_that_goes() {
        let run = ExperimentDirectory::new(Path::new("results"), "one").run("rate=0.5", 3);
        assert_eq!(run.successor().path(), Path::new("results/one/runs/rate=0.5/seed-3.new"));
        assert_eq!(run.predecessor().path(), Path::new("results/one/runs/rate=0.5/seed-3.old"));
    }
}
