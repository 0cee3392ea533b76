//! Notices about results, printed before anything is built.

use super::departed::list;
use super::{Results, Standing, Waiting};
use crate::error::Error;
use std::collections::BTreeMap;

impl Results<'_> {
    /// What will be replaced, what is kept although the file does not have it any more, and what `--prune` removes.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn notices(&self) -> Result<Vec<String>, Error> {
        let mut notices = Vec::new();
        let mut replaced: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
        for Waiting { run, replaces, .. } in self.waiting() {
            if let Some(reason) = replaces {
                replaced.entry(reason).or_default().push((&run.variant, run.seed));
            }
        }
        for (reason, runs) in replaced {
            let done = if runs.len() == 1 { "the new run is" } else { "the new runs are" };
            notices.push(format!("{}: to be replaced once {done} done ({reason})", list(runs)));
        }
        let kept = self.kept.runs.iter().map(|run| (run.record.variant.as_str(), run.record.seed));
        let (stale, gone): (Vec<_>, Vec<_>) = kept.partition(|(variant, seed)| self.has(variant, *seed));
        let stale: Vec<_> = stale.into_iter().filter(|(variant, seed)| !self.will_train(variant, *seed)).collect();
        if !gone.is_empty() {
            notices.push(format!("kept: {} (no longer in the file; --prune removes them)", list(gone)));
        }
        if !stale.is_empty() {
            notices.push(format!(
                "warning: kept as they were, but not compared: {}: trained from another file, other images or by another \
                 engine; run without --only to train them again",
                list(stale)
            ));
        }
        if !self.pruned.is_empty() {
            let runs = self.pruned.iter().map(|(variant, seed)| (variant.as_str(), *seed));
            notices.push(format!("pruned from the tables: {}", list(runs)));
        }
        if self.wish.prune {
            let folders = self.departed()?;
            notices.extend(folders.iter().map(|folder| format!("pruned: {}", files::shown(folder))));
        }
        Ok(notices)
    }

    /// What a call would do.
    pub fn describe(&self) -> String {
        let mut text = format!("{}:\n", files::shown(&self.directory.path()));
        for expected in self.expected.iter().filter(|expected| expected.chosen) {
            let words = match expected.standing {
                Standing::Current => "current",
                Standing::Begun => "begun: would go on",
                Standing::Stale => "stale: would be trained again",
                Standing::Failed => "failed: would be tried again",
                Standing::Missing => "would be trained",
            };
            let variant = files::shown(&expected.run.variant);
            text.push_str(&format!("  {variant} seed {}: {words}\n", expected.run.seed));
        }
        text
    }
}
