//! The results of one experiment: which runs are expected, which are there, and the files that tell of them.

use crate::dataset::{self, Dataset};
use crate::error::Error;
use crate::experiment::Loaded;
use crate::measured::Measured;
use plan::memory::Images;
use plan::{Prepared, Run, Split, Training, Variant};
use record::{ExperimentDirectory, RunDirectory, RunRecord, Status, Weights, epochs_csv, runs_csv};
use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// Held by the call that writes the results. No variant can have this name.
const LOCK: &str = "~lock";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its record is there, and all that decides it is as it was.
    Current,
    /// It has begun: its checkpoint may serve.
    Begun,
    /// It was trained from another file, other images or by another engine.
    Stale,
    /// It failed when it was last tried.
    Failed,
    /// There is nothing.
    Missing,
}

struct Expected {
    chosen: bool,
    run: Run,
    run_id: String,
    /// Of all splits.
    images: Images,
    prepared: Prepared,
    standing: Standing,
}

/// A run to be trained.
pub struct Waiting<'a> {
    /// What to train.
    pub run: &'a Run,
    /// Its id.
    pub run_id: &'a str,
    /// Images of all its splits.
    pub images: Images,
    /// Where they are.
    pub prepared: &'a Prepared,
}

/// The results of one experiment.
pub struct Results<'a> {
    loaded: &'a Loaded,
    sets: &'a [String],
    directory: ExperimentDirectory,
    digests: Vec<String>,
    /// What each variant is measured on.
    measured: HashMap<String, Measured>,
    expected: Vec<Expected>,
    records: Vec<RunRecord>,
    lock: Option<File>,
}

