//! The results of one experiment: which runs are expected, which are there, and the files that tell of them.
//!
//! No row and no run is lost without a word. A finished run that would be another one today is trained beside the old one,
//! which stays until that is done; rows of variants and seeds that the file does not have any more stay at the end of the
//! tables, until `--prune`.

mod command;
mod departed;
mod found;
mod git;
mod notices;
mod reason;

use crate::dataset::{self, Dataset};
use crate::error::Error;
use crate::experiment::Loaded;
use crate::measured::Measured;
use plan::memory::Images;
use plan::{Prepared, Run, Split, Training, Variant};
use record::{Earlier, ExperimentDirectory, RunDirectory, RunRecord, Status, Weights, seal};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

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
    /// What is reported of it.
    record: Option<RunRecord>,
    /// Why the finished run that is there is not this one.
    replaces: Option<String>,
    /// Where it is trained.
    workplace: RunDirectory,
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
    /// Where it is trained: where it belongs, or beside an earlier run.
    pub workplace: &'a RunDirectory,
    /// Why the finished run that is there is not this one.
    pub replaces: Option<&'a str>,
}

/// What is asked of results.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// What `--set` changed in the file.
    pub sets: &'a [String],
    /// Whether what the file does not have any more is removed.
    pub prune: bool,
}

/// The results of one experiment.
pub struct Results<'a> {
    loaded: &'a Loaded,
    wish: Wish<'a>,
    /// Holds a folder of results for each experiment.
    base: PathBuf,
    directory: ExperimentDirectory,
    digests: Vec<String>,
    /// Digests of files of initial weights.
    weights: BTreeMap<PathBuf, String>,
    /// What each variant is measured on.
    measured: HashMap<String, Measured>,
    expected: Vec<Expected>,
    /// Where each variant and seed is in it.
    places: HashMap<(String, u64), usize>,
    /// What the tables tell of runs without a record.
    kept: Earlier,
    /// What the tables tell of runs that the file does not have any more, where they are not kept.
    pruned: Vec<(String, u64)>,
    /// What was found damaged, a line each.
    damaged: Vec<String>,
    lock: Option<File>,
}

