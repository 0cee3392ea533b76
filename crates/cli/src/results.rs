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
mod seen;

#[cfg(test)]
pub use seen::Seen;

use crate::dataset::{self, Dataset};
use crate::error::Error;
use crate::experiment::Loaded;
use crate::measured::Measured;
use plan::memory::Images;
use plan::{Prepared, Run, Split, Training, Variant};
use record::{Earlier, EarlierRun, ExperimentDirectory, RunDirectory, RunRecord, Status, Weights, seal};
use seen::Looks;
use std::collections::{BTreeMap, HashMap, HashSet};
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
    /// What is reported of it, once it has come to its end.
    record: Option<RunRecord>,
    /// The record of its last try, where that failed.
    failure: Option<RunRecord>,
    /// Why the finished run that is there is not this one.
    replaces: Option<String>,
    /// Where it is trained.
    workplace: RunDirectory,
}

impl Expected {
    /// Takes in what came of it. A try that failed takes nothing away.
    fn take(&mut self, record: RunRecord) {
        if record.status == Status::Failed {
            self.failure = Some(record);
        } else {
            (self.record, self.failure) = (Some(record), None);
        }
    }

    /// Whether a row of an earlier call stays in the tables in place of what came of it: until it has come to its end.
    fn leaves(&self, row: &EarlierRun) -> bool {
        self.record.is_none() && (self.failure.is_none() || row.record.status != Status::Failed)
    }
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
    /// What stands in the folders of runs, until all have been looked at.
    looks: Looks,
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
            looks: Looks::default(),
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
                failure: None,
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
            self.expected[index].take(record);
        }
    }

    /// How the runs of this call have ended, in file order, then by seed.
    pub fn outcomes(&self) -> Vec<&RunRecord> {
        let chosen = self.expected.iter().filter(|expected| expected.chosen);
        chosen.filter_map(|expected| expected.failure.as_ref().or(expected.record.as_ref())).collect()
    }

    /// What is reported: the records there are, in file order, then by seed, and the rows that stay below them. A run that
    /// failed is among them where no row of an earlier one stays.
    fn rows(&self) -> (Vec<RunRecord>, Earlier) {
        let mut kept = self.kept.clone();
        kept.runs.retain(|run| self.expected(&run.record).is_none_or(|expected| expected.leaves(run)));
        let stays: HashSet<(&str, u64)> =
            kept.runs.iter().map(|run| (run.record.variant.as_str(), run.record.seed)).collect();
        let failure = |expected: &'_ Expected| {
            let stays = stays.contains(&(expected.run.variant.as_str(), expected.run.seed));
            expected.failure.clone().filter(|_| !stays)
        };
        let records = self.expected.iter().filter_map(|expected| expected.record.clone().or_else(|| failure(expected)));
        (records.collect(), kept)
    }

    /// Writes CSVs, plots and README.md from the records there are.
    ///
    /// # Errors
    /// [`Error::Report`].
    pub fn write(&self) -> Result<(), Error> {
        let (records, kept) = self.rows();
        report::write(&self.directory, &self.input(), &records, &kept)?;
        Ok(())
    }

    /// The table that a person sees at the end.
    ///
    /// # Errors
    /// [`Error::Report`].
    pub fn summary(&self) -> Result<String, Error> {
        Ok(report::summary_table(&self.input(), &self.rows().0)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A loaded experiment of one run, in `folder`.
    fn loaded(folder: &Path) -> Loaded {
        let file = folder.join("one.toml");
        let text = "schema = 1\nname = \"one\"\nmodel.layers = [{ type = \"flatten\" }, { type = \"dense\" }]\n\
                    training = { epochs = 1, optimizer = \"sgd\" }\n\
                    data = { directory = \"drawn\", image_size = [4, 4], generate = { kind = \"pets\", train = 4, \
                    validation = 4, test = 4 } }\n";
        fs::write(&file, text).unwrap();
        crate::experiment::load(&file, &[]).unwrap()
    }

    #[test]
    fn a_run_lacks_what_no_earlier_call_has_trained_with_its_settings() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = loaded(folder.path());
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

    fn dataset() -> Dataset {
        let train = data::Split { folder: "images".into(), files: Vec::new(), passed_over: 0 };
        let classes = vec!["cat".to_owned(), "dog".to_owned()];
        Dataset {
            manifest: data::Manifest { classes, train, validation: None, test: None },
            prepared: Prepared { set: "set".into(), digest: "digest".to_owned() },
            measured: Measured::default(),
            summary: String::new(),
            warnings: Vec::new(),
        }
    }

    /// Of the run that `results` expect, or of one of another id.
    fn record(results: &Results, run_id: Option<&str>, status: Status) -> RunRecord {
        let Expected { run, run_id: own, .. } = &results.expected[0];
        let measures = record::Measures { loss: 0.5, metrics: Vec::new() };
        let epoch = record::Epoch { epoch: 1, learning_rate: 0.01, train: Some(measures), validation: None };
        let ended = status != Status::Failed;
        RunRecord {
            variant: run.variant.clone(),
            seed: run.seed,
            run_id: run_id.unwrap_or(own).to_owned(),
            status,
            epochs: ended.then_some(epoch).into_iter().collect(),
            best_epoch: ended.then_some(1),
            test: None,
            parameter_count: 49,
            classes: Vec::new(),
        }
    }

    #[test]
    fn a_try_that_failed_takes_no_finished_row_away() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = loaded(folder.path());
        let open = || {
            let mut results = Results::new(&loaded, folder.path(), Wish { sets: &[], prune: false });
            results.expect(&loaded.experiment.variants[0], &dataset(), true).unwrap();
            results.open().unwrap();
            results
        };
        let tables = |results: &Results| {
            results.write().unwrap();
            [results.directory.runs_csv(), results.directory.epochs_csv()].map(|path| fs::read_to_string(path).unwrap())
        };
        // In a fresh clone the row is all there is of the finished run: of other settings, or of today's.
        for id in [Some("0123456789abcdef"), None] {
            let mut results = open();
            results.add(record(&results, id, Status::Completed));
            let finished = tables(&results);
            assert!(finished.iter().all(|table| table.lines().count() == 2), "{finished:?}");
            drop(results);
            let mut results = open();
            let failure = record(&results, None, Status::Failed);
            results.add(failure.clone());
            assert_eq!(tables(&results), finished);
            assert_eq!(results.outcomes(), [&failure], "the call has failed all the same");
            // As the queue leaves it.
            let place = results.directory.run(&failure.variant, failure.seed);
            fs::create_dir_all(place.path()).unwrap();
            fs::write(place.record(), seal::to_json(&failure).unwrap()).unwrap();
            drop(results);
            let mut results = open();
            assert_eq!(results.expected[0].standing, Standing::Failed);
            assert_eq!(tables(&results), finished);
            results.add(record(&results, None, Status::Diverged));
            let diverged = tables(&results);
            assert!(diverged[0].contains(",diverged,") && !diverged[0].contains(",completed,"), "{diverged:?}");
            assert_eq!(diverged[0].lines().count(), 2);
            fs::remove_dir_all(results.directory.path()).unwrap();
        }
        // Where nothing is finished, the failure is what there is to report, once.
        for _ in 0..2 {
            let mut results = open();
            results.add(record(&results, None, Status::Failed));
            let failed = tables(&results);
            assert!(failed[0].contains(",failed,") && failed[0].lines().count() == 2, "{failed:?}");
        }
    }

    #[test]
    fn a_successor_that_failed_takes_no_finished_row_away() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = loaded(folder.path());
        let mut results = Results::new(&loaded, folder.path(), Wish { sets: &[], prune: false });
        results.expect(&loaded.experiment.variants[0], &dataset(), true).unwrap();
        results.open().unwrap();
        let old = record(&results, Some("0123456789abcdef"), Status::Completed);
        let failure = record(&results, None, Status::Failed);
        let place = results.directory.run(&old.variant, old.seed);
        for (directory, record) in [(&place, &old), (&place.successor(), &failure)] {
            fs::create_dir_all(directory.path()).unwrap();
            fs::write(directory.record(), seal::to_json(record).unwrap()).unwrap();
        }
        results.add(old);
        results.write().unwrap();
        results.look().unwrap();
        assert_eq!(results.expected[0].workplace, place.successor());
        results.write().unwrap();
        for path in [results.directory.runs_csv(), results.directory.epochs_csv()] {
            let table = fs::read_to_string(path).unwrap();
            assert!(table.lines().count() == 2 && !table.contains(",failed,"), "{table}");
        }
        assert_eq!(results.outcomes(), [&failure]);
    }
}
