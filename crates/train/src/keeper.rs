//! What a run leaves on the disk while it trains: a checkpoint with the rows before it, and `timing.csv`.
//!
//! What an epoch costs here does not depend on how many came before, and training does not wait for the disk: a checkpoint
//! is written beside the next epochs, and the next one is begun a moment after it is on the disk. An epoch is reported
//! when a checkpoint of it, or of a later one, is there. So whatever is killed has kept all that it has reported; and as
//! an epoch is a function of the state before it, when checkpoints are written decides no result.

use crate::arrays::Array;
use crate::channel::Listen;
use crate::checkpoint::{self, Ledger};
use crate::disk;
use crate::error::TrainError;
use crate::growing::Growing;
use crate::rows::{Counted, Line, Rows};
use crate::saving::Saving;
use crate::timing::{self, Stopwatch};
use record::{Event, RunDirectory};
use std::collections::VecDeque;
use std::time::Duration;

/// Which epochs have a checkpoint. The last one always has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// All, and each waits for the one before: for tests that cut a run short after a certain one.
    EveryEpoch,
    /// The first, and those that end this long after the checkpoint before is on the disk: all but short ones.
    Spaced(Duration),
}

impl Default for Pace {
    /// Long enough that an epoch of a millisecond hardly notices, and short enough that nobody misses what a kill takes.
    fn default() -> Pace {
        Pace::Spaced(Duration::from_millis(50))
    }
}

/// Keeps what a run leaves.
pub struct Keeper<'a> {
    directory: &'a RunDirectory,
    pace: Pace,
    rows: Rows,
    timing: Growing,
    /// Whether the checkpoint that is there, if any, is of another run, and goes before its rows are replaced.
    foreign: bool,
    /// What is being written.
    saving: Option<Saving>,
    /// Since a checkpoint was on the disk.
    saved: Option<Stopwatch>,
    /// Epochs that nobody has been told of.
    unreported: VecDeque<Event>,
    /// How many of them are in the checkpoint that is being written.
    covered: usize,
}

impl<'a> Keeper<'a> {
    /// Of a run that starts.
    pub fn new(directory: &'a RunDirectory, pace: Pace) -> Keeper<'a> {
        Keeper {
            directory,
            pace,
            rows: Rows::new(directory.rows()),
            timing: Growing::for_people(directory.timing_csv(), timing::HEADER.into()),
            foreign: true,
            saving: None,
            saved: None,
            unreported: VecDeque::new(),
            covered: 0,
        }
    }

    /// Of a run that goes on from a checkpoint with these rows.
    pub fn resumed(directory: &'a RunDirectory, pace: Pace, rows: Rows, lines: &[Line]) -> Keeper<'a> {
        let mut keeper = Keeper { rows, foreign: false, ..Keeper::new(directory, pace) };
        lines.iter().for_each(|line| keeper.timing.push(line.timing.line().as_bytes()));
        keeper
    }

    /// Enters an epoch.
    ///
    /// # Errors
    /// [`TrainError::Row`].
    pub fn enter(&mut self, line: &Line) -> Result<(), TrainError> {
        self.rows.push(line)?;
        self.timing.push(line.timing.line().as_bytes());
        let images_per_second = line.timing.train_images_per_s;
        self.unreported.push_back(Event::Epoch { row: line.row.clone(), images_per_second });
        Ok(())
    }

    /// The rows of all epochs that were entered.
    pub fn counted(&self) -> Counted {
        self.rows.counted()
    }

    /// Whether it is time for a checkpoint.
    pub fn is_due(&self) -> bool {
        match self.pace {
            Pace::EveryEpoch => true,
            Pace::Spaced(least) => {
                self.saving.is_none() && self.saved.is_none_or(|saved| saved.seconds() >= least.as_secs_f64())
            }
        }
    }

    /// Begins to write a checkpoint, once the one before is on the disk: the rows first, then what counts them.
    ///
    /// # Errors
    /// [`TrainError`] where the one before could not be written, or this one is not begun.
    pub fn save(
        &mut self,
        ledger: &Ledger,
        weights: &[Array],
        best: Option<&[Array]>,
        slots: &[Vec<Vec<f32>>],
        listener: &mut dyn Listen,
    ) -> Result<(), TrainError> {
        self.settle(listener)?;
        let bytes = checkpoint::encode(ledger, weights, best, slots)?;
        let (rows, timing) = (self.rows.take(), self.timing.take());
        let path = self.directory.checkpoint();
        let foreign = std::mem::replace(&mut self.foreign, false);
        self.covered = self.unreported.len();
        self.saving = Some(Saving::start(&self.directory.checkpoint(), move || {
            if foreign {
                disk::remove(&path)?;
            }
            rows.write(true)?;
            disk::write(&path, &bytes)?;
            timing.write(false)
        })?);
        Ok(())
    }

    /// Reports what has reached the disk meanwhile.
    ///
    /// # Errors
    /// [`TrainError`] where it did not, or nobody listens.
    pub fn look(&mut self, listener: &mut dyn Listen) -> Result<(), TrainError> {
        if self.saving.as_ref().is_some_and(Saving::is_done) { self.settle(listener) } else { Ok(()) }
    }

    /// Whether every epoch that is done has been reported.
    pub fn is_quiet(&self) -> bool {
        self.unreported.is_empty()
    }

    /// Waits for the checkpoint that is being written, and reports its epochs.
    fn settle(&mut self, listener: &mut dyn Listen) -> Result<(), TrainError> {
        let Some(saving) = self.saving.take() else { return Ok(()) };
        saving.end()?;
        self.saved = Some(Stopwatch::new());
        let covered = std::mem::take(&mut self.covered);
        self.report(covered, listener)
    }

    fn report(&mut self, count: usize, listener: &mut dyn Listen) -> Result<(), TrainError> {
        for event in self.unreported.drain(..count) {
            listener.hear(&event)?;
        }
        Ok(())
    }

    /// The training has ended: waits for the disk, and reports all that is left.
    ///
    /// # Errors
    /// [`TrainError`] where the disk will not do, or nobody listens.
    pub fn end(&mut self, listener: &mut dyn Listen) -> Result<(), TrainError> {
        self.settle(listener)?;
        self.report(self.unreported.len(), listener)?;
        self.timing.take().write(true)
    }

    /// The training has failed with `error`. Gives that, and with it what could not be written meanwhile.
    pub fn end_with(&mut self, error: TrainError) -> TrainError {
        match self.saving.take() {
            Some(saving) => saving.end_with(error),
            None => error,
        }
    }

    /// The record is written. What is needed to go on stays where more epochs would change something.
    ///
    /// # Errors
    /// [`TrainError::Write`].
    pub fn close(self, goes_on: bool) -> Result<(), TrainError> {
        if goes_on {
            return Ok(());
        }
        disk::remove(&self.directory.checkpoint())?;
        disk::remove(&self.directory.rows())
    }
}
