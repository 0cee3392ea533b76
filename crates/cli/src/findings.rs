//! An audit in words: what a run refuses, what it warns of. One list for `ablate data audit` and `ablate run`.

use crate::words::{plural, plural_are, split_counts};
use data::audit::{Audit, Entry, LOOK_BITS, NEAR_BITS, SplitSummary};
use data::{BadImage, Manifest};
use files::shown;
use plan::{Allow, DataPlan, OnError};
use std::path::Path;

/// As many places as are listed of a warning, unless images are left out; `--format json` has them all.
const LISTED: usize = 20;
pub const UNREADABLE: &str = "unreadable";

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// `ablate run` refuses.
    Error,
    /// `ablate run` says it and goes on.
    Warning,
}

/// Something that was found.
pub struct Finding {
    /// The list of [`Audit`] that it is from.
    pub name: &'static str,
    pub severity: Severity,
    /// What, in a line.
    pub what: String,
    /// Where, a line each.
    pub places: Vec<String>,
    /// What can be done.
    pub advice: String,
}

impl Finding {
    fn new(name: &'static str, severity: Severity, what: String, places: Vec<String>, advice: &str) -> Finding {
        Finding { name, severity, what, places, advice: advice.to_owned() }
    }

    /// Folders that are not laid out as they should be: all that can be said.
    pub fn layout(error: &data::ScanError) -> Finding {
        Finding::new("layout", Severity::Error, error.to_string(), Vec::new(), "")
    }

    /// What, where, and what to do.
    pub fn text(&self) -> String {
        let mut lines = vec![if self.places.is_empty() { self.what.clone() } else { format!("{}:", self.what) }];
        let listed = match self.severity {
            Severity::Warning if self.name != UNREADABLE => self.places.len().min(LISTED),
            Severity::Error | Severity::Warning => self.places.len(),
        };
        lines.extend(self.places[..listed].iter().map(|place| format!("  {place}")));
        if listed < self.places.len() {
            let more = self.places.len() - listed;
            lines.push(format!("  and {more} more: `ablate data audit FILE --format json` lists all"));
        }
        lines.push(self.advice.clone());
        lines.join("\n").trim_end().to_owned()
    }

    /// What and the first place, in a line; of what is left out, all.
    pub fn short(&self) -> String {
        match self.places.as_slice() {
            _ if self.name == UNREADABLE => self.text(),
            [] => self.what.clone(),
            [only] => format!("{}: {only}", self.what),
            [first, ..] => format!("{}, such as {first}", self.what),
        }
    }
}

/// All that was found, worst first.
pub fn findings(audit: &Audit, manifest: &Manifest, plan: &DataPlan) -> Vec<Finding> {
    let directory = &plan.directory;
    let unless = |allowed: bool| if allowed { Severity::Warning } else { Severity::Error };
    // Where folders do not say it.
    let drawn = plan.source.split.is_some() || plan.source.manifest.is_some();
    let equal = |group: &Vec<Entry>| {
        let name = |entry: &Entry| match drawn {
            true => format!("{} ({})", below(directory, &entry.path), entry.split),
            false => below(directory, &entry.path),
        };
        group.iter().map(name).collect::<Vec<_>>().join(" = ")
    };
    let equals = |groups: &[Vec<Entry>]| groups.iter().map(equal).collect::<Vec<_>>();
    let mut found = Vec::new();

    found.extend(unreadable(&audit.unreadable, manifest, plan));
    if !audit.duplicates_across_splits.is_empty() {
        let allowed = plan.allow.contains(&Allow::DuplicatesAcrossSplits);
        found.push(Finding::new(
            "duplicates_across_splits",
            unless(allowed),
            format!("{} in more than one split, pixel for pixel", plural_are(audit.duplicates_across_splits.len(), "picture")),
            equals(&audit.duplicates_across_splits),
            if allowed {
                "Allowed by [data.audit]; what is measured on them was trained on."
            } else if plan.source.split.is_some() {
                "A network would be measured on what it was trained on. Keep one copy of each picture (a split of type \"hash\" \
                 keeps files of the same bytes together), or say `allow = [\"duplicates_across_splits\"]` in [data.audit]."
            } else {
                "A network would be measured on what it was trained on. Keep each picture in one split, or say `allow = \
                 [\"duplicates_across_splits\"]` in [data.audit]."
            },
        ));
    }
    // Two labels in one split are noise to learn in; in two splits a right answer is counted as wrong.
    let (across, within): (Vec<_>, Vec<_>) = audit
        .conflicting_labels
        .iter()
        .cloned()
        .partition(|group| group.iter().any(|entry| entry.split != group[0].split));
    if !across.is_empty() {
        let allowed = plan.allow.contains(&Allow::ConflictingLabels);
        found.push(Finding::new(
            "conflicting_labels",
            unless(allowed),
            format!(
                "{} in one class here and in another there, in different splits",
                plural_are(across.len(), "picture")
            ),
            equals(&across),
            if allowed {
                "Allowed by [data.audit]."
            } else {
                "A right answer would be counted as wrong. Keep each picture in its class, or say `allow = \
                 [\"conflicting_labels\"]` in [data.audit]."
            },
        ));
    }
    found.extend(missing_classes(manifest, plan));
    found.extend(warnings(audit, directory, equals(&within), equals(&audit.duplicates_within_split)));
    found.sort_by_key(|finding| finding.severity == Severity::Warning);
    found
}

