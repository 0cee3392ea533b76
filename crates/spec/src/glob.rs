//! `--only GLOB`: some of an experiment's variants, by name.

use plan::{Experiment, Variant};

/// The variants whose name matches `glob`: `*` stands for any characters, `?` for one.
///
/// # Errors
/// A message with the variants' names where none matches.
pub fn only(experiment: &Experiment, glob: &str) -> Result<Vec<Variant>, String> {
    let chosen: Vec<Variant> =
        experiment.variants.iter().filter(|variant| matches(glob, &variant.name)).cloned().collect();
    if chosen.is_empty() {
        let names: Vec<String> = experiment.variants.iter().map(|v| format!("  {}", v.name)).collect();
        return Err(format!(
            "no variant of `{}` matches `--only {glob}`; its variants are\n{}",
            experiment.name,
            names.join("\n")
        ));
    }
    Ok(chosen)
}

/// Greedy with one point of return, the last star: linear in practice, never exponential.
fn matches(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut g, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, n));
                g += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                g += 1;
                n += 1;
            }
            Some(_) | None => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    g = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks() {
        let name = "augmentation=off,dropout=on";
        for glob in ["*", name, "*dropout=on", "augmentation=o??,*", "*a*t*o*", "**n"] {
            assert!(matches(glob, name), "{glob}");
        }
        for glob in ["", "dropout=on", "*off", "?", "augmentation=o?,*", "*z*"] {
            assert!(!matches(glob, name), "{glob}");
        }
    }
}
