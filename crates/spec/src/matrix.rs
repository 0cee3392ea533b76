//! All variants of a file: each one's settings, what is wrong in several of them, and what makes no difference.

use crate::document::{Node, Value};
use crate::log::{Finding, Log, Span};
use crate::overrides::{self, Override};
use crate::settings::{self, Context};
use crate::suggest;
use crate::sweep::{Draft, Matrix};
use crate::swept::Swept;
use plan::{LayerPlan, Settings, Variant};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// The most values of all variants' files together: what a matrix takes in memory and time.
const MOST_VALUES: usize = 2_000_000;

/// Takes the matrix out of the tree that each variant has a copy of.
pub fn keep_settings(root: &mut Node) {
    const MATRIX: [&str; 4] = ["factors", "variants", "sweep", "seeds"];
    if let Value::Table(table) = &mut root.value {
        table.0.retain(|entry| !MATRIX.contains(&entry.key.as_str()));
    }
}

/// Reads the settings of each draft: the paths that any of them changes, and the variants. `None` where anything is wrong
/// in one of them, or two are the same.
pub fn resolve(root: &Node, matrix: &Matrix, context: &Context, log: &mut Log) -> Option<(Vec<String>, Vec<Variant>)> {
    let before = log.count();
    let drafts = &matrix.drafts;
    let swept = Swept::new(drafts);
    if !check_size(root, matrix, &swept, log) {
        Found::of_base(root, context, log).report(matrix, log);
        return None;
    }
    // Where one change hides another, variants are the same for that reason.
    let is_open = check_hidden(root, matrix, log);
    let mut found = Found::of_base(root, context, log);
    let mut variants = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut own = log.fresh();
        let mut tree = root.clone();
        for change in &draft.overrides {
            overrides::apply(&mut tree, change, &mut own);
        }
        let settings = settings::resolve(&tree, context, &mut own);
        if let Some(settings) = settings {
            let (name, levels) = (draft.name.clone(), draft.levels.clone());
            let swept = swept.cells(&tree, &settings, context.sources);
            variants.push(Variant { name, levels, swept, settings });
        }
        found.add(own, draft, log);
        if found.is_full() {
            break;
        }
    }
    found.report(matrix, log);
    if log.count() == before && is_open {
        find_twins(drafts, &variants, log);
    }
    (log.count() == before && matrix.whole).then(|| (swept.into_paths(), variants))
}

/// What is wrong, in the file as it stands and in its variants.
struct Found<'d> {
    /// A finding, whether it is wrong in the file as it stands, and the drafts in which it was found.
    all: Vec<(Finding, bool, Vec<&'d Draft>)>,
    more: usize,
}

impl<'d> Found<'d> {
    /// What is wrong by itself in the file, even if every variant writes something else over it.
    fn of_base(root: &Node, context: &Context, log: &Log) -> Found<'d> {
        let mut own = log.fresh();
        settings::read(root, context.folder, &mut own);
        let more = own.more;
        let alone = own.findings.into_iter().filter(|finding| finding.alone);
        Found { all: alone.map(|finding| (finding, true, Vec::new())).collect(), more }
    }

    fn add(&mut self, own: Log, draft: &'d Draft, log: &mut Log) {
        log.vocabulary.extend(own.vocabulary);
        own.warnings.into_iter().for_each(|warning| log.warn(warning));
        self.more = self.more.max(own.more);
        for finding in own.findings {
            match self.all.iter_mut().find(|(known, ..)| *known == finding) {
                Some((.., drafts)) => drafts.push(draft),
                None => self.all.push((finding, false, vec![draft])),
            }
        }
    }

    /// Whether more would only be counted.
    fn is_full(&self) -> bool {
        self.all.len() >= crate::log::MOST_FINDINGS
    }

    /// Reports each once, with the names of the variants where it is not wrong in all, and does not stand in their own
    /// overrides.
    fn report(self, matrix: &Matrix, log: &mut Log) {
        log.more += self.more;
        for (mut finding, in_base, drafts) in self.all {
            let own = |change: &Rc<Override>| change.at.contains(finding.at) || change.value.span.contains(finding.at);
            let of_file = in_base || drafts.len() == matrix.drafts.len();
            if !of_file && !drafts.iter().any(|draft| draft.overrides.iter().any(own)) {
                if !matrix.whole {
                    if may_be_cured(matrix, &drafts) {
                        continue;
                    }
                    log.add(finding);
                    continue;
                }
                let names: Vec<&str> = drafts.iter().map(|draft| draft.name.as_str()).collect();
                let more = if names.len() > 4 { format!(" and {} more", names.len() - 4) } else { String::new() };
                finding.message += &format!(" (in {}{more})", suggest::all_of(&names[..names.len().min(4)]));
            }
            log.add(finding);
        }
    }
}

/// Where it is not known which variants there are: whether what is wrong in these drafts is not wrong in the file as it
/// stands, or all levels of a factor set it right.
fn may_be_cured(matrix: &Matrix, found: &[&Draft]) -> bool {
    let is_wrong = |draft: &Draft| found.iter().any(|one| std::ptr::eq(*one, draft));
    let Some((base, levels)) = matrix.drafts.split_first() else { return true };
    let all: BTreeSet<_> = levels.iter().map(Draft::factor).collect();
    let wrong: BTreeSet<_> = levels.iter().filter(|draft| is_wrong(draft)).map(Draft::factor).collect();
    !is_wrong(base) || wrong != all
}

