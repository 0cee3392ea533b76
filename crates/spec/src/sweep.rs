//! Factors, designs and exclusions, or hand-named variants: the matrix that a file describes.

mod design;
mod exclude;
mod factor;
mod level;
mod variants;

use crate::document::Node;
use crate::fields::{At, Fields, Written};
use crate::log::{Finding, Log, Source, Span};
use crate::overrides::Override;
use crate::suggest;
use crate::value::{choice, text};
use design::Design;
use plan::{Factor, Level};
use std::rc::Rc;

/// A variant before its settings are read.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: String,
    /// Its level for each factor.
    pub levels: Vec<Level>,
    /// Where each level, or the variant itself, is written.
    pub places: Vec<Span>,
    /// What it changes, in the order in which it is applied.
    pub overrides: Vec<Rc<Override>>,
}

impl Draft {
    /// The factor of its first level, which is its only one where the draft is a level by itself.
    pub fn factor(&self) -> Option<&str> {
        self.levels.first().map(|level| level.factor.as_str())
    }

    /// The file as it stands.
    fn base() -> Draft {
        Draft { name: "base".to_owned(), levels: Vec::new(), places: Vec::new(), overrides: Vec::new() }
    }
}

/// The matrix.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub factors: Vec<Factor>,
    /// At least one.
    pub drafts: Vec<Draft>,
    /// Whether the drafts are the variants that the file means. Where it does not say, they are what can be looked at all
    /// the same: the file as it stands, and each level and variant by itself.
    pub whole: bool,
    /// `None` where it is wrong, which was reported.
    pub baseline: Option<String>,
    /// Where the matrix is written.
    pub place: Span,
}

impl Matrix {
    /// That of a file without factors and variants.
    pub fn base() -> Matrix {
        Matrix {
            factors: Vec::new(),
            drafts: vec![Draft::base()],
            whole: true,
            baseline: Some("base".to_owned()),
            place: Span::START,
        }
    }

    fn in_part(drafts: Vec<Draft>, place: Span) -> Matrix {
        let drafts = std::iter::once(Draft::base()).chain(drafts).collect();
        Matrix { drafts, whole: false, baseline: None, place, ..Matrix::base() }
    }
}

/// The most variants of a file.
const MOST_VARIANTS: usize = 4096;
/// The longest name of a variant, in bytes: it is the name of a folder.
const LONGEST_NAME: usize = 200;

/// Reads `factors`, `variants`, `sweep` and `baseline` of the root.
pub fn read(root: &mut Fields, sources: &[Source], log: &mut Log) -> Matrix {
    let (factors, variants) = (root.at("factors", log), root.at("variants", log));
    let settings = root.at("sweep", log);
    let baseline = root.written("baseline", log, |at, log| Some((text(at, log)?, at.node.span)));
    let matrix = match (factors, variants) {
        (Some(factors), Some(variants)) => {
            let message = "`[variants]` and `[factors]` cannot stand in one file";
            let place = variants.node.span;
            log.add(
                Finding::new(place, message, "variants named by hand")
                    .also(factors.node.span, "variants made of factors")
                    .help("write each variant by hand, or let the factors make them all"),
            );
            // Which of the two names the baseline is not known.
            let mut drafts = from_factors(&factors, settings.as_ref(), Written::Wrong, sources, log).drafts;
            drafts.extend(variants::read(&variants, log).drafts);
            Matrix::in_part(drafts, place)
        }
        (Some(factors), None) => from_factors(&factors, settings.as_ref(), baseline, sources, log),
        (None, variants) => {
            if let Some(at) = settings {
                let message = "`[sweep]` without `[factors]`";
                log.add(Finding::new(at.node.span, message, "there is nothing to combine"));
            }
            from_variants(variants.as_ref(), baseline, log)
        }
    };
    if let Some(draft) = matrix.drafts.iter().find(|draft| draft.name.len() > LONGEST_NAME) {
        let at = draft.places.first().copied().unwrap_or(Span::START);
        let message = format!("the variant's name would be too long: `{}`", draft.name);
        log.add(Finding::new(at, message, format!("at most {LONGEST_NAME} bytes: it becomes a folder")));
    }
    matrix
}

fn from_variants(variants: Option<&At>, baseline: Written<(String, Span)>, log: &mut Log) -> Matrix {
    let Some(at) = variants else {
        let baseline = find_baseline(&["base"], None, baseline, Span::START, log);
        return Matrix { baseline, ..Matrix::base() };
    };
    let place = at.node.span;
    let variants::Variants { drafts, names, whole } = variants::read(at, log);
    let baseline = if names.is_empty() { None } else { find_baseline(&names, None, baseline, place, log) };
    match whole {
        true => Matrix { drafts, baseline, place, ..Matrix::base() },
        false => Matrix::in_part(drafts, place),
    }
}

