//! Where things are in a results folder. Everything above `runs/` is committed; what is below is not.

use std::path::{Path, PathBuf};

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
        RunDirectory(self.0.join("runs").join(variant).join(format!("seed-{seed}")))
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