impl<'a> Results<'a> {
    /// Results of `loaded`, with what `--set` changed in it, below `folder`.
    pub fn new(loaded: &'a Loaded, folder: &Path, sets: &'a [String]) -> Results<'a> {
        let directory = ExperimentDirectory::new(folder, &loaded.experiment.name);
        let (digests, expected, records) = (Vec::new(), Vec::new(), Vec::new());
        Results { loaded, sets, directory, digests, measured: HashMap::new(), expected, records, lock: None }
    }

    /// Where they are.
    pub fn directory(&self) -> &ExperimentDirectory {
        &self.directory
    }

    /// Adds the runs of a variant, and the records of those that are there. Those of a variant that is not `chosen` are
    /// reported where they are there, but not trained.
    pub fn expect(&mut self, variant: &Variant, dataset: &Dataset, chosen: bool) -> Result<(), Error> {
        let mut variant = variant.clone();
        variant.settings.data.classes.clone_from(&dataset.manifest.classes);
        self.measured.insert(variant.name.clone(), dataset.measured.clone());
        let weights = match &variant.settings.network.weights {
            Some(path) => Some(blake3::hash(&fs::read(path).map_err(Error::read(path))?).to_hex().to_string()),
            None => None,
        };
        let digest = &dataset.prepared.digest;
        if !self.digests.contains(digest) {
            self.digests.push(digest.clone());
        }
        for &seed in &self.loaded.experiment.seeds {
            let run = self.loaded.experiment.run(&variant, seed);
            let run_id = plan::run_id(&run.settings, seed, digest, weights.as_deref());
            let (standing, record) = standing(&self.directory.run(&run.variant, seed), &run_id);
            self.records.extend(record);
            let images = dataset::images(&dataset.manifest);
            let prepared = dataset.prepared.clone();
            self.expected.push(Expected { chosen, run, run_id, images, prepared, standing });
        }
        Ok(())
    }

    /// Whether `run` is to be trained whatever its images show: nothing is there of it, or of other settings.
    pub fn lacks(&self, run: &Run) -> bool {
        let directory = self.directory.run(&run.variant, run.seed);
        let trained = fs::read(directory.plan()).ok().and_then(|json| serde_json::from_slice::<Run>(&json).ok());
        let id = |run: &Run| plan::run_id(&run.settings, run.seed, "", None);
        !directory.record().is_file() || trained.is_none_or(|trained| id(&trained) != id(run))
    }

    /// The runs to train, in order.
    pub fn waiting(&self) -> impl Iterator<Item = Waiting<'_>> {
        let waiting = self.expected.iter().filter(|run| run.chosen && run.standing != Standing::Current);
        waiting.map(|Expected { run, run_id, images, prepared, .. }| Waiting { run, run_id, images: *images, prepared })
    }

    /// Makes the folder and keeps other calls out of it until this one ends.
    pub fn open(&mut self) -> Result<(), Error> {
        let runs = self.directory.path().join("runs");
        fs::create_dir_all(&runs).map_err(Error::write(&runs))?;
        // What is below is this machine's own, wherever the results are.
        let ignore = runs.join(".gitignore");
        files::write_if_changed(&ignore, b"*\n").map_err(Error::write(&ignore))?;
        let path = runs.join(LOCK);
        let lock = File::create(&path).map_err(Error::write(&path))?;
        match lock.try_lock() {
            Ok(()) => self.lock = Some(lock),
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: self.directory.path().to_path_buf() }),
            // A file system without locks: nothing to keep others out with.
            Err(TryLockError::Error(_)) => {}
        }
        // What another call has done since is seen now that it is out.
        self.records = self.reported();
        for expected in &mut self.expected {
            let directory = self.directory.run(&expected.run.variant, expected.run.seed);
            let (standing, record) = standing(&directory, &expected.run_id);
            if standing == Standing::Current {
                // Left where a kill fell between the record and its removal. A file that stays does no harm.
                fs::remove_file(directory.checkpoint()).ok();
            }
            expected.standing = standing;
            self.records.extend(record);
        }
        let runs = self.expected.iter().map(|expected| self.directory.run(&expected.run.variant, expected.run.seed));
        let folders = runs.map(|run| run.path().to_path_buf());
        for folder in folders.chain([self.directory.path().join("runs"), self.directory.path().to_path_buf()]) {
            files::sweep(&folder).map_err(Error::write(&folder))?;
        }
        Ok(())
    }

    /// What the result files tell of runs that are as they would be trained today: in a fresh clone they are there when
    /// `runs/` is not. They stay in the report until the run is trained here.
    fn reported(&self) -> Vec<RunRecord> {
        let read = |path: PathBuf| fs::read_to_string(path).ok();
        let table = read(self.directory.runs_csv()).and_then(|text| runs_csv::parse(&text).ok());
        let epochs = read(self.directory.epochs_csv()).and_then(|text| epochs_csv::parse(&text).ok());
        let (Some(table), Some((_, epochs))) = (table, epochs) else { return Vec::new() };
        let mut records = runs_csv::assemble(&table.rows, &epochs);
        records.retain(|record| {
            self.expected.iter().any(|expected| {
                let run = &expected.run;
                (&run.variant, run.seed, &expected.run_id) == (&record.variant, record.seed, &record.run_id)
            })
        });
        records
    }

    /// Runs that were not chosen and are not reported either, since they were trained from another file, other images or
    /// by another engine.
    pub fn left_out(&self) -> Vec<String> {
        let known = self.records();
        let is_known = |run: &Run| known.iter().any(|record| record.variant == run.variant && record.seed == run.seed);
        let stale = self.expected.iter().filter(|expected| !expected.chosen && expected.standing == Standing::Stale);
        let lost = stale.filter(|expected| !is_known(&expected.run));
        lost.map(|expected| format!("{} seed {}", expected.run.variant, expected.run.seed)).collect()
    }

    /// Whether this call was to train a run.
    pub fn is_chosen(&self, record: &RunRecord) -> bool {
        let is_it = |run: &Run| run.variant == record.variant && run.seed == record.seed;
        self.expected.iter().any(|expected| expected.chosen && is_it(&expected.run))
    }

    /// Takes in a run that has ended.
    pub fn add(&mut self, record: RunRecord) {
        self.records.push(record);
    }

    /// The records there are, in file order, then by seed.
    pub fn records(&self) -> Vec<&RunRecord> {
        let find = |run: &Run| {
            self.records.iter().rev().find(|record| record.variant == run.variant && record.seed == run.seed)
        };
        self.expected.iter().filter_map(|expected| find(&expected.run)).collect()
    }

    /// Writes CSVs, plots and README.md from the records there are.
    pub fn write(&self) -> Result<(), Error> {
        let records: Vec<RunRecord> = self.records().into_iter().cloned().collect();
        report::write(&self.directory, &self.input(), &records)?;
        Ok(())
    }

    /// The table that a person sees at the end.
    pub fn summary(&self) -> Result<String, Error> {
        let records: Vec<RunRecord> = self.records().into_iter().cloned().collect();
        Ok(report::summary_table(&self.input(), &records)?)
    }

    /// What a call would do.
    pub fn describe(&self) -> String {
        let mut text = format!("{}:\n", self.directory.path().display());
        for expected in self.expected.iter().filter(|expected| expected.chosen) {
            let words = match expected.standing {
                Standing::Current => "current",
                Standing::Begun => "begun: would go on",
                Standing::Stale => "stale: would be trained again",
                Standing::Failed => "failed: would be tried again",
                Standing::Missing => "would be trained",
            };
            text.push_str(&format!("  {} seed {}: {words}\n", expected.run.variant, expected.run.seed));
        }
        text
    }

    fn input(&self) -> report::Input {
        let experiment = &self.loaded.experiment;
        let variants = experiment.variants.iter().map(|variant| {
            let Measured { validation, test } = self.measured.get(&variant.name).cloned().unwrap_or_default();
            report::VariantInput {
                name: variant.name.clone(),
                levels: variant.levels.iter().map(|level| (level.factor.clone(), level.level.clone())).collect(),
                swept: variant.swept.clone(),
                weights: weights(&variant.settings.training, validation.is_some()),
                validation,
                test,
            }
        });
        let mut metrics: Vec<String> = Vec::new();
        for variant in &experiment.variants {
            for metric in &variant.settings.training.metrics {
                if !metrics.iter().any(|known| known == metric.name()) {
                    metrics.push(metric.name().to_owned());
                }
            }
        }
        report::Input {
            name: experiment.name.clone(),
            description: experiment.description.clone(),
            file: command(&self.loaded.path, self.sets),
            baseline: experiment.baseline.clone(),
            seeds: experiment.seeds.clone(),
            variants: variants.collect(),
            swept_paths: experiment.swept_paths.clone(),
            metrics,
            data_digest: Some(self.digests.join(" ")),
        }
    }
}

