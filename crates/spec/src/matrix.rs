//! All variants of a file: each one's settings, what is wrong in several of them, and what makes no difference.

use crate::document::Node;
use crate::log::{Finding, Log, Source, Span};
use crate::overrides::{self, Override};
use crate::settings::{self, Context};
use crate::suggest;
use crate::sweep::{Draft, written};
use plan::{LayerPlan, Settings};

/// A variant whose settings were read.
pub struct Resolved {
    pub draft: Draft,
    /// The file as its overrides leave it.
    tree: Node,
    pub settings: Settings,
}

/// Reads the settings of each draft. `None` where anything is wrong in one of them, or two are the same.
pub fn resolve(root: &Node, drafts: &[Draft], context: &Context, log: &mut Log) -> Option<Vec<Resolved>> {
    // Where one change hides another, variants are the same for that reason.
    let is_open = check_hidden(root, drafts, log);
    let before = log.findings.len();
    // What is wrong, and in which drafts.
    let mut found: Vec<(Finding, Vec<&Draft>)> = Vec::new();
    let mut resolved = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut own = Log::default();
        let mut tree = root.clone();
        for change in &draft.overrides {
            overrides::apply(&mut tree, change, &mut own);
        }
        let settings = settings::resolve(&tree, context, &mut own);
        log.vocabulary.append(&mut own.vocabulary);
        for finding in own.findings {
            match found.iter_mut().find(|(known, _)| *known == finding) {
                Some((_, variants)) => variants.push(draft),
                None => found.push((finding, vec![draft])),
            }
        }
        resolved.extend(settings.map(|settings| Resolved { draft: draft.clone(), tree, settings }));
    }
    report(found, drafts.len(), log);
    if log.findings.len() == before && is_open {
        find_twins(&resolved, log);
    }
    (log.findings.len() == before).then_some(resolved)
}

/// What is wrong in several drafts is reported once, with their names where it is not wrong in all, and does not stand
/// in their own overrides.
fn report(found: Vec<(Finding, Vec<&Draft>)>, drafts: usize, log: &mut Log) {
    for (mut finding, variants) in found {
        let own = |change: &Override| change.at.contains(finding.at) || change.value.span.contains(finding.at);
        if variants.len() < drafts && !variants.iter().any(|draft| draft.overrides.iter().any(own)) {
            let names: Vec<&str> = variants.iter().map(|draft| draft.name.as_str()).collect();
            let more = if names.len() > 4 { format!(" and {} more", names.len() - 4) } else { String::new() };
            finding.message += &format!(" (in {}{more})", suggest::all_of(&names[..names.len().min(4)]));
        }
        log.add(finding);
    }
}

/// Reports variants that differ in name only.
fn find_twins(resolved: &[Resolved], log: &mut Log) {
    let mut reported: Vec<(Span, Span)> = Vec::new();
    for (index, Resolved { draft: second, settings, .. }) in resolved.iter().enumerate() {
        let twin = resolved[..index].iter().find(|other| same(settings, &other.settings));
        let Some(Resolved { draft: first, .. }) = twin else { continue };
        let places = first.places.iter().zip(&second.places).find(|(a, b)| a != b);
        let Some((&first_at, &second_at)) = places else { continue };
        // The same two levels are the same in every combination with others.
        if reported.contains(&(first_at, second_at)) {
            continue;
        }
        reported.push((first_at, second_at));
        let message = format!("variants `{}` and `{}` are the same thing", first.name, second.name);
        log.add(
            Finding::new(second_at, message, "this makes no difference")
                .also(first_at, "to this")
                .help("one of the two would only repeat the other's runs"),
        );
    }
}

/// Equal but for the lines that layers stand on.
fn same(one: &Settings, other: &Settings) -> bool {
    if one.data != other.data || one.augmentation != other.augmentation || one.training != other.training {
        return false;
    }
    let (one, other) = (&one.network, &other.network);
    let layer = |(a, b): (&LayerPlan, &LayerPlan)| a.name == b.name && a.layer == b.layer;
    one.weights == other.weights
        && one.layers.len() == other.layers.len()
        && one.input == other.input
        && one.layers.iter().zip(&other.layers).all(layer)
}

/// Reports a `--set` of something that every variant sets in its own way: it would be without effect, in silence.
pub fn check_effect(root: &Node, set: &Override, drafts: &[Draft], log: &mut Log) {
    let path = overrides::canonical(root, &set.path);
    let hides = |change: &Override| {
        path.strip_prefix(&overrides::canonical(root, &change.path))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if drafts.iter().all(|draft| draft.overrides.iter().any(hides)) {
        log.add(
            Finding::new(set.at, format!("every variant sets `{}` itself", set.path), "would have no effect")
                .help("change the levels in the file, or choose variants with `--only`"),
        );
    }
}

/// Reports a variant that sets one place twice, be it by two spellings of its path: one would hide the other, and the
/// variant's name would lie. Each place is reported once. Says whether there is none.
fn check_hidden(root: &Node, drafts: &[Draft], log: &mut Log) -> bool {
    let mut reported: Vec<String> = Vec::new();
    for draft in drafts {
        let paths: Vec<String> =
            draft.overrides.iter().map(|change| overrides::canonical(root, &change.path)).collect();
        for (index, change) in draft.overrides.iter().enumerate() {
            let Some(earlier) = paths[..index].iter().position(|path| *path == paths[index]) else { continue };
            if !reported.contains(&paths[index]) {
                let earlier = &draft.overrides[earlier];
                let message = format!("`{}` and `{}` are the same place", earlier.path, change.path);
                let finding = Finding::new(change.at, message, "one would hide the other");
                log.add(finding.also(earlier.at, "also set here"));
                reported.push(paths[index].clone());
            }
        }
    }
    reported.is_empty()
}

/// Every path that a variant overrides, in file order.
pub fn swept_paths(resolved: &[Resolved]) -> Vec<String> {
    let mut changes: Vec<&Override> = resolved.iter().flat_map(|one| &one.draft.overrides).collect();
    changes.sort_by_key(|change| change.at);
    let mut paths: Vec<String> = Vec::new();
    for change in changes {
        if !paths.contains(&change.path) {
            paths.push(change.path.clone());
        }
    }
    paths
}

impl Resolved {
    /// The value at a swept path as a cell of a table: as written; for a table, or a list of tables, the name of the
    /// level that set it. Empty where nothing is written.
    pub fn swept(&self, path: &str, sources: &[Source]) -> String {
        let Some(node) = overrides::lookup(&self.tree, path) else { return String::new() };
        let has_tables = node.as_array().is_some_and(|items| items.iter().any(|item| item.as_table().is_some()));
        if node.as_table().is_none() && !has_tables {
            return written(node, sources);
        }
        let setter = self.draft.overrides.iter().find(|change| change.path == path);
        setter.map_or_else(|| "base".to_owned(), |change| change.by.clone())
    }
}
