//! Files of runs that are not what was written: named, set aside, and made again. The checkpoint and its rows are looked
//! at by the program that goes on from them.

use crate::error::Error;
use record::seal;
use std::path::PathBuf;

/// Sets damaged files of a run aside, each given with what is wrong with it. Gives a line for each, for a person.
///
/// # Errors
/// [`Error::Write`] where one cannot be renamed.
pub fn set_aside(damaged: &[(PathBuf, String)]) -> Result<Vec<String>, Error> {
    let line = |(path, reason): &(PathBuf, String)| {
        let aside = seal::set_aside(path).map_err(Error::write(path))?;
        Ok(format!(
            "warning: {} {reason}; it is set aside as {} and made again",
            files::shown(path),
            files::shown(aside.file_name().unwrap_or_default())
        ))
    };
    damaged.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Seen;
    use record::RunDirectory;
    use std::fs;

    #[test]
    fn what_is_damaged_is_named_and_set_aside_and_what_is_not_stays() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::at(folder.path().to_path_buf());
        let set_aside = || set_aside(&Seen::read(&directory).unwrap().damaged).unwrap();
        assert!(set_aside().is_empty());
        let whole = seal::to_json(&serde_json::json!({"variant": "a\nb"})).unwrap();
        fs::write(directory.model(), whole).unwrap();
        fs::write(directory.record(), "{\n  \"variant\": \"cut sh").unwrap();
        fs::write(directory.plan(), "").unwrap();
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let lines = set_aside();
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
