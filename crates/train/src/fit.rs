//! The training loop: epochs of steps, a validation and a checkpoint after each, a test and a record at the end.
//!
//! Whatever is killed goes on from its last checkpoint and ends with the same bytes: an epoch is a function of the state
//! before it, of the run and of its own number.
//!
//! A checkpoint is written while the next epoch trains. An epoch is reported when its checkpoint is on the disk, and
//! before anything is said of the next.

use crate::arrays::Array;
use crate::channel::Listen;
use crate::checkpoint::{self, Checkpoint, CheckpointError, Ledger};
use crate::disk;
use crate::early_stopping::Watch;
use crate::error::TrainError;
use crate::evaluate::{Tally, evaluate};
use crate::learner::Learner;
use crate::log;
use crate::peak::Peak;
use crate::saving::Saving;
use crate::splits::Splits;
use crate::timing::{self, Stopwatch, Throttle, Timing};
use crate::weights::{self, Weights};
use data::TrainLoader;
use nn::Model;
use plan::{Prepared, Run, Training};
use record::{Epoch, Event, Measures, RunDirectory, RunRecord, Status};
use std::sync::Arc;
use std::time::Duration;

/// Time between two reports of progress, at least.
const REPORT_EVERY: Duration = Duration::from_millis(200);
/// What the engine runs on, in `timing.csv`.
const DEVICE: &str = "cpu";

/// What is to be trained, and where it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// What to train.
    pub run: &'a Run,
    /// Its id.
    pub run_id: &'a str,
    /// Its images.
    pub images: &'a Prepared,
    /// Its folder, which exists.
    pub directory: &'a RunDirectory,
    /// Threads that prepare batches, and that `timing.csv` names.
    pub threads: usize,
}

/// Trains, or goes on training, on rayon's current pool. When it returns, the run's folder holds `run.json`,
/// `timing.csv` and, unless the run diverged in its first epoch, `model.safetensors`.
///
/// # Errors
/// [`TrainError`] where data, weights or disk will not do, or nobody listens any more. What is on disk is whole then, and
/// the next call goes on from the last epoch that was.
pub fn fit<M: Model>(order: Order<'_>, listener: &mut dyn Listen) -> Result<RunRecord, TrainError> {
    let folder = order.directory.path();
    files::sweep(folder).map_err(|source| TrainError::Write { path: folder.to_path_buf(), source })?;
    let splits = Splits::open(order.run, order.images)?;
    let mut session = Session::<M>::begin(order, &splits)?;
    let status = session.train(listener).map_err(|error| match session.saving.take() {
        Some(saving) => saving.end_with(error),
        None => error,
    })?;
    let mut peak = session.peak;
    peak.look();
    let record = session.finish(status)?;
    peak.look();
    if let Some(bytes) = peak.bytes() {
        log::line(&format!("peak memory {:.1} MiB", bytes as f64 / f64::from(1 << 20)));
    }
    Ok(record)
}

/// How long an epoch took.
struct Times {
    train_s: f64,
    validation_s: f64,
    train_images_per_s: f64,
}

/// A run at work.
struct Session<'a, M> {
    order: Order<'a>,
    splits: &'a Splits,
    loader: Option<TrainLoader>,
    learner: Learner<M>,
    ledger: Ledger,
    /// Weights of the best epoch.
    best: Option<Arc<Weights>>,
    /// The checkpoint of the last epoch, until it is on the disk.
    saving: Option<Saving>,
    peak: Peak,
}

