//! What one must know to read a table or plot of the results: how many runs stand behind a number, with whose weights
//! and on whose images it was measured.

use crate::comparison::Comparison;
use crate::input::{Input, VariantInput};
use crate::results::{Results, is_finished};
use crate::statistics::FEWEST;
use record::Weights;

/// Names that are listed before the rest is counted.
const LISTED: usize = 4;

/// How many runs stand behind a number, and what that is worth.
pub(crate) fn seeds(input: &Input, results: &Results) -> String {
    let list = input.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let finished = |variant: &VariantInput| results.of(&variant.name).filter(|run| is_finished(run)).count();
    match input.seeds.len() {
        1 => format!(
            "One run of each variant (seed {list}): a difference may be chance. More seeds in the experiment file give intervals."
        ),
        few if few < FEWEST => format!(
            "The values of seeds {list}, one by one: {few} runs are too few for an interval, and a difference may be chance. \
             {FEWEST} seeds or more in the experiment file give intervals."
        ),
        _ => {
            let few = input.variants.iter().map(finished).any(|count| 0 < count && count < FEWEST);
            let few = if few {
                format!(" Variants with fewer than {FEWEST} finished runs show their values one by one.")
            } else {
                String::new()
            };
            format!("Means over seeds {list} ± half the width of their 95 % confidence interval.{few}")
        }
    }
}

/// With whose weights the splits are measured. `name` is how a variant's name is written.
pub(crate) fn weights(input: &Input, name: impl Fn(&str) -> String) -> String {
    let (validation, test) = (input.has_validation(), input.has_test());
    let last = || names(input.variants.iter().filter(|variant| variant.weights == Weights::LastEpoch), &name);
    let tested = match input.weights() {
        Weights::BestEpoch => "with the weights of the best epoch".to_owned(),
        Weights::LastEpoch => "with the weights of the last epoch".to_owned(),
        Weights::Either => format!("with the weights of the best epoch ({}: of the last epoch)", last()),
    };
    match (validation, test, input.weights()) {
        (false, false, _) => "There is neither a validation nor a test split: only training is measured.".to_owned(),
        (false, true, _) => format!("There is no validation split. Test is measured {tested}."),
        (true, false, Weights::BestEpoch) => format!("Validation is measured {tested}."),
        (true, false, Weights::LastEpoch | Weights::Either) => "Validation is that of the best epoch.".to_owned(),
        (true, true, Weights::BestEpoch) => format!("Validation and test are measured {tested}."),
        (true, true, Weights::LastEpoch | Weights::Either) => {
            format!("Validation is that of the best epoch; test is measured {tested}.")
        }
    }
}

/// Which variants were measured on other images than the baseline; `None` where none was.
pub(crate) fn images(input: &Input, compared: &Comparison, name: impl Fn(&str) -> String) -> Option<String> {
    let base = input.variants.iter().find(|variant| variant.name == input.baseline)?;
    let is_other = |variant: &&VariantInput| {
        compared.rows.iter().any(|row| row.variant == variant.name && row.other_images && row.mean.is_some())
    };
    let others: Vec<&VariantInput> = input.variants.iter().filter(is_other).collect();
    let differ = |of: fn(&VariantInput) -> &Option<String>| others.iter().any(|variant| of(variant) != of(base));
    let splits = match (differ(|variant| &variant.validation), differ(|variant| &variant.test)) {
        (true, true) => "validation and test images",
        (true, false) => "validation images",
        (false, _) => "test images",
    };
    let was = match others.len() {
        0 => return None,
        1 => "was",
        _ => "were",
    };
    Some(format!(
        "{} {was} measured on other {splits} than the baseline: a difference could come from the images, so none is given.",
        names(others, &name)
    ))
}

/// `a`, `b` and 3 more.
fn names<'a>(variants: impl IntoIterator<Item = &'a VariantInput>, name: &impl Fn(&str) -> String) -> String {
    let all: Vec<String> = variants.into_iter().map(|variant| name(&variant.name)).collect();
    match all.len().checked_sub(LISTED) {
        Some(more) if more > 0 => format!("{} and {more} more", all[..LISTED].join(", ")),
        Some(_) | None => all.join(", "),
    }
}
