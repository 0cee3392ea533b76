//! Runs to do, done by a few workers at once. A run that fails is tried once more by itself, unless its program says that
//! another try would end in the same way; one that fails for good takes no other down.

use crate::error::Error;
use crate::interrupt;
use crate::progress::Progress;
use crate::run_folder::{self, Origin};
use crate::succession;
use launch::{LaunchError, Launcher};
use plan::{Prepared, Request, Run};
use record::{Event, RunDirectory, RunRecord, Status, seal};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A run that is to be trained.
pub struct Job {
    /// Index of its experiment in the call.
    pub experiment: usize,
    /// What to train.
    pub run: Run,
    /// Its id.
    pub run_id: String,
    /// Its images.
    pub prepared: Prepared,
    /// Where it is trained.
    pub directory: RunDirectory,
    /// Where it belongs: where it is trained, unless a finished run of other settings is there.
    pub place: RunDirectory,
    /// Its program.
    pub program: PathBuf,
    /// Where it comes from.
    pub origin: Origin,
}

impl Job {
    /// `experiment / variant, seed n`, for lines that a person reads.
    pub fn title(&self, several_experiments: bool) -> String {
        let experiment = if several_experiments { format!("{}: ", self.run.experiment) } else { String::new() };
        format!("{experiment}{} seed {}", files::shown(&self.run.variant), self.run.seed)
    }

    /// The record that the program left, where it came to its end and failed only after that.
    fn finished(&self) -> Option<RunRecord> {
        let record: RunRecord = seal::read_json(&self.directory.record()).ok()?;
        (record.run_id == self.run_id && record.status != Status::Failed).then_some(record)
    }

    /// The record of a run that failed.
    fn failure(&self) -> RunRecord {
        RunRecord {
            variant: self.run.variant.clone(),
            seed: self.run.seed,
            run_id: self.run_id.clone(),
            status: Status::Failed,
            epochs: Vec::new(),
            best_epoch: None,
            test: None,
            parameter_count: self.run.settings.network.parameter_count() as u64,
            classes: self.run.settings.data.classes.clone(),
        }
    }
}

/// How a job ended.
pub struct Ended {
    /// Its experiment.
    pub experiment: usize,
    /// Its record; of status [`Status::Failed`] where the program failed for good.
    pub record: RunRecord,
}

/// Does all jobs, `workers` at a time, the one that starts as number `index` with `threads(index)` threads. `ended` is
/// called for each as it ends, and says whether to go on. Where it does not, and where a run cannot be laid out or put in
/// its place, the work ends as soon as the runs that have begun are done.
pub fn work(
    jobs: Vec<Job>,
    workers: usize,
    threads: impl Fn(usize) -> usize + Sync,
    launcher: &dyn Launcher,
    progress: &Progress,
    ended: impl Fn(Ended) -> bool + Sync,
) -> Result<(), Error> {
    let queue: Mutex<VecDeque<(usize, Job)>> = Mutex::new(jobs.into_iter().enumerate().collect());
    let outcome = Mutex::new(Ok(()));
    // A panic of one worker ends the process through `scope`; no state is looked at afterwards.
    let next = || queue.lock().ok()?.pop_front();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, job)) = next() {
                    let trained = train(&job, threads(index), launcher, progress);
                    progress.run_done(&job);
                    let goes_on = trained.map(|record| ended(Ended { experiment: job.experiment, record }));
                    if !matches!(goes_on, Ok(true))
                        && let Ok(mut queue) = queue.lock()
                    {
                        queue.clear();
                    }
                    if let (Err(error), Ok(mut outcome)) = (goes_on, outcome.lock())
                        && outcome.is_ok()
                    {
                        *outcome = Err(error);
                    }
                }
            });
        }
    });
    outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Trains a run from its folder to its place.
fn train(job: &Job, threads: usize, launcher: &dyn Launcher, progress: &Progress) -> Result<RunRecord, Error> {
    run_folder::lay_out(job)?;
    let record = attempt_twice(job, threads, launcher, progress);
    if job.directory != job.place && record.status != Status::Failed {
        succession::move_in(&job.place)?;
    }
    Ok(record)
}

fn attempt_twice(job: &Job, threads: usize, launcher: &dyn Launcher, progress: &Progress) -> RunRecord {
    let first = match attempt(job, threads, launcher, progress) {
        Ok(record) => return record,
        Err(error) => error,
    };
    if first.was_told_to_end() {
        interrupt::give_way();
    }
    if let Some(record) = job.finished() {
        return record;
    }
    if first.is_lasting() {
        progress.line(&format!("{}: failed: {first}", progress.title(job)));
        return failed(job);
    }
    progress.line(&format!("{}: failed ({first}); trying once more", progress.title(job)));
    match attempt(job, threads, launcher, progress) {
        Ok(record) => record,
        Err(error) => {
            progress.line(&format!("{}: failed again: {error}", progress.title(job)));
            failed(job)
        }
    }
}

/// The record of a run that failed, which is left in its folder.
fn failed(job: &Job) -> RunRecord {
    let record = job.failure();
    // The record only tells the next call what happened; where it cannot be written, the run is tried again.
    if let Ok(json) = seal::to_json(&record) {
        files::write(&job.directory.record(), &json).ok();
    }
    record
}

fn attempt(job: &Job, threads: usize, launcher: &dyn Launcher, progress: &Progress) -> Result<RunRecord, LaunchError> {
    let request = Request::Train {
        run: job.run.clone(),
        run_id: job.run_id.clone(),
        images: job.prepared.clone(),
        directory: job.directory.path().to_path_buf(),
        threads,
    };
    let mut display = progress.run(job);
    let mut finished = None;
    let launched = launcher.launch(&job.program, &request, Some(&job.directory.log()), &mut |event| {
        display.event(&event);
        if let Event::Finished { record } = event {
            finished = Some(record);
        }
    });
    display.end();
    launched?;
    finished.ok_or_else(|| LaunchError::Failed("the program ended without a record".to_owned()))
}
