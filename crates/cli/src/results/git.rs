//! What Git is to know of a results folder: what stays on this machine, and how the rest is reviewed.

use crate::error::Error;
use record::ExperimentDirectory;
use std::fs;

/// What is below `runs/` is this machine's own, wherever the results are.
const IGNORED: &[u8] = b"*\n";

/// Plots say nothing that the tables do not say: a diff of a thousand lines for one value hides the value.
const ATTRIBUTES: &[u8] = b"# Written once by ablate; change it as you like.
# Plots are drawn from the tables: no diff, and folded away in a pull request.
*.svg text eol=lf -diff linguist-generated
*.png -diff linguist-generated
# The same bytes on every system. `git diff --word-diff` shows the cells that changed, after
#     git config diff.csv.wordRegex '[^,]+'
*.csv text eol=lf diff=csv
README.md text eol=lf
";

/// Writes `.gitignore` into `runs/`, and `.gitattributes` where there is none yet.
///
/// # Errors
/// [`Error::Write`].
pub fn tell(directory: &ExperimentDirectory) -> Result<(), Error> {
    let ignore = directory.runs().join(".gitignore");
    files::write_if_changed(&ignore, IGNORED).map_err(Error::write(&ignore))?;
    let attributes = directory.path().join(".gitattributes");
    // A link is a person's own, too.
    if fs::symlink_metadata(&attributes).is_err() {
        files::write(&attributes, ATTRIBUTES).map_err(Error::write(&attributes))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_written_once_and_a_persons_own_stay() {
        let folder = tempfile::tempdir().unwrap();
        let directory = ExperimentDirectory::new(folder.path(), "one");
        fs::create_dir_all(directory.runs()).unwrap();
        tell(&directory).unwrap();
        assert_eq!(fs::read(directory.runs().join(".gitignore")).unwrap(), IGNORED);
        let attributes = directory.path().join(".gitattributes");
        assert_eq!(fs::read(&attributes).unwrap(), ATTRIBUTES);
        fs::write(&attributes, "").unwrap();
        tell(&directory).unwrap();
        assert_eq!(fs::read(&attributes).unwrap(), b"");
    }

    #[test]
    fn a_changed_plot_is_no_thousand_lines_and_a_changed_number_is_a_cell() {
        if std::process::Command::new("git").arg("--version").output().is_err() {
            println!("skipped: there is no `git` to ask");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let directory = ExperimentDirectory::new(folder.path(), "one");
        fs::create_dir_all(directory.runs()).unwrap();
        tell(&directory).unwrap();
        let git = |words: &[&str]| {
            let who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "diff.csv.wordRegex=[^,]+"];
            let mut command = std::process::Command::new("git");
            // Not as the person who runs the test has set it up.
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
            let output = command.args(who).args(words).current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let write = |number: &str| {
            fs::write(directory.plot("curves", "svg"), format!("<svg>\n{number}\n</svg>\n")).unwrap();
            fs::write(directory.runs_csv(), format!("variant,seed,loss\nbase,0,{number}\n")).unwrap();
        };
        write("0.25");
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "one"]);
        write("0.75");
        let numbers = git(&["diff", "--numstat"]);
        assert!(numbers.contains("-\t-\tone/curves.svg") && numbers.contains("1\t1\tone/runs.csv"), "{numbers}");
        let words = git(&["diff", "--word-diff", "--", "*.csv"]);
        assert!(words.contains("base,0,[-0.25-]{+0.75+}"), "{words}");
    }
}
