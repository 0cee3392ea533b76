//! What earlier calls have left: looked at, put in order, and kept from other calls.

use super::{Results, Standing, departed, git, reason, standing};
use crate::error::Error;
use crate::{damage, run_folder, succession};
use record::{Earlier, RunDirectory, RunRecord, Status, seal};
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
    /// [`Error::Earlier`] where their tables cannot be relied on.
    pub fn look(&mut self) -> Result<(), Error> {
        self.kept = Earlier::read(&self.directory, self.wish.prune)?;
        let rows: HashMap<(&str, u64), usize> = (self.kept.runs.iter().enumerate())
            .map(|(index, run)| ((run.record.variant.as_str(), run.record.seed), index))
            .collect();
        for expected in &mut self.expected {
            let (run, run_id) = (&expected.run, &expected.run_id);
            let directory = self.directory.run(&run.variant, run.seed);
            let (mut found, mut record) = standing(&directory, run_id);
            let (mut replaces, mut workplace) = (None, directory.clone());
            if found == Standing::Stale && is_finished(&directory) {
                replaces = Some(reason::reason(&directory, run));
                workplace = directory.successor();
                match standing(&workplace, run_id) {
                    (Standing::Stale | Standing::Missing, _) => {}
                    beside => (found, record) = beside,
                }
            }
            // In a fresh clone rows are there when `runs/` is not. They are reported until the run is trained here.
            if record.is_none()
                && let Some(&index) = rows.get(&(run.variant.as_str(), run.seed))
            {
                let row = &self.kept.runs[index];
                if row.record.run_id == *run_id {
                    row.check(&self.directory)?;
                    record = Some(row.record.clone());
                } else if replaces.is_none() {
                    replaces = Some(reason::ROW.to_owned());
                }
            }
            (expected.standing, expected.record) = (found, record);
            (expected.replaces, expected.workplace) = (replaces, workplace);
        }
        self.keep()
    }

    /// Keeps of the tables what has no record: runs that the file does not have any more, and those that are yet to be
    /// trained again.
    fn keep(&mut self) -> Result<(), Error> {
        let Results { kept, pruned, places, expected, directory, wish, .. } = self;
        pruned.clear();
        kept.runs.retain(|run| {
            let key = (run.record.variant.clone(), run.record.seed);
            match places.get(&key) {
                Some(&index) => expected[index].record.is_none(),
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
            match standing(&directory.run(variant, *seed), run_id) {
                (Standing::Current, Some(record)) => run.record = record,
                _ => run.check(directory)?,
            }
        }
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
            succession::mend(&run)?;
            for directory in [&run, &run.successor()] {
                self.damaged.extend(damage::set_aside(directory)?);
            }
            let is_done = |run: &RunDirectory| standing(run, &expected.run_id).0 == Standing::Current;
            let mut done = is_done(&run);
            if !done && is_done(&run.successor()) {
                succession::move_in(&run)?;
                done = true;
            }
            if done && !run.plan().is_file() {
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

/// Whether the run in a folder came to its end, and is worth keeping until another one has.
fn is_finished(directory: &RunDirectory) -> bool {
    seal::read_json::<RunRecord>(&directory.record()).is_ok_and(|record| record.status != Status::Failed)
}