/// Reports a matrix that would not fit: each variant has the whole file to itself.
fn check_size(root: &Node, matrix: &Matrix, swept: &Swept, log: &mut Log) -> bool {
    let file = values(root);
    let own =
        |draft: &Draft| file + swept.len() + draft.overrides.iter().map(|change| values(&change.value)).sum::<usize>();
    let all: usize = matrix.drafts.iter().map(own).sum();
    // A file without a matrix is as large as it is.
    let fits = all <= MOST_VALUES || matrix.drafts.len() == 1;
    if !fits {
        let message = format!("{} variants of a file with {file} values are too many", matrix.drafts.len());
        let label = format!("at most {MOST_VALUES} values in all");
        log.add(Finding::new(matrix.place, message, label).help("take fewer levels or variants, or fewer layers"));
    }
    fits
}

/// How many values a tree has.
fn values(node: &Node) -> usize {
    1 + match &node.value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Table(table) => table.0.iter().map(|entry| values(&entry.node)).sum(),
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime => 0,
    }
}

/// Reports variants that differ in name only.
fn find_twins(drafts: &[Draft], variants: &[Variant], log: &mut Log) {
    let mut reported: HashSet<(Span, Span)> = HashSet::new();
    // Those that may be the same have one id: only they are compared.
    let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, variant) in variants.iter().enumerate() {
        let others = alike.entry(plan::run_id(&variant.settings, 0, "", None)).or_default();
        let twin = others.iter().find(|&&other| same(&variant.settings, &variants[other].settings));
        let Some(&twin) = twin else {
            others.push(index);
            continue;
        };
        let (first, second) = (&drafts[twin], &drafts[index]);
        let places = first.places.iter().zip(&second.places).find(|(a, b)| a != b);
        let Some((&first_at, &second_at)) = places else { continue };
        // The same two levels are the same in every combination with others.
        if reported.insert((first_at, second_at)) {
            let message = format!("variants `{}` and `{}` have the same settings", first.name, second.name);
            log.add(
                Finding::new(second_at, message, "changes nothing")
                    .also(first_at, "compared with this")
                    .help("one of the two would only repeat the other's runs"),
            );
        }
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

/// Reports each `--set` of something that every variant sets in its own way: it would be without effect, in silence.
pub fn check_effect(root: &Node, sets: &[Override], matrix: &Matrix, log: &mut Log) {
    if !matrix.whole || sets.is_empty() {
        return;
    }
    // The drafts that set a place.
    let mut setters: HashMap<String, BTreeSet<usize>> = HashMap::new();
    let mut places = Places::new(root);
    for (index, draft) in matrix.drafts.iter().enumerate() {
        for change in &draft.overrides {
            setters.entry(places.of(&change.path).to_owned()).or_default().insert(index);
        }
    }
    for set in sets {
        let path = places.of(&set.path);
        let ends = path.match_indices('.').map(|(dot, _)| dot).chain([path.len()]).take(overrides::MOST_KEYS);
        let hiders: BTreeSet<usize> = ends.filter_map(|end| setters.get(&path[..end])).flatten().copied().collect();
        if hiders.len() == matrix.drafts.len() {
            log.add(
                Finding::new(set.at, format!("every variant sets `{}` itself", set.path), "would have no effect")
                    .help("change the levels in the file, or choose variants with `--only`"),
            );
        }
    }
}

/// Paths as the place that they lead to, by one spelling.
struct Places<'d> {
    root: &'d Node,
    known: HashMap<String, String>,
}

impl<'d> Places<'d> {
    fn new(root: &'d Node) -> Places<'d> {
        Places { root, known: HashMap::new() }
    }

    fn of(&mut self, path: &str) -> &str {
        let root = self.root;
        self.known.entry(path.to_owned()).or_insert_with(|| overrides::canonical(root, path))
    }
}

/// Reports a variant that sets one place twice, be it by two spellings of its path: one would hide the other, and the
/// variant's name would lie. Each place is reported once. Says whether there is none.
fn check_hidden(root: &Node, matrix: &Matrix, log: &mut Log) -> bool {
    let mut reported: HashSet<String> = HashSet::new();
    let mut places = Places::new(root);
    // Where levels stand by themselves, those of two factors would meet in a variant; the same path in both was reported
    // with the factors.
    let mut others: HashMap<String, (Option<&str>, &Rc<Override>)> = HashMap::new();
    for draft in &matrix.drafts {
        let mut own: HashMap<String, &Rc<Override>> = HashMap::new();
        for change in &draft.overrides {
            let place = places.of(&change.path);
            let meets = |(factor, other): &&(Option<&str>, &Rc<Override>)| {
                *factor != draft.factor() && other.path != change.path
            };
            let other = others.get(place).filter(meets).map(|(_, other)| *other);
            if let Some(earlier) = own.get(place).copied().or(other)
                && reported.insert(place.to_owned())
            {
                let message = format!("`{}` and `{}` are the same place", earlier.path, change.path);
                let finding = Finding::new(change.at, message, "one would hide the other");
                log.add(finding.also(earlier.at, "also set here"));
            }
            own.entry(place.to_owned()).or_insert(change);
            if !matrix.whole {
                others.entry(place.to_owned()).or_insert((draft.factor(), change));
            }
        }
    }
    reported.is_empty()
}
