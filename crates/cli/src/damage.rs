//! Files of runs that are not what was written: named, set aside, and made again. The checkpoint and its rows are looked
//! at by the program that goes on from them.

use crate::error::Error;
use record::seal::{self, SealError};
use record::{RunDirectory, RunRecord};
use std::path::PathBuf;

/// Sets the damaged files of a run aside. Gives a line for each, for a person.
///
/// # Errors
/// [`Error::Write`] where one cannot be renamed.
pub fn set_aside(directory: &RunDirectory) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for (path, reason) in damaged(directory) {
        let aside = seal::set_aside(&path).map_err(Error::write(&path))?;
        lines.push(format!(
            "warning: {} {reason}; it is set aside as {} and made again",
            files::shown(&path),
            files::shown(aside.file_name().unwrap_or_default())
        ));
    }
    Ok(lines)
}

fn damaged(directory: &RunDirectory) -> Vec<(PathBuf, String)> {
    let (record, plan, model) = (directory.record(), directory.plan(), directory.model());
    let looks = [
        (seal::read_json::<RunRecord>(&record).err(), record),
        (seal::read_json::<plan::Run>(&plan).err(), plan),
        (seal::read(&model).err(), model),
    ];
    // One that is out of reach may be whole.
    let of = |(error, path): (Option<SealError>, PathBuf)| match error {
        Some(error @ SealError::Damaged(_)) => Some((path, error.to_string())),
        Some(SealError::Read(_)) | None => None,
    };
    looks.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_damaged_is_named_and_set_aside_and_what_is_not_stays() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::at(folder.path().to_path_buf());
        assert!(set_aside(&directory).unwrap().is_empty());
        let whole = seal::to_json(&serde_json::json!({"variant": "a\nb"})).unwrap();
        fs::write(directory.model(), whole).unwrap();
        fs::write(directory.record(), "{\n  \"variant\": \"cut sh").unwrap();
        fs::write(directory.plan(), "").unwrap();
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let lines = set_aside(&directory).unwrap();
        assert_eq!(lines.len(), 2, "{lines:?}");
        let record = format!("warning: {} is damaged: EOF while parsing", at("run.json"));
        assert!(lines[0].starts_with(&record), "{lines:?}");
        assert!(lines[0].ends_with("; it is set aside as run.json.damaged and made again"), "{lines:?}");
        assert_eq!(
            lines[1],
            format!(
                "warning: {} is damaged: its checksum is missing; it is set aside as plan.json.damaged and made again",
                at("plan.json")
            )
        );
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["model.safetensors", "plan.json.damaged", "run.json.damaged"]);
    }
}
