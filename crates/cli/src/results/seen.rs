//! What stands in the folder of a run: each file is read once, and all that is decided of the run is decided from that.

use super::Standing;
use crate::error::Error;
use plan::Run;
use record::seal::{self, SealError};
use record::{RunDirectory, RunRecord, Status};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What stands in the folder of a run.
#[derive(Debug, Default)]
pub struct Seen {
    /// Its record.
    pub record: Option<RunRecord>,
    /// What was trained.
    pub plan: Option<Run>,
    /// Whether its model is there and whole.
    pub model: bool,
    /// Whether it has a checkpoint.
    pub checkpoint: bool,
    /// Files that are not what was written, and why. They count as not there.
    pub damaged: Vec<(PathBuf, String)>,
}

impl Seen {
    /// Reads the files of a run.
    ///
    /// # Errors
    /// [`Error::Read`]: a file that is out of reach may be whole, so it does not count as not there.
    pub fn read(directory: &RunDirectory) -> Result<Seen, Error> {
        let (record, plan, model) = (directory.record(), directory.plan(), directory.model());
        let checkpoint = directory.checkpoint();
        let mut damaged = Vec::new();
        Ok(Seen {
            record: usable(seal::read_json(&record), &record, &mut damaged)?,
            plan: usable(seal::read_json(&plan), &plan, &mut damaged)?,
            model: usable(seal::read(&model), &model, &mut damaged)?.is_some(),
            checkpoint: checkpoint.try_exists().map_err(Error::read(checkpoint))?,
            damaged,
        })
    }

    /// How far `run`, of id `run_id`, is in this folder.
    pub fn standing(&self, run: &Run, run_id: &str) -> Standing {
        match &self.record {
            Some(record) if record.run_id != run_id => Standing::Stale,
            Some(record) if record.status == Status::Failed => Standing::Failed,
            Some(_) if self.is_current(run_id) => Standing::Current,
            // Without its model nothing can be explained or predicted: it is trained again.
            Some(_) => Standing::Missing,
            // A model is written when a run has come to its end; only the record of this end is lost.
            None if self.model && self.plan.as_ref().is_some_and(|plan| id(plan) != id(run)) => Standing::Stale,
            None if self.checkpoint && self.plan.as_ref().is_some_and(|plan| series(plan) == series(run)) => {
                Standing::Begun
            }
            None => Standing::Missing,
        }
    }

    /// Whether the run of this id has come to its end here, and is complete.
    pub fn is_current(&self, run_id: &str) -> bool {
        self.record.as_ref().is_some_and(|record| {
            let needs_model = record.status != Status::Diverged;
            record.run_id == run_id && record.status != Status::Failed && (self.model || !needs_model)
        })
    }

    /// Whether a run that is [`Standing::Stale`] came to its end, and is worth keeping until another one has.
    pub fn is_finished(&self) -> bool {
        self.record.as_ref().is_none_or(|record| record.status != Status::Failed)
    }
}

/// Folders that were looked at in this call.
#[derive(Default)]
pub struct Looks(HashMap<PathBuf, Seen>);

impl Looks {
    /// What stands in a folder; read where that was not done yet.
    ///
    /// # Errors
    /// Those of [`Seen::read`].
    pub fn at(&mut self, directory: &RunDirectory) -> Result<&Seen, Error> {
        let path = directory.path();
        if !self.0.contains_key(path) {
            self.0.insert(path.to_path_buf(), Seen::read(directory)?);
        }
        Ok(&self.0[path])
    }

    /// One folder has taken the place of another.
    pub fn moved(&mut self, from: &RunDirectory, to: &RunDirectory) {
        if let Some(seen) = self.0.remove(from.path()) {
            self.0.insert(to.path().to_path_buf(), seen);
        }
    }
}

fn usable<T>(
    read: Result<T, SealError>,
    path: &Path,
    damaged: &mut Vec<(PathBuf, String)>,
) -> Result<Option<T>, Error> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error @ SealError::Damaged(_)) => {
            damaged.push((path.to_path_buf(), error.to_string()));
            Ok(None)
        }
        Err(SealError::Read(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(SealError::Read(error)) => Err(Error::read(path)(error)),
    }
}

