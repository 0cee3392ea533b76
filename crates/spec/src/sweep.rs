//! Factors, designs and exclusions, or hand-named variants: the matrix that a file describes.

mod design;
mod exclude;
mod factor;
mod level;
mod variants;

use crate::document::Node;
use crate::fields::{At, Fields};
use crate::log::{Finding, Log, Source, Span};
use crate::overrides::Override;
use crate::suggest;
use crate::value::{choice, text};
use design::Design;
use plan::{Factor, Level};

/// A variant before its settings are read.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: String,
    /// Its level for each factor.
    pub levels: Vec<Level>,
    /// Where each level, or the variant itself, is written.
    pub places: Vec<Span>,
    /// What it changes, in the order in which it is applied.
    pub overrides: Vec<Override>,
}

/// The matrix.
#[derive(Clone, Debug)]
pub struct Sweep {
    pub factors: Vec<Factor>,
    /// At least one.
    pub drafts: Vec<Draft>,
    pub baseline: String,
}

impl Sweep {
    /// That of a file without factors and variants.
    pub fn base() -> Sweep {
        let draft = Draft { name: "base".to_owned(), levels: Vec::new(), places: Vec::new(), overrides: Vec::new() };
        Sweep { factors: Vec::new(), drafts: vec![draft], baseline: "base".to_owned() }
    }
}

/// The longest name of a variant, in bytes: it is the name of a folder.
const LONGEST_NAME: usize = 200;

/// Reads `factors`, `variants`, `sweep` and `baseline` of the root. `None` where any is wrong, which was reported.
pub fn read(root: &mut Fields, sources: &[Source], log: &mut Log) -> Option<Sweep> {
    let before = log.findings.len();
    let (factors, variants) = (root.at("factors", log), root.at("variants", log));
    let settings = root.at("sweep", log);
    let baseline = root.optional("baseline", log, |at, log| Some((text(at, log)?, at.node.span)));
    let sweep = match (factors, variants) {
        (Some(factors), Some(variants)) => {
            let message = "`[variants]` and `[factors]` cannot stand in one file";
            log.add(
                Finding::new(variants.node.span, message, "variants named by hand")
                    .also(factors.node.span, "variants made of factors")
                    .help("write each variant by hand, or let the factors make them all"),
            );
            None
        }
        (Some(factors), None) => from_factors(&factors, settings.as_ref(), baseline, sources, log),
        (None, variants) => {
            if let Some(at) = settings {
                let message = "`[sweep]` without `[factors]`";
                log.add(Finding::new(at.node.span, message, "there is nothing to combine"));
            }
            match variants {
                Some(at) => {
                    let drafts = variants::read(&at, log)?;
                    let baseline = find_baseline(&drafts, None, baseline, at.node.span, log);
                    baseline.map(|baseline| Sweep { factors: Vec::new(), drafts, baseline })
                }
                None => {
                    let base = Sweep::base();
                    let start = Span { source: 0, start: 0, end: 0 };
                    find_baseline(&base.drafts, None, baseline, start, log).map(|baseline| Sweep { baseline, ..base })
                }
            }
        }
    }?;
    if let Some(draft) = sweep.drafts.iter().find(|draft| draft.name.len() > LONGEST_NAME) {
        let at = draft.places.first().copied().unwrap_or(Span { source: 0, start: 0, end: 0 });
        let message = format!("the variant's name would be too long: `{}`", draft.name);
        log.add(Finding::new(at, message, format!("at most {LONGEST_NAME} bytes: it becomes a folder")));
    }
    (log.findings.len() == before).then_some(sweep)
}

fn from_factors(
    factors: &At,
    settings: Option<&At>,
    baseline: Option<(String, Span)>,
    sources: &[Source],
    log: &mut Log,
) -> Option<Sweep> {
    let before = log.findings.len();
    let specs = factor::read_all(factors, sources, log);
    let mut design = Design::Factorial;
    let mut exclude = None;
    if let Some(at) = settings {
        let designs = [("factorial", Design::Factorial), ("one_at_a_time", Design::OneAtATime), ("zip", Design::Zip)];
        let mut fields = Fields::open(at, "sweep", log)?;
        design = fields.optional("design", log, choice(&designs)).unwrap_or(design);
        exclude = fields.at("exclude", log);
        fields.close(log);
    }
    if log.findings.len() > before {
        return None;
    }
    let specs = specs?;
    // For one at a time the baseline is the centre of the design; for the others it is one of the cells.
    let centre = match (design, &baseline) {
        (Design::OneAtATime, Some((name, at))) => design::centre(&specs, name, *at, log)?,
        (Design::OneAtATime | Design::Factorial | Design::Zip, _) => vec![0; specs.len()],
    };
    let mut cells = design::cells(design, &specs, &centre, factors.node.span, log)?;
    if let Some(at) = exclude {
        cells = exclude::apply(&at, &specs, cells, sources, log)?;
    }
    let drafts: Vec<Draft> = cells.iter().map(|cell| design::draft(&specs, cell)).collect();
    let default = design::name(&specs, &centre);
    let baseline = find_baseline(&drafts, Some(default), baseline, factors.node.span, log)?;
    let factors = specs
        .into_iter()
        .map(|spec| Factor { name: spec.name, levels: spec.levels.into_iter().map(|level| level.name).collect() });
    Some(Sweep { factors: factors.collect(), drafts, baseline })
}

/// The name that is written, or the default, or the first variant's; it must be there.
fn find_baseline(
    drafts: &[Draft],
    default: Option<String>,
    written: Option<(String, Span)>,
    place: Span,
    log: &mut Log,
) -> Option<String> {
    let names: Vec<&str> = drafts.iter().map(|draft| draft.name.as_str()).collect();
    let help = || {
        let more = if names.len() > 12 { ", ..." } else { "" };
        format!("the variants are {}{more}", suggest::all_of(&names[..names.len().min(12)]))
    };
    match (written, default) {
        (Some((name, _)), _) if names.contains(&name.as_str()) => Some(name),
        (Some((name, at)), _) => {
            let label = match suggest::nearest(&name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "not one of the variants".to_owned(),
            };
            log.add(Finding::new(at, format!("`baseline` names no variant: `{name}`"), label).help(help()));
            None
        }
        (None, Some(name)) if names.contains(&name.as_str()) => Some(name),
        (None, Some(name)) => {
            let message = format!("the baseline `{name}` is excluded");
            log.add(Finding::new(place, message, "name another with `baseline = ...`").help(help()));
            None
        }
        (None, None) => names.first().map(|&name| name.to_owned()),
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
                .help("names of variants become folders and cells of tables"),
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