/// Images that cannot be used, where there are any; `manifest` has the others.
pub fn unreadable(bad: &[BadImage], manifest: &Manifest, plan: &DataPlan) -> Option<Finding> {
    let count = plural(bad.len(), "image");
    let places = bad.iter().map(ToString::to_string).collect();
    let finding = match (plan.on_error, bereft(manifest, plan)) {
        (OnError::Refuse, _) => Finding::new(
            UNREADABLE,
            Severity::Error,
            format!("{count} of {} cannot be read", shown(&plan.place())),
            places,
            "Fix or remove them, or leave them out with `on_error = \"skip\"` in [data].",
        ),
        (OnError::Skip, Some((split, class))) => Finding::new(
            UNREADABLE,
            Severity::Error,
            format!(
                "{count} of {} cannot be read, and none is left of class `{}` in {split}",
                shown(&plan.place()),
                shown(class)
            ),
            places,
            "Fix them, or leave the class out with `classes` in [data].",
        ),
        (OnError::Skip, None) => {
            let what = format!("leaving out {count} that cannot be read");
            Finding::new(UNREADABLE, Severity::Warning, what, places, "")
        }
    };
    (!bad.is_empty()).then_some(finding)
}

/// The first split and class that have no image, though they must.
fn bereft<'a>(manifest: &'a Manifest, plan: &DataPlan) -> Option<(&'static str, &'a str)> {
    manifest.splits().into_iter().find_map(|(name, split)| {
        let may_lack = name != "train" && !split.files.is_empty() && plan.allow.contains(&Allow::MissingClasses);
        lacking(manifest, split).next().filter(|_| !may_lack).map(|class| (name, class))
    })
}

/// The classes of which a split has no image.
fn lacking<'a>(manifest: &'a Manifest, split: &data::Split) -> impl Iterator<Item = &'a str> + use<'a> {
    let counts = split.counts(manifest.classes.len());
    manifest.classes.iter().zip(counts).filter(|(_, count)| *count == 0).map(|(class, _)| class.as_str())
}

/// Validation or test images that lack classes. Where that is not allowed, it is an error of the layout.
fn missing_classes(manifest: &Manifest, plan: &DataPlan) -> Option<Finding> {
    let of = |(name, split)| lacking(manifest, split).map(move |class| format!("{name}: {}", shown(class)));
    let places: Vec<String> = manifest.splits().into_iter().flat_map(of).collect();
    let allowed = plan.allow.contains(&Allow::MissingClasses) && bereft(manifest, plan).is_none();
    (allowed && !places.is_empty()).then(|| {
        Finding::new(
            "missing_classes",
            Severity::Warning,
            format!("{} no image in a split", if places.len() == 1 { "1 class has" } else { "some classes have" }),
            places,
            "Allowed by [data.audit]; nothing is measured on these classes there.",
        )
    })
}