fn from_factors(
    factors: &At,
    settings: Option<&At>,
    baseline: Written<(String, Span)>,
    sources: &[Source],
    log: &mut Log,
) -> Matrix {
    let place = factors.node.span;
    let factor::Factors { specs, names, known, whole } = factor::read_all(factors, sources, log);
    let (mut design, mut exclude) = (Some(Design::Factorial), None);
    if let Some(mut fields) = settings.and_then(|at| Fields::open(at, "sweep", log)) {
        let designs = [("factorial", Design::Factorial), ("one_at_a_time", Design::OneAtATime), ("zip", Design::Zip)];
        design = fields.written("design", log, choice(&designs)).or(Design::Factorial);
        exclude = fields.at("exclude", log);
        fields.close(log);
    }
    let patterns = exclude.map(|at| (at.node.span, exclude::read(&at, &specs, &names, sources, log)));
    let cells = match (design, &baseline) {
        _ if !known => None,
        // For one at a time the baseline is the centre of the design; for the others it is one of the cells.
        (None | Some(Design::OneAtATime), Written::As((name, at))) => {
            design::centre(&specs, name, *at, log).and_then(|centre| Some((design?, centre)))
        }
        (Some(design), _) => Some((design, vec![0; specs.len()])),
        (None, _) => None,
    }
    .and_then(|(design, centre)| Some((design::cells(design, &specs, &centre, place, log)?, centre)));
    let in_part = || Matrix::in_part(specs.iter().flat_map(design::each_level).collect(), place);
    let Some((mut cells, centre)) = cells else { return in_part() };
    if let Some((at, Some(patterns))) = patterns {
        cells = exclude::apply(at, &patterns, cells, log);
    }
    let drafts: Vec<Draft> = cells.iter().map(|cell| design::draft(&specs, cell)).collect();
    let names: Vec<&str> = drafts.iter().map(|draft| draft.name.as_str()).collect();
    let baseline = find_baseline(&names, Some(design::name(&specs, &centre)), baseline, place, log);
    if !whole {
        return in_part();
    }
    let factors = specs
        .into_iter()
        .map(|spec| Factor { name: spec.name, levels: spec.levels.into_iter().map(|level| level.name).collect() });
    Matrix { factors: factors.collect(), drafts, whole: true, baseline, place }
}

/// The name that is written, or the default, or the first variant's; it must be there.
fn find_baseline(
    names: &[&str],
    default: Option<String>,
    written: Written<(String, Span)>,
    place: Span,
    log: &mut Log,
) -> Option<String> {
    let help = || {
        let more = if names.len() > 12 { ", ..." } else { "" };
        format!("the variants are {}{more}", suggest::all_of(&names[..names.len().min(12)]))
    };
    match (written, default) {
        (Written::As((name, _)), _) if names.contains(&name.as_str()) => Some(name),
        (Written::As((name, at)), _) => {
            let label = match suggest::nearest(&name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "not one of the variants".to_owned(),
            };
            log.add(Finding::new(at, format!("`baseline` names no variant: `{name}`"), label).help(help()));
            None
        }
        (Written::Wrong, _) => None,
        (Written::Absent, Some(name)) if names.contains(&name.as_str()) => Some(name),
        (Written::Absent, Some(name)) => {
            let message = format!("the baseline `{name}` is excluded");
            log.add(Finding::new(place, message, "name another with `baseline = ...`").help(help()));
            None
        }
        (Written::Absent, None) => names.first().map(|&name| name.to_owned()),
    }
}

/// Whether a word can be (part of) the name of a variant, which is a folder and a cell of tables.
fn check_name(what: &str, name: &str, at: Span, log: &mut Log) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.+-".contains(c);
    let valid = !name.is_empty() && name.chars().all(fits) && name != "." && name != "..";
    if !valid {
        let message = format!("`{name}` cannot name a {what}");
        log.add(
            Finding::new(at, message, "expected letters, digits, `_`, `.`, `+` or `-`")
                .help("names of variants become folders and cells of tables")
                .alone(),
        );
    }
    valid
}

/// A value as it is written, or the content of a string.
pub fn written(node: &Node, sources: &[Source]) -> String {
    match node.as_str() {
        Some(text) => text.to_owned(),
        None => {
            let source = &sources[node.span.source].text;
            source[node.span.start..node.span.end].split_whitespace().collect::<Vec<_>>().join(" ")
        }
    }
}
