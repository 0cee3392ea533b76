//! How a run takes the place of an earlier one: it is trained in a folder beside it, `seed-N.new`, and moves in when it is
//! done. Until then, whatever happens, the earlier run is there as it was.

use crate::error::Error;
use plan::Run;
use record::{RunDirectory, seal};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

/// Gives the successor of a run in `place`, which is to become `run`, the state that the earlier run ended with, where more
/// epochs are all that `run` has more. A state that the successor has already stays.
///
/// # Errors
/// [`Error::Read`], [`Error::Write`].
pub fn hand_over(place: &RunDirectory, run: &Run) -> Result<(), Error> {
    let new = place.successor();
    let earlier = seal::read_json::<Run>(&place.plan()).ok();
    let goes_on = earlier.is_some_and(|mut earlier| {
        let epochs = &mut earlier.settings.training.epochs;
        let more = *epochs < run.settings.training.epochs;
        *epochs = run.settings.training.epochs;
        let id = |run: &Run| plan::run_id(&run.settings, run.seed, "", None);
        more && id(&earlier) == id(run)
    });
    if !goes_on || new.checkpoint().exists() {
        return Ok(());
    }
    // The rows first: a checkpoint says how many of them there are.
    for (from, to) in [(place.rows(), new.rows()), (place.checkpoint(), new.checkpoint())] {
        match fs::read(&from) {
            Ok(bytes) => files::write(&to, &bytes).map_err(Error::write(&to))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::read(&from)(error)),
        }
    }
    Ok(())
}

/// Moves the successor of `run` into its place, and removes what was there.
///
/// # Errors
/// [`Error::Write`]. [`mend`] finishes what is half done.
pub fn move_in(run: &RunDirectory) -> Result<(), Error> {
    let (new, old) = (run.successor(), run.predecessor());
    remove(&old)?;
    if run.path().exists() {
        rename(run.path(), old.path())?;
    }
    rename(new.path(), run.path())?;
    // On the disk before the earlier run goes, as far as the system keeps folders in order at all.
    if let Some(folder) = run.path().parent() {
        File::open(folder).and_then(|folder| folder.sync_all()).ok();
    }
    remove(&old)
}

/// Puts in order what a call that was killed in [`move_in`] left: either run is in its place then.
///
/// # Errors
/// [`Error::Write`].
pub fn mend(run: &RunDirectory) -> Result<(), Error> {
    let old = run.predecessor();
    if !old.path().exists() {
        return Ok(());
    }
    // Between the two renames the place is empty; then the earlier run is still whole.
    if run.path().exists() { remove(&old) } else { rename(old.path(), run.path()) }
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(Error::write(to))
}

fn remove(run: &RunDirectory) -> Result<(), Error> {
    absent(fs::remove_dir_all(run.path())).map_err(Error::write(run.path()))
}

fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(run: &RunDirectory, record: &str) {
        fs::create_dir_all(run.path().join("explain")).unwrap();
        fs::write(run.record(), record).unwrap();
    }

    #[test]
    fn either_run_is_whole_after_a_kill_at_any_step() {
        let results = tempfile::tempdir().unwrap();
        let run = RunDirectory::at(results.path().join("seed-0"));
        let (new, old) = (run.successor(), run.predecessor());
        let record = || fs::read_to_string(run.record()).unwrap();
        folder(&run, "one");
        folder(&new, "two");
        fs::rename(run.path(), old.path()).unwrap();
        mend(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists()), ("one", false), "killed before the second move");
        move_in(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists(), new.path().exists()), ("two", false, false));
        folder(&old, "one");
        mend(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists()), ("two", false), "killed before the removal");
        mend(&run).unwrap();
        folder(&new, "three");
        folder(&old, "one");
        move_in(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists()), ("three", false));
    }

    #[test]
    fn more_epochs_go_on_from_the_state_that_the_earlier_run_ended_with() {
        let earlier = crate::experiment::testing::run(str::to_owned);
        let with = |words: &str| crate::experiment::testing::run(|text| text.replace("epochs = 6", words));
        let handed = |run: &Run| {
            let results = tempfile::tempdir().unwrap();
            let place = RunDirectory::at(results.path().join("seed-0"));
            folder(&place, "one");
            folder(&place.successor(), "two");
            crate::run_folder::put_plan(&place, &earlier).unwrap();
            fs::write(place.rows(), "rows").unwrap();
            fs::write(place.checkpoint(), "state").unwrap();
            hand_over(&place, run).unwrap();
            let new = place.successor();
            [new.rows(), new.checkpoint()].map(|path| fs::read_to_string(path).ok())
        };
        assert_eq!(handed(&with("epochs = 9")), ["rows", "state"].map(|text| Some(text.to_owned())));
        assert_eq!(handed(&with("epochs = 5")), [None, None], "fewer");
        assert_eq!(handed(&with("epochs = 9, steps_per_epoch = 2")), [None, None], "other settings");
    }
}
