//! How a run takes the place of an earlier one: it is trained in a folder beside it, `seed-N.new`, and moves in when it is
//! done. Until then, whatever happens, the earlier run is there as it was.

use crate::error::Error;
use crate::run_folder::absent;
use record::RunDirectory;
use std::fs::{self, File};
use std::path::Path;

/// Moves the successor of `run` into its place, and removes what was there.
///
/// # Errors
/// [`Error::Write`]. [`recover`] finishes what is half done.
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
pub fn recover(run: &RunDirectory) -> Result<(), Error> {
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
        recover(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists()), ("one", false), "killed before the second move");
        move_in(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists(), new.path().exists()), ("two", false, false));
        folder(&old, "one");
        recover(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists()), ("two", false), "killed before the removal");
        recover(&run).unwrap();
        folder(&new, "three");
        folder(&old, "one");
        move_in(&run).unwrap();
        assert_eq!((record().as_str(), old.path().exists()), ("three", false));
    }
}