impl<'a> Results<'a> {
    /// Results of `loaded` below `folder`.
    pub fn new(loaded: &'a Loaded, folder: &Path, wish: Wish<'a>) -> Results<'a> {
        Results {
            loaded,
            wish,
            base: folder.to_path_buf(),
            directory: ExperimentDirectory::new(folder, &loaded.experiment.name),
            digests: Vec::new(),
            weights: BTreeMap::new(),
            measured: HashMap::new(),
            expected: Vec::new(),
            places: HashMap::new(),
            kept: Earlier::default(),
            pruned: Vec::new(),
            damaged: Vec::new(),
            lock: None,
        }
    }

    /// Where they are.
    pub fn directory(&self) -> &ExperimentDirectory {
        &self.directory
    }

    /// Adds the runs of a variant. Those of a variant that is not `chosen` are reported where they are there, but not
    /// trained. [`Results::look`] finds out which are.
    ///
    /// # Errors
    /// [`Error::Read`] for the file of the initial weights.
    pub fn expect(&mut self, variant: &Variant, dataset: &Dataset, chosen: bool) -> Result<(), Error> {
        let mut variant = variant.clone();
        variant.settings.data.classes.clone_from(&dataset.manifest.classes);
        self.measured.insert(variant.name.clone(), dataset.measured.clone());
        let weights = match &variant.settings.network.weights {
            Some(path) => Some(self.weights(path)?),
            None => None,
        };
        let digest = &dataset.prepared.digest;
        if !self.digests.contains(digest) {
            self.digests.push(digest.clone());
        }
        for &seed in &self.loaded.experiment.seeds {
            let run = self.loaded.experiment.run(&variant, seed);
            let run_id = plan::run_id(&run.settings, seed, digest, weights.as_deref());
            self.places.insert((run.variant.clone(), seed), self.expected.len());
            self.expected.push(Expected {
                chosen,
                run_id,
                images: dataset::images(&dataset.manifest),
                prepared: dataset.prepared.clone(),
                standing: Standing::Missing,
                record: None,
                replaces: None,
                workplace: self.directory.run(&run.variant, seed),
                run,
            });
        }
        Ok(())
    }

    fn weights(&mut self, path: &Path) -> Result<String, Error> {
        if let Some(digest) = self.weights.get(path) {
            return Ok(digest.clone());
        }
        let digest = blake3::hash(&fs::read(path).map_err(Error::read(path))?).to_hex().to_string();
        self.weights.insert(path.to_path_buf(), digest.clone());
        Ok(digest)
    }

    /// Whether `run` is to be trained whatever its images show: nothing is there of it, or of other settings.
    pub fn lacks(&self, run: &Run) -> bool {
        let directory = self.directory.run(&run.variant, run.seed);
        let trained: Option<Run> = seal::read_json(&directory.plan()).ok();
        let id = |run: &Run| plan::run_id(&run.settings, run.seed, "", None);
        !directory.record().is_file() || trained.is_none_or(|trained| id(&trained) != id(run))
    }

    /// The runs to train, in order.
    pub fn waiting(&self) -> impl Iterator<Item = Waiting<'_>> {
        let waiting = self.expected.iter().filter(|run| run.chosen && run.standing != Standing::Current);
        waiting.map(|Expected { run, run_id, images, prepared, workplace, replaces, .. }| Waiting {
            run,
            run_id,
            images: *images,
            prepared,
            workplace,
            replaces: replaces.as_deref(),
        })
    }

    /// How many runs this call is to see to.
    pub fn chosen(&self) -> usize {
        self.expected.iter().filter(|run| run.chosen).count()
    }

    fn will_train(&self, variant: &str, seed: u64) -> bool {
        self.places.get(&(variant.to_owned(), seed)).is_some_and(|&index| self.expected[index].chosen)
    }

    fn has(&self, variant: &str, seed: u64) -> bool {
        self.places.contains_key(&(variant.to_owned(), seed))
    }

    /// Whether this call was to train a run.
    pub fn is_chosen(&self, record: &RunRecord) -> bool {
        self.expected(record).is_some_and(|expected| expected.chosen)
    }

    /// The log of the program that trained a run in this call.
    pub fn log(&self, record: &RunRecord) -> Option<PathBuf> {
        self.expected(record).map(|expected| expected.workplace.log())
    }

    fn expected(&self, record: &RunRecord) -> Option<&Expected> {
        self.places.get(&(record.variant.clone(), record.seed)).map(|&index| &self.expected[index])
    }

    /// Takes in a run that has ended.
    pub fn add(&mut self, record: RunRecord) {
        if let Some(&index) = self.places.get(&(record.variant.clone(), record.seed)) {
            self.expected[index].record = Some(record);
        }
    }

    /// The records there are, in file order, then by seed.
    pub fn records(&self) -> Vec<&RunRecord> {
        self.expected.iter().filter_map(|expected| expected.record.as_ref()).collect()
    }

    /// Writes CSVs, plots and README.md from the records there are.
    ///
    /// # Errors
    /// [`Error::Report`].
    pub fn write(&self) -> Result<(), Error> {
        let records: Vec<RunRecord> = self.records().into_iter().cloned().collect();
        let mut kept = self.kept.clone();
        kept.runs.retain(|run| self.expected(&run.record).is_none_or(|expected| expected.record.is_none()));
        report::write(&self.directory, &self.input(), &records, &kept)?;
        Ok(())
    }

    /// The table that a person sees at the end.
    ///
    /// # Errors
    /// [`Error::Report`].
    pub fn summary(&self) -> Result<String, Error> {
        let records: Vec<RunRecord> = self.records().into_iter().cloned().collect();
        Ok(report::summary_table(&self.input(), &records)?)
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
            file: command::command(&self.loaded.path, self.wish.sets),
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

fn standing(directory: &RunDirectory, run_id: &str) -> (Standing, Option<RunRecord>) {
    match seal::read_json::<RunRecord>(&directory.record()).ok() {
        Some(record) if record.run_id != run_id => (Standing::Stale, None),
        Some(record) if record.status == Status::Failed => (Standing::Failed, Some(record)),
        // Without its model nothing can be explained or predicted: it is trained again.
        Some(record) if record.status != Status::Diverged && seal::read(&directory.model()).is_err() => {
            (Standing::Missing, None)
        }
        Some(record) => (Standing::Current, Some(record)),
        None if directory.checkpoint().exists() => (Standing::Begun, None),
        None => (Standing::Missing, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let results = Results::new(&loaded, folder.path(), Wish { sets: &[], prune: false });
        let run = loaded.experiment.run(&loaded.experiment.variants[0], 0);
        assert!(results.lacks(&run));
        let directory = results.directory().run(&run.variant, 0);
        fs::create_dir_all(directory.path()).unwrap();
        crate::run_folder::put_plan(&directory, &run).unwrap();
        assert!(results.lacks(&run), "it has only begun");
        fs::write(directory.record(), "{}").unwrap();
        assert!(!results.lacks(&run), "the images decide");
        let mut larger = run.clone();
        larger.settings.data.image_size = [8, 8];
        assert!(results.lacks(&larger));
    }
}