impl<'a, M: Model> Session<'a, M> {
    /// From the checkpoint where there is one of this run, else from the start.
    fn begin(order: Order<'a>, splits: &'a Splits) -> Result<Session<'a, M>, TrainError> {
        let Order { run, run_id, directory, threads, .. } = order;
        let settings = &run.settings;
        let steps = settings.training.steps_per_epoch.map(|steps| steps as usize);
        let loader = match &splits.train {
            Some(images) => Some(TrainLoader::new(
                Arc::clone(images),
                &settings.data,
                &settings.augmentation,
                splits.standardization.as_ref(),
                steps,
                run.seed,
                threads,
            )?),
            None => None,
        };
        let ledger = Ledger {
            run_id: run_id.to_owned(),
            epochs: Vec::new(),
            watch: Watch::default(),
            stopped: false,
            iterations: 0,
            timing: Vec::new(),
        };
        let mut learner = Learner::new(run)?;
        learner.weigh(splits.class_weights.clone());
        let mut session =
            Session { order, splits, loader, learner, ledger, best: None, saving: None, peak: Peak::default() };
        let path = directory.checkpoint();
        let slots = settings.training.optimizer.slots();
        match Checkpoint::load(&path, run_id, &settings.network, slots) {
            Ok(Some(checkpoint)) => session.restore(checkpoint)?,
            Ok(None) => {}
            // It may be whole, and only out of reach: it is not to be replaced by a new start.
            Err(error @ CheckpointError::Read(_)) => return Err(TrainError::Resume { path, source: error }),
            Err(error) => log::line(&format!("{}: {error}; starting anew", path.display())),
        }
        Ok(session)
    }

    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), TrainError> {
        let Checkpoint { ledger, weights, best, slots } = checkpoint;
        self.learner.restore_optimizer(ledger.iterations, slots)?;
        self.learner.set_weights(&weights);
        self.best = Some(Arc::new(best.unwrap_or(weights)));
        self.ledger = ledger;
        Ok(())
    }

    fn training(&self) -> &'a Training {
        &self.order.run.settings.training
    }

    /// The number of the epoch that is done.
    fn done(&self) -> u32 {
        self.ledger.epochs.last().map_or(0, |row| row.epoch)
    }

    /// All epochs that are still to do.
    fn train(&mut self, listener: &mut dyn Listen) -> Result<Status, TrainError> {
        let steps = self.loader.as_ref().map_or(0, TrainLoader::steps);
        listener.hear(&Event::Started {
            resumed_from: self.done(),
            epochs: self.training().epochs,
            steps_per_epoch: steps as u32,
        })?;
        if self.training().epochs == 0 {
            return self.look(listener);
        }
        while self.done() < self.training().epochs && !self.ledger.stopped {
            if !self.epoch(self.done() + 1, listener)? {
                self.settle(listener)?;
                return Ok(Status::Diverged);
            }
        }
        self.settle(listener)?;
        Ok(if self.ledger.stopped { Status::Stopped } else { Status::Completed })
    }

    /// A run of 0 epochs: the validation split with the initial weights, as epoch 0.
    fn look(&mut self, listener: &mut dyn Listen) -> Result<Status, TrainError> {
        let watch = Stopwatch::new();
        let Some(validation) = self.validate()? else { return Ok(Status::Diverged) };
        let times = Times { train_s: 0.0, validation_s: watch.seconds(), train_images_per_s: 0.0 };
        self.close_epoch(0, None, validation, times);
        self.report_epoch(listener)?;
        Ok(Status::Completed)
    }

    /// One epoch, to the beginning of its checkpoint. `false` where a number was not finite: then the epoch leaves no row.
    fn epoch(&mut self, epoch: u32, listener: &mut dyn Listen) -> Result<bool, TrainError> {
        let watch = Stopwatch::new();
        let Some(tally) = self.train_epoch(epoch, watch, listener)? else { return Ok(false) };
        let train_s = watch.seconds();
        if !self.learner.is_finite() {
            return Ok(false);
        }
        self.peak.look();
        let watch = Stopwatch::new();
        let Some(validation) = self.validate()? else { return Ok(false) };
        let validation_s = watch.seconds();
        let times = Times { train_s, validation_s, train_images_per_s: timing::rate(tally.images(), train_s) };
        self.settle(listener)?;
        let weights = self.close_epoch(epoch, Some(tally.measures()), validation, times);
        self.save(&weights)?;
        Ok(true)
    }

    /// The steps of an epoch. `None` where a loss was not finite.
    fn train_epoch(
        &mut self,
        epoch: u32,
        watch: Stopwatch,
        listener: &mut dyn Listen,
    ) -> Result<Option<Tally>, TrainError> {
        let mut tally = Tally::new(&self.training().metrics);
        let mut throttle = Throttle::new(REPORT_EVERY);
        let Some(batches) = self.loader.as_ref().map(|loader| loader.epoch(u64::from(epoch))) else {
            return Ok(Some(tally));
        };
        for (step, batch) in batches?.enumerate() {
            let labels = batch.labels.clone();
            let seen = self.learner.step(epoch, batch)?;
            if !seen.loss.is_finite() {
                return Ok(None);
            }
            tally.add(seen.loss, &seen.logits, &labels);
            if self.saving.as_ref().is_some_and(Saving::is_done) {
                self.settle(listener)?;
            }
            if self.saving.is_none() && throttle.passes() {
                let images_per_second = timing::rate(tally.images(), watch.seconds());
                let progress = Event::Progress { epoch, step: step as u32 + 1, loss: tally.loss(), images_per_second };
                listener.hear(&progress)?;
            }
        }
        Ok(Some(tally))
    }

    /// The validation split, where there is one: `Some(None)` where there is not, `None` where its loss is not finite.
    fn validate(&mut self) -> Result<Option<Option<Measures>>, TrainError> {
        let splits = self.splits;
        let Some(images) = &splits.validation else { return Ok(Some(None)) };
        let measures = self.measure(images)?;
        Ok(measures.loss.is_finite().then_some(Some(measures)))
    }

    fn measure(&mut self, images: &Arc<data::Images>) -> Result<Measures, TrainError> {
        let batch_size = self.order.run.settings.data.batch_size;
        let metrics = &self.training().metrics;
        evaluate(&mut self.learner, images, batch_size, self.splits.standardization.as_ref(), metrics)
    }

    /// Enters an epoch into the ledger, and keeps its weights where it is the best. Gives the weights.
    fn close_epoch(
        &mut self,
        epoch: u32,
        train: Option<Measures>,
        validation: Option<Measures>,
        times: Times,
    ) -> Arc<Weights> {
        let Times { train_s, validation_s, train_images_per_s } = times;
        let row = Epoch { epoch, learning_rate: self.learner.optimizer().learning_rate(), train, validation };
        let verdict = self.ledger.watch.observe(self.training(), &row);
        let weights = Arc::new(self.learner.weights());
        if verdict.improved {
            self.best = Some(Arc::clone(&weights));
        }
        self.ledger.stopped = verdict.stop;
        self.ledger.epochs.push(row);
        self.ledger.iterations = self.learner.optimizer().iterations();
        self.ledger.timing.push(Timing {
            epoch,
            train_s,
            validation_s,
            train_images_per_s,
            threads: self.order.threads,
            device: DEVICE.to_owned(),
        });
        weights
    }

    /// Begins to write the checkpoint and the timing of the epoch that is done, whose weights are `weights`.
    fn save(&mut self, weights: &[Array]) -> Result<(), TrainError> {
        let is_best = self.ledger.watch.best_epoch() == Some(self.done());
        let best = if is_best { None } else { self.best.as_deref().map(Vec::as_slice) };
        let bytes = checkpoint::encode(&self.ledger, weights, best, self.learner.optimizer().slots())?;
        let directory = self.order.directory;
        self.saving =
            Some(Saving::start(vec![(directory.checkpoint(), bytes), (directory.timing_csv(), self.timing())])?);
        Ok(())
    }

    /// Waits for the checkpoint that is being written, and reports its epoch.
    fn settle(&mut self, listener: &mut dyn Listen) -> Result<(), TrainError> {
        match self.saving.take() {
            Some(saving) => saving.end().and_then(|()| self.report_epoch(listener)),
            None => Ok(()),
        }
    }

    /// The bytes of `timing.csv`.
    fn timing(&self) -> Vec<u8> {
        timing::csv(&self.ledger.timing).into_bytes()
    }

    fn report_epoch(&self, listener: &mut dyn Listen) -> Result<(), TrainError> {
        if let (Some(row), Some(timing)) = (self.ledger.epochs.last(), self.ledger.timing.last()) {
            listener.hear(&Event::Epoch { row: row.clone(), images_per_second: timing.train_images_per_s })?;
        }
        Ok(())
    }

    /// The test, the model, the record; then the checkpoint is not needed any more.
    fn finish(mut self, mut status: Status) -> Result<RunRecord, TrainError> {
        let stopping = self.training().early_stopping.as_ref();
        let keep_last = stopping.is_some_and(|stopping| !stopping.restore_best_weights);
        // The weights of an epoch that diverged are of no use: then the best ones stand, if there are any.
        let weights = match status {
            Status::Completed | Status::Stopped if keep_last => Some(Arc::new(self.learner.weights())),
            Status::Completed | Status::Stopped | Status::Diverged | Status::Failed => self.best.take(),
        };
        let mut test = None;
        if let (Some(weights), Some(images), Status::Completed | Status::Stopped) =
            (&weights, &self.splits.test, status)
        {
            self.learner.set_weights(weights);
            test = Some(self.measure(images)?).filter(|measures| measures.loss.is_finite());
            if test.is_none() {
                status = Status::Diverged;
            }
        }
        let directory = self.order.directory;
        match &weights {
            Some(weights) => {
                let bytes = weights::encode(weights, self.splits.standardization.as_ref())?;
                disk::write(&directory.model(), &bytes)?
            }
            // An older run's model must not pass for this one's.
            None => disk::remove(&directory.model())?,
        }
        disk::write(&directory.timing_csv(), &self.timing())?;
        let record = self.record(status, test);
        let text = serde_json::to_string_pretty(&record)
            .map_err(|error| TrainError::Write { path: directory.record(), source: error.into() })?;
        disk::write(&directory.record(), (text + "\n").as_bytes())?;
        disk::remove(&directory.checkpoint())?;
        Ok(record)
    }

    fn record(self, status: Status, test: Option<Measures>) -> RunRecord {
        let run = self.order.run;
        RunRecord {
            variant: run.variant.clone(),
            seed: run.seed,
            run_id: self.order.run_id.to_owned(),
            status,
            best_epoch: self.ledger.watch.best_epoch(),
            epochs: self.ledger.epochs,
            test,
            parameter_count: run.settings.network.parameter_count() as u64,
            classes: self.splits.classes.clone(),
        }
    }
}
