//! What earlier calls have left: looked at, put in order, and kept from other calls.

use super::seen::{Looks, Seen};
use super::{Results, Standing, departed, git, reason};
use crate::error::Error;
use crate::{damage, run_folder, succession};
use record::{Earlier, RunRecord, Status};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, TryLockError};
use std::path::PathBuf;

/// Held by the call that writes the results. No variant can have this name.
const LOCK: &str = "~lock";

impl Results<'_> {
    /// Checks that what earlier calls have written can be read, and that nothing leads elsewhere.
    ///
    /// # Errors
    /// [`Error::Earlier`], [`Error::Write`].
    pub fn check(&self) -> Result<(), Error> {
        let runs = self.directory.runs();
        files::refuse_links(&self.base, &runs).map_err(Error::write(&runs))?;
        Earlier::read(&self.directory, self.wish.prune)?;
        Ok(())
    }

    /// Looks at what earlier calls have left.
    ///
    /// # Errors
    /// [`Error::Earlier`] where their tables cannot be relied on, [`Error::Read`] where a file is out of reach.
    pub fn look(&mut self) -> Result<(), Error> {
        self.kept = Earlier::read(&self.directory, self.wish.prune)?;
        let rows: HashMap<(&str, u64), usize> = (self.kept.runs.iter().enumerate())
            .map(|(index, run)| ((run.record.variant.as_str(), run.record.seed), index))
            .collect();
        for expected in &mut self.expected {
            let (run, run_id) = (&expected.run, &expected.run_id);
            let directory = self.directory.run(&run.variant, run.seed);
            let of = |seen: &Seen, standing| {
                let is_of_it = matches!(standing, Standing::Current | Standing::Failed);
                (standing, seen.record.clone().filter(|_| is_of_it))
            };
            let seen = self.looks.at(&directory)?;
            let (mut found, mut record) = of(seen, seen.standing(run, run_id));
            let (mut replaces, mut workplace) = (None, directory.clone());
            if found == Standing::Stale && seen.is_finished() {
                replaces = Some(reason::reason(&directory, seen.plan.as_ref(), run));
                workplace = directory.successor();
                let beside = self.looks.at(&workplace)?;
                match beside.standing(run, run_id) {
                    Standing::Stale | Standing::Missing => {}
                    standing => (found, record) = of(beside, standing),
                }
            }
            let mut ended: Vec<RunRecord> = record.into_iter().collect();
            // In a fresh clone rows are there when `runs/` is not. They are reported until the run is trained here.
            if ended.iter().all(|record| record.status == Status::Failed)
                && let Some(&index) = rows.get(&(run.variant.as_str(), run.seed))
            {
                let row = &self.kept.runs[index];
                if row.record.run_id == *run_id {
                    row.check(&self.directory)?;
                    ended.push(row.record.clone());
                } else if replaces.is_none() {
                    replaces = Some(reason::ROW.to_owned());
                }
            }
            expected.standing = found;
            (expected.record, expected.failure) = (None, None);
            ended.into_iter().for_each(|record| expected.take(record));
            (expected.replaces, expected.workplace) = (replaces, workplace);
        }
        self.keep()
    }

    /// Keeps of the tables what has no record: runs that the file does not have any more, and those that are yet to be
    /// trained again.
    fn keep(&mut self) -> Result<(), Error> {
        let Results { kept, pruned, places, expected, directory, wish, looks, .. } = self;
        pruned.clear();
        kept.runs.retain(|run| {
            let key = (run.record.variant.clone(), run.record.seed);
            match places.get(&key) {
                Some(&index) => expected[index].leaves(run),
                None if wish.prune => {
                    pruned.push(key);
                    false
                }
                None => true,
            }
        });
        for run in &mut kept.runs {
            // The run itself, where it is there, is more than its rows.
            let RunRecord { variant, seed, run_id, .. } = &run.record;
            let seen = looks.at(&directory.run(variant, *seed))?;
            match &seen.record {
                Some(record) if seen.is_current(run_id) => run.record = record.clone(),
                _ => run.check(directory)?,
            }
        }
        // The next call of this function is to see what is there then.
        *looks = Looks::default();
        Ok(())
    }

    /// Makes the folder, keeps other calls out of it until this one ends, and puts in order what a killed one has left.
    ///
    /// # Errors
    /// [`Error`]: where another call writes these results, or a link leads out of them, or they cannot be relied on.
    pub fn open(&mut self) -> Result<(), Error> {
        let runs = self.directory.runs();
        fs::create_dir_all(&self.base).map_err(Error::write(&self.base))?;
        files::make_folder(&self.base, &runs).map_err(Error::write(&runs))?;
        let path = runs.join(LOCK);
        let lock = files::open_own(&path).map_err(Error::write(&path))?;
        match lock.try_lock() {
            Ok(()) => self.lock = Some(lock),
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: self.directory.path().to_path_buf() }),
            // A file system without locks: nothing to keep others out with.
            Err(TryLockError::Error(_)) => {}
        }
        git::tell(&self.directory)?;
        for expected in &self.expected {
            let run = self.directory.run(&expected.run.variant, expected.run.seed);
            for directory in [&run, &run.successor(), &run.predecessor()] {
                files::refuse_links(&self.base, directory.path()).map_err(Error::write(directory.path()))?;
                files::sweep(directory.path()).map_err(Error::write(directory.path()))?;
            }
            succession::recover(&run)?;
            for directory in [&run, &run.successor()] {
                self.damaged.extend(damage::set_aside(&self.looks.at(directory)?.damaged)?);
            }
            if !self.looks.at(&run)?.is_current(&expected.run_id)
                && self.looks.at(&run.successor())?.is_current(&expected.run_id)
            {
                succession::move_in(&run)?;
                self.looks.moved(&run.successor(), &run);
            }
            let seen = self.looks.at(&run)?;
            if seen.is_current(&expected.run_id) && seen.plan.is_none() {
                run_folder::put_plan(&run, &expected.run)?;
            }
        }
        for folder in [runs.as_path(), self.directory.path()] {
            files::sweep(folder).map_err(Error::write(folder))?;
        }
        // What another call has done since is seen now that it is out.
        self.look()
    }

    /// What [`open`](Self::open) found damaged, a line each.
    pub fn damaged(&self) -> &[String] {
        &self.damaged
    }

    /// Removes the folders of runs that the file does not have any more, where that is wished; their rows go with the next
    /// [`Results::write`].
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Write`].
    pub fn prune(&self) -> Result<(), Error> {
        if self.wish.prune { departed::remove(&self.departed()?) } else { Ok(()) }
    }

    /// The folders of runs that the file does not have any more.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub(super) fn departed(&self) -> Result<BTreeSet<PathBuf>, Error> {
        departed::folders(&self.directory, |variant, seed| !self.has(variant, seed))
    }
}
