//! The training loop: epochs of steps, a validation after each, a test and a record at the end.
//!
//! Whatever is killed goes on from its last checkpoint and ends with the same bytes: an epoch is a function of the state
//! before it, of the run and of its own number. [`keeper`](crate::keeper) says when a checkpoint is written.

use crate::channel::Listen;
use crate::checkpoint::{Checkpoint, CheckpointError, Expected, Ledger};
use crate::disk;
use crate::early_stopping::Watch;
use crate::error::TrainError;
use crate::evaluate::{Tally, evaluate};
use crate::keeper::Keeper;
use crate::learner::Learner;
use crate::log;
use crate::note::Note;
use crate::order::Order;
use crate::peak::Peak;
use crate::rows::Line;
use crate::splits::Splits;
use crate::timing::{self, Stopwatch, Throttle, Timing};
use crate::weights::{self, Weights};
use data::TrainLoader;
use nn::Model;
use plan::Training;
use record::{Epoch, Event, Measures, RunRecord, Status, seal};
use std::sync::Arc;
use std::time::Duration;

/// Time between two reports of progress, at least.
const REPORT_EVERY: Duration = Duration::from_millis(200);
/// What the engine runs on, in `timing.csv`.
const DEVICE: &str = "cpu";

/// Trains, or goes on training, on rayon's current pool. When it returns, the run's folder holds `run.json`,
/// `timing.csv`, unless the run diverged in its first epoch `model.safetensors`, and where all epochs were trained what is
/// needed to go on with more.
///
/// # Errors
/// [`TrainError`] where data, weights or disk will not do, or nobody listens any more. What is on disk is whole then, and
/// the next call goes on from the last epoch that was.
pub fn fit<M: Model>(order: Order<'_>, listener: &mut dyn Listen) -> Result<RunRecord, TrainError> {
    let folder = order.directory.path();
    files::sweep(folder).map_err(|source| TrainError::Write { path: folder.to_path_buf(), source })?;
    let splits = Splits::open(order.run, order.images)?;
    let mut session = Session::<M>::begin(order, &splits)?;
    let status = session.train(listener).map_err(|error| session.keeper.end_with(error))?;
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
    /// What all runs that differ in the number of epochs alone have in common.
    series: String,
    epochs: Vec<Epoch>,
    watch: Watch,
    stopped: bool,
    /// Weights of the best epoch.
    best: Option<Arc<Weights>>,
    keeper: Keeper<'a>,
    /// Why an earlier program's state is not gone on from.
    notice: Option<String>,
    throttle: Throttle,
    peak: Peak,
}

