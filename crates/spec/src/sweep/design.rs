//! Which combinations of levels are made.

use super::factor::FactorSpec;
use super::{Draft, MOST_VARIANTS};
use crate::log::{Finding, Log, Span};
use crate::overrides::Override;
use crate::suggest;
use plan::Level;
use std::rc::Rc;

/// How levels are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Every level with every other; the last factor varies fastest.
    Factorial,
    /// The baseline, and one variant for each level that differs from it in one factor: the classical ablation.
    OneAtATime,
    /// First levels together, second levels together, ...
    Zip,
}

/// A level for each factor, by index.
pub type Cell = Vec<usize>;

/// The cells of a design, in file order.
pub fn cells(
    design: Design,
    factors: &[FactorSpec],
    centre: &[usize],
    place: Span,
    log: &mut Log,
) -> Option<Vec<Cell>> {
    let counts: Vec<usize> = factors.iter().map(|factor| factor.levels.len()).collect();
    let total = match design {
        Design::Factorial => counts.iter().try_fold(1usize, |product, &count| product.checked_mul(count)),
        Design::OneAtATime => Some(1 + counts.iter().map(|count| count - 1).sum::<usize>()),
        Design::Zip => Some(counts.first().copied().unwrap_or(0)),
    };
    let Some(total) = total.filter(|&total| total <= MOST_VARIANTS) else {
        let message = format!("this design has more than {MOST_VARIANTS} variants");
        let label = match design {
            Design::Factorial => "fewer factors or levels, or `design = \"one_at_a_time\"`",
            Design::OneAtATime | Design::Zip => "fewer levels",
        };
        log.add(Finding::new(place, message, label));
        return None;
    };
    match design {
        Design::Factorial => Some((0..total).map(|index| digits(index, &counts)).collect()),
        Design::OneAtATime => {
            let mut cells = vec![centre.to_vec()];
            for (factor, &count) in counts.iter().enumerate() {
                for level in (0..count).filter(|&level| level != centre[factor]) {
                    let mut cell = centre.to_vec();
                    cell[factor] = level;
                    cells.push(cell);
                }
            }
            Some(cells)
        }
        Design::Zip => {
            let [first, others @ ..] = factors else { return Some(Vec::new()) };
            if let Some(other) = others.iter().find(|other| other.levels.len() != first.levels.len()) {
                let levels = |factor: &FactorSpec| format!("`{}` has {} levels", factor.name, factor.levels.len());
                let message = "`design = \"zip\"` takes factors with equally many levels";
                log.add(Finding::new(other.span, message, levels(other)).also(first.span, levels(first)));
                return None;
            }
            Some((0..first.levels.len()).map(|level| vec![level; factors.len()]).collect())
        }
    }
}

/// `index` in the mixed base of `counts`, the last digit varying fastest.
fn digits(mut index: usize, counts: &[usize]) -> Cell {
    let mut cell: Cell = counts
        .iter()
        .rev()
        .map(|&count| {
            let digit = index % count;
            index /= count;
            digit
        })
        .collect();
    cell.reverse();
    cell
}

/// `augmentation=off,dropout=on`.
pub fn name(factors: &[FactorSpec], cell: &[usize]) -> String {
    let parts =
        factors.iter().zip(cell).map(|(factor, &level)| format!("{}={}", factor.name, factor.levels[level].name));
    parts.collect::<Vec<_>>().join(",")
}

/// The cell that a name stands for: the centre of a one-at-a-time design.
pub fn centre(factors: &[FactorSpec], name: &str, at: Span, log: &mut Log) -> Option<Cell> {
    let parts: Vec<Option<(&str, &str)>> = name.split(',').map(|part| part.split_once('=')).collect();
    let level_of = |factor: &FactorSpec| {
        let (_, level) = parts.iter().flatten().find(|(name, _)| *name == factor.name)?;
        factor.levels.iter().position(|one| one.name == *level)
    };
    let cell: Option<Cell> = factors.iter().map(level_of).collect();
    let cell = cell.filter(|_| parts.len() == factors.len());
    if cell.is_none() {
        let example = self::name(factors, &vec![0; factors.len()]);
        log.add(
            Finding::new(
                at,
                format!("`baseline` is not a combination of levels: `{name}`"),
                "expected a level for each factor",
            )
            .help(format!("for instance `baseline = \"{example}\"`")),
        );
    }
    cell
}

/// A cell as a variant.
pub fn draft(factors: &[FactorSpec], cell: &[usize]) -> Draft {
    let chosen = || factors.iter().zip(cell).map(|(factor, &level)| (factor, &factor.levels[level]));
    Draft {
        name: name(factors, cell),
        levels: chosen()
            .map(|(factor, level)| Level { factor: factor.name.clone(), level: level.name.clone() })
            .collect(),
        places: chosen().map(|(_, level)| level.span).collect(),
        overrides: by_depth(chosen().flat_map(|(_, level)| level.overrides.iter().cloned()).collect()),
    }
}

/// Each level of a factor as a variant by itself.
pub fn each_level(factor: &FactorSpec) -> impl Iterator<Item = Draft> {
    let alone = std::slice::from_ref(factor);
    (0..factor.levels.len()).map(move |level| draft(alone, &[level]))
}

/// Short paths first: a list that one level replaces is there before another level changes an entry of it.
pub fn by_depth(mut overrides: Vec<Rc<Override>>) -> Vec<Rc<Override>> {
    overrides.sort_by_key(|change| change.path.matches('.').count());
    overrides
}

/// The factor of that name, if its levels are known; or a suggestion, where `names`, those of all factors, have it not.
pub fn find_factor(factors: &[FactorSpec], names: &[&str], name: &str) -> Result<Option<usize>, String> {
    position(name, names.iter().copied())?;
    Ok(factors.iter().position(|factor| factor.name == name))
}

/// The level of that name, or a suggestion.
pub fn find_level(factor: &FactorSpec, name: &str) -> Result<usize, String> {
    position(name, factor.levels.iter().map(|level| level.name.as_str()))
}

fn position<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Result<usize, String> {
    let names: Vec<&str> = names.collect();
    names.iter().position(|other| *other == name).ok_or_else(|| match suggest::nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected {}", suggest::any_of(&names)),
    })
}