/// What never keeps a run from starting.
fn warnings(audit: &Audit, directory: &Path, conflicting: Vec<String>, duplicates: Vec<String>) -> Vec<Finding> {
    let warning = |name, what, places, advice: &str| Finding::new(name, Severity::Warning, what, places, advice);
    let mut found = Vec::new();
    if !conflicting.is_empty() {
        found.push(warning(
            "conflicting_labels",
            format!("{} in more than one class of a split, pixel for pixel", plural_are(conflicting.len(), "picture")),
            conflicting,
            "One label of each is wrong: keep the picture in its class.",
        ));
    }
    if !audit.near_duplicates_across_splits.is_empty() {
        let count = audit.near_duplicates_across_splits.len();
        let places = audit.near_duplicates_across_splits.iter().map(|pair| {
            let (first, second) = (below(directory, &pair.first.path), below(directory, &pair.second.path));
            format!("{second} ~ {first} ({})", plural(pair.distance as usize, "bit"))
        });
        found.push(warning(
            "near_duplicates_across_splits",
            format!(
                "{} look{} like one of another split",
                plural(count, "picture"),
                if count == 1 { "s" } else { "" }
            ),
            places.collect(),
            &format!(
                "Their perceptual hashes differ in at most {NEAR_BITS} of {LOOK_BITS} bits. If it is the same photograph, \
                 resized or compressed again, keep it in one split."
            ),
        ));
    }
    if !duplicates.is_empty() {
        found.push(warning(
            "duplicates_within_split",
            format!(
                "{} in a class of a split more than once, pixel for pixel",
                plural_are(duplicates.len(), "picture")
            ),
            duplicates,
            "Each copy counts as an image of its own.",
        ));
    }
    if !audit.wrong_endings.is_empty() {
        let places = audit.wrong_endings.iter().map(|file| {
            format!("{} is a {}, and named as a {}", below(directory, &file.path), file.content, file.named)
        });
        found.push(warning(
            "wrong_endings",
            format!("{} whose name says another format than the content", plural(audit.wrong_endings.len(), "file")),
            places.collect(),
            "They are read by their content; other tools may go by the name.",
        ));
    }
    if !audit.stray_files.is_empty() {
        let places =
            audit.stray_files.iter().map(|stray| format!("{} ({})", below(directory, &stray.path), stray.reason));
        found.push(warning(
            "stray_files",
            format!("{} ignored", plural_are(audit.stray_files.len(), "entry")),
            places.collect(),
            "Nothing is read from them.",
        ));
    }
    if !audit.missing_batches.is_empty() {
        found.push(warning(
            "missing_batches",
            format!(
                "CIFAR-10 has 5 training batches, and {} of them {} not there",
                audit.missing_batches.len(),
                if audit.missing_batches.len() == 1 { "is" } else { "are" }
            ),
            audit.missing_batches.clone(),
            "The others are trained on alone. Was the download cut short?",
        ));
    }
    if let Some(imbalance) = &audit.class_imbalance {
        found.push(warning(
            "class_imbalance",
            format!(
                "the training class {} has {}, {} has {}",
                shown(&imbalance.largest),
                imbalance.largest_count,
                shown(&imbalance.smallest),
                imbalance.smallest_count
            ),
            Vec::new(),
            &format!(
                "Always answering {} would be right for {} of the training images.",
                shown(&imbalance.largest),
                percent(imbalance.baseline_accuracy)
            ),
        ));
    }
    if let Some(shortcut) = &audit.shortcut {
        found.push(warning(
            "shortcut",
            format!(
                "{} alone predicts the class for {} of the images (largest class: {})",
                shortcut.by,
                percent(shortcut.accuracy),
                percent(shortcut.baseline_accuracy)
            ),
            Vec::new(),
            "A network may learn the files instead of what they show: crop the images alike, or take them from one source.",
        ));
    }
    found
}

/// Counts, sizes and modes, a few lines a split.
pub fn summary(splits: &[SplitSummary]) -> String {
    let mut lines = Vec::new();
    for split in splits {
        let classes = split.classes.iter().map(|(class, count)| (class, *count));
        lines.push(split_counts(split.split, split.images, classes));
        if let (Some(height), Some(width)) = (split.height, split.width) {
            lines.push(format!(
                "{:>12}  height {} to {}, median {}; width {} to {}, median {}",
                "", height.min, height.max, height.median, width.min, width.max, width.median
            ));
        }
        let kinds: Vec<String> = split.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        if !kinds.is_empty() {
            lines.push(format!("{:>12}  {}", "", kinds.join(", ")));
        }
    }
    lines.join("\n")
}

/// A path of the data directory as it is called there.
fn below(directory: &Path, path: &str) -> String {
    Path::new(path).strip_prefix(directory).map_or_else(|_| path.to_owned(), |inner| shown(&inner).to_string())
}

/// With one decimal.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