impl<'a, M: Model> Session<'a, M> {
    /// From the checkpoint where there is one of this run, else from the start.
    fn begin(order: Order<'a>, splits: &'a Splits) -> Result<Session<'a, M>, TrainError> {
        let Order { run, directory, threads, pace, .. } = order;
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
        let mut learner = Learner::new(run)?;
        learner.weigh(splits.class_weights.clone());
        let mut session = Session {
            order,
            splits,
            loader,
            learner,
            series: order.series()?,
            epochs: Vec::new(),
            watch: Watch::default(),
            stopped: false,
            best: None,
            keeper: Keeper::new(directory, pace),
            notice: None,
            throttle: Throttle::new(REPORT_EVERY),
            peak: Peak::default(),
        };
        session.resume()?;
        Ok(session)
    }

    /// Goes on from the checkpoint where there is one of this run.
    fn resume(&mut self) -> Result<(), TrainError> {
        let Order { run, directory, pace, .. } = self.order;
        let expected = Expected {
            series: &self.series,
            epochs: run.settings.training.epochs,
            network: &run.settings.network,
            slots: run.settings.training.optimizer.slots(),
        };
        if expected.epochs == 0 {
            return Ok(());
        }
        match Checkpoint::load(directory, &expected) {
            Ok(Some(Checkpoint { ledger, weights, best, slots, rows, lines })) => {
                self.learner.restore_optimizer(ledger.iterations, slots)?;
                self.learner.set_weights(&weights);
                self.best = Some(Arc::new(best.unwrap_or(weights)));
                (self.watch, self.stopped) = (ledger.watch, ledger.stopped);
                self.keeper = Keeper::resumed(directory, pace, rows, &lines);
                self.epochs = lines.into_iter().map(|line| line.row).collect();
            }
            Ok(None) => {}
            Err(error @ CheckpointError::Read { .. }) => return Err(error.into()),
            Err(error) => {
                let aside = match &error {
                    CheckpointError::Damaged { path, .. } => disk::set_aside(path)?,
                    CheckpointError::Read { .. } | CheckpointError::Other { .. } | CheckpointError::Beyond { .. } => {
                        None
                    }
                };
                let aside = aside.map(|name| format!("; it is set aside as {name}")).unwrap_or_default();
                self.notice = Some(format!("{error}{aside}; training starts from epoch 1"));
            }
        }
        Ok(())
    }

    fn training(&self) -> &'a Training {
        &self.order.run.settings.training
    }

    /// The number of the epoch that is done.
    fn done(&self) -> u32 {
        self.epochs.last().map_or(0, |row| row.epoch)
    }

    /// Whether there is no epoch left to do.
    fn is_over(&self) -> bool {
        self.stopped || self.done() >= self.training().epochs
    }

    /// All epochs that are still to do.
    fn train(&mut self, listener: &mut dyn Listen) -> Result<Status, TrainError> {
        if let Some(message) = self.notice.take() {
            log::line(&message);
            listener.hear(&Event::Notice { message })?;
        }
        let steps = self.loader.as_ref().map_or(0, TrainLoader::steps);
        listener.hear(&Event::Started {
            resumed_from: self.done(),
            epochs: self.training().epochs,
            steps_per_epoch: steps as u32,
        })?;
        let status = self.all_epochs(listener)?;
        self.keeper.end(listener)?;
        Ok(status)
    }

    fn all_epochs(&mut self, listener: &mut dyn Listen) -> Result<Status, TrainError> {
        if self.training().epochs == 0 {
            return self.look();
        }
        while !self.is_over() {
            if !self.epoch(self.done() + 1, listener)? {
                return Ok(Status::Diverged);
            }
        }
        Ok(if self.stopped { Status::Stopped } else { Status::Completed })
    }

    /// A run of 0 epochs: the validation split with the initial weights, as epoch 0.
    fn look(&mut self) -> Result<Status, TrainError> {
        let watch = Stopwatch::new();
        let Some(validation) = self.validate()? else { return Ok(Status::Diverged) };
        let times = Times { train_s: 0.0, validation_s: watch.seconds(), train_images_per_s: 0.0 };
        self.close_epoch(0, None, validation, times)?;
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
        self.close_epoch(epoch, Some(tally.measures()), validation, times)?;
        self.keeper.look(listener)?;
        if self.is_over() || self.keeper.is_due() {
            self.save(listener)?;
        }
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
            self.keeper.look(listener)?;
            if self.keeper.is_quiet() && self.throttle.passes() {
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

    /// Enters an epoch, and keeps its weights where it is the best.
    fn close_epoch(
        &mut self,
        epoch: u32,
        train: Option<Measures>,
        validation: Option<Measures>,
        times: Times,
    ) -> Result<(), TrainError> {
        let Times { train_s, validation_s, train_images_per_s } = times;
        let row = Epoch { epoch, learning_rate: self.learner.optimizer().learning_rate(), train, validation };
        let verdict = self.watch.observe(self.training(), &row);
        if verdict.improved {
            self.best = Some(Arc::new(self.learner.weights()));
        }
        self.stopped = verdict.stop;
        let threads = self.order.threads;
        let timing = Timing { epoch, train_s, validation_s, train_images_per_s, threads, device: DEVICE.to_owned() };
        self.keeper.enter(&Line { row: row.clone(), timing })?;
        self.epochs.push(row);
        Ok(())
    }

    /// Begins to write the checkpoint of the epoch that is done.
    fn save(&mut self, listener: &mut dyn Listen) -> Result<(), TrainError> {
        let optimizer = self.learner.optimizer();
        let ledger = Ledger {
            series: self.series.clone(),
            done: self.done(),
            rows: self.keeper.counted(),
            watch: self.watch.clone(),
            stopped: self.stopped,
            iterations: optimizer.iterations(),
        };
        // Those of the best epoch are there already.
        let is_best = self.watch.best_epoch() == Some(ledger.done);
        let (weights, best) = match &self.best {
            Some(best) if is_best => (Arc::clone(best), None),
            best => (Arc::new(self.learner.weights()), best.clone()),
        };
        let best = best.as_deref().map(Vec::as_slice);
        self.keeper.save(&ledger, &weights, best, self.learner.optimizer().slots(), listener)
    }

    /// The test, the model, the record. The checkpoint stays where all epochs were trained: more may be asked for.
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
                let note = Note::new(self.order.run, &self.splits.classes, self.splits.standardization.as_ref());
                disk::write(&directory.model(), &weights::encode(weights, &note)?)?
            }
            // An older run's model must not pass for this one's.
            None => disk::remove(&directory.model())?,
        }
        let goes_on = status == Status::Completed && self.done() > 0;
        let record = self.record(status, test);
        disk::write(&directory.record(), &seal::to_json(&record)?)?;
        self.keeper.close(goes_on)?;
        Ok(record)
    }

    fn record(&mut self, status: Status, test: Option<Measures>) -> RunRecord {
        let run = self.order.run;
        RunRecord {
            variant: run.variant.clone(),
            seed: run.seed,
            run_id: self.order.run_id.to_owned(),
            status,
            best_epoch: self.watch.best_epoch(),
            epochs: std::mem::take(&mut self.epochs),
            test,
            parameter_count: run.settings.network.parameter_count() as u64,
            classes: self.splits.classes.clone(),
        }
    }
}