/// Whose weights a run keeps, and is tested with.
fn weights(training: &Training, has_validation: bool) -> Weights {
    let keeps_last = training.early_stopping.as_ref().is_some_and(|stopping| !stopping.restore_best_weights);
    // Where the watched number is not measured, every epoch counts as the best so far.
    let is_watched = has_validation || training.monitor().split != Split::Validation;
    if keeps_last || !is_watched { Weights::LastEpoch } else { Weights::BestEpoch }
}

/// What is typed after `ablate run`: the experiment file from its project folder, which is the same on every machine,
/// and what was overridden. A folder of images is this machine's own and stands as PATH.
fn command(file: &Path, sets: &[String]) -> String {
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
        command.push_str(&crate::interrupt::quote(set));
    }
    command
}

/// Whether a value at this path of an experiment file is a path of this machine, or a table that may hold one.
fn holds_a_path(path: &str) -> bool {
    ["data.directory", "model.weights"]
        .iter()
        .any(|known| *known == path || known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

fn standing(directory: &RunDirectory, run_id: &str) -> (Standing, Option<RunRecord>) {
    let record = fs::read(directory.record()).ok().and_then(|json| serde_json::from_slice::<RunRecord>(&json).ok());
    match record {
        Some(record) if record.run_id != run_id => (Standing::Stale, None),
        Some(record) if record.status == Status::Failed => (Standing::Failed, Some(record)),
        // Without its model nothing can be explained or predicted: it is trained again.
        Some(record) if record.status != Status::Diverged && !directory.model().is_file() => (Standing::Missing, None),
        Some(record) => (Standing::Current, Some(record)),
        None if directory.checkpoint().exists() => (Standing::Begun, None),
        None => (Standing::Missing, None),
    }
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

    #[test]
    fn a_run_lacks_what_no_earlier_call_has_trained_with_its_settings() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.toml");
        let text = "schema = 1\nname = \"one\"\nmodel.layers = [{ type = \"flatten\" }, { type = \"dense\" }]\n\
                    training = { epochs = 1, optimizer = \"sgd\" }\n\
                    data = { directory = \"drawn\", image_size = [4, 4], generate = { kind = \"pets\", train = 4, \
                    validation = 4, test = 4 } }\n";
        fs::write(&file, text).unwrap();
        let loaded = crate::experiment::load(&file, &[]).unwrap();
        let results = Results::new(&loaded, folder.path(), &[]);
        let run = loaded.experiment.run(&loaded.experiment.variants[0], 0);
        assert!(results.lacks(&run));
        let directory = results.directory().run(&run.variant, 0);
        fs::create_dir_all(directory.path()).unwrap();
        fs::write(directory.plan(), serde_json::to_vec(&run).unwrap()).unwrap();
        assert!(results.lacks(&run), "it has only begun");
        fs::write(directory.record(), "{}").unwrap();
        assert!(!results.lacks(&run), "the images decide");
        let mut larger = run.clone();
        larger.settings.data.image_size = [8, 8];
        assert!(results.lacks(&larger));
    }
}