/// Of its settings, whatever its images.
fn id(run: &Run) -> String {
    plan::run_id(&run.settings, run.seed, "", None)
}

fn series(run: &Run) -> String {
    plan::series_id(&run.settings, run.seed, "", None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::run;
    use crate::run_folder::put_plan;
    use std::fs;
    use tempfile::TempDir;

    fn folder() -> (TempDir, RunDirectory) {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::at(folder.path().join("seed-0"));
        fs::create_dir(directory.path()).unwrap();
        (folder, directory)
    }

    fn put(path: PathBuf) {
        fs::write(path, seal::to_json(&serde_json::json!({"whole": true})).unwrap()).unwrap();
    }

    #[test]
    fn what_is_out_of_reach_is_not_gone() {
        let (_folder, directory) = folder();
        assert_eq!(Seen::read(&directory).unwrap().standing(&run(str::to_owned), "id"), Standing::Missing);
        for path in [directory.record(), directory.plan(), directory.model()] {
            // What cannot be read, though it is there: this holds for root, too.
            fs::create_dir(&path).unwrap();
            let error = Seen::read(&directory).unwrap_err();
            assert!(matches!(&error, Error::Read { path: named, .. } if *named == path), "{error}");
            fs::remove_dir(path).unwrap();
        }
    }

    #[test]
    fn a_finished_run_whose_record_is_damaged_is_finished_still() {
        let (_folder, directory) = folder();
        let ours = run(str::to_owned);
        let other = run(|text| text.replace("0.5", "0.25"));
        let standing = |seen: &Seen| (seen.standing(&ours, "id"), seen.is_finished());
        put(directory.model());
        fs::write(directory.record(), "{\n  \"variant\": \"cut sh").unwrap();
        put_plan(&directory, &other).unwrap();
        let seen = Seen::read(&directory).unwrap();
        assert_eq!(standing(&seen), (Standing::Stale, true));
        assert_eq!(seen.damaged.len(), 1);
        fs::remove_file(directory.record()).unwrap();
        assert_eq!(standing(&Seen::read(&directory).unwrap()), (Standing::Stale, true), "once it is set aside");
        put_plan(&directory, &ours).unwrap();
        assert_eq!(standing(&Seen::read(&directory).unwrap()).0, Standing::Missing, "killed before its record");
    }

    #[test]
    fn only_a_checkpoint_of_the_same_settings_is_gone_on_from() {
        let (_folder, directory) = folder();
        let ours = run(str::to_owned);
        let standing = || Seen::read(&directory).unwrap().standing(&ours, "id");
        fs::write(directory.checkpoint(), "state").unwrap();
        assert_eq!(standing(), Standing::Missing, "of what, nobody knows");
        for (words, expected) in [("0.25", Standing::Missing), ("0.5", Standing::Begun)] {
            put_plan(&directory, &run(|text| text.replace("0.5", words))).unwrap();
            assert_eq!(standing(), expected);
        }
        put_plan(&directory, &run(|text| text.replace("epochs = 6", "epochs = 9"))).unwrap();
        assert_eq!(standing(), Standing::Begun, "more epochs are the same until then");
        let text = fs::read_to_string(directory.plan()).unwrap();
        fs::write(directory.plan(), text.replace("\"epochs\": 9", "\"epochs\": 7")).unwrap();
        let seen = Seen::read(&directory).unwrap();
        assert!(seen.plan.is_none() && seen.damaged[0].0 == directory.plan(), "past its seal nothing is read");
    }

    #[test]
    fn each_folder_is_read_once() {
        let (_folder, directory) = folder();
        put(directory.model());
        let mut looks = Looks::default();
        assert!(looks.at(&directory).unwrap().model);
        fs::remove_file(directory.model()).unwrap();
        assert!(looks.at(&directory).unwrap().model);
        looks.moved(&directory, &directory.successor());
        assert!(looks.at(&directory.successor()).unwrap().model);
        assert!(!looks.at(&directory).unwrap().model);
    }
}
