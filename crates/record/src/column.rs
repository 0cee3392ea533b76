//! Columns of result files: each knows its name, its unit, which way is better, and what it says. A metric brings its
//! own columns: writers, the README of a result set and the plots' directions all come from here.

/// Which way a number is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The larger the better.
    Higher,
    /// The smaller the better.
    Lower,
    /// A fact, not a merit.
    Neither,
}

/// Whose weights a finished run keeps, and is tested with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Those of the best epoch.
    BestEpoch,
    /// Those of the last epoch: early stopping with `restore_best_weights = false`, or no number to tell the best by.
    LastEpoch,
    /// Those of the best epoch in some variants, of the last in others.
    Either,
}

impl Weights {
    /// What `all` runs together keep; [`Weights::BestEpoch`] for none.
    pub fn of(all: impl IntoIterator<Item = Weights>) -> Weights {
        let join = |one, other| if one == other { one } else { Weights::Either };
        all.into_iter().reduce(join).unwrap_or(Weights::BestEpoch)
    }

    /// `the best epoch's weights`.
    pub fn words(self) -> &'static str {
        match self {
            Weights::BestEpoch => "the best epoch's weights",
            Weights::LastEpoch => "the last epoch's weights",
            Weights::Either => "the weights that the variant keeps, the best or the last epoch's",
        }
    }
}

/// What is measured on a split, whichever split it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// As in [`Measures::get`](crate::Measures::get).
    pub name: String,
    /// Its unit; empty where it is a bare number.
    pub unit: &'static str,
    /// Which way it is better.
    pub better: Better,
    /// What it says, in a phrase.
    pub meaning: String,
}

impl Measure {
    /// The measure of that name. One that is not listed here is a bare number with no better side.
    pub fn named(name: &str) -> Measure {
        let (unit, better, meaning) = match name {
            "loss" => ("nats", Better::Lower, "mean loss, L2 penalties included"),
            "accuracy" => ("fraction", Better::Higher, "share of the images that are classified right"),
            other => ("", Better::Neither, other),
        };
        Measure { name: name.to_owned(), unit, better, meaning: meaning.to_owned() }
    }

    /// `loss`, then the metrics, in file order: the order of columns everywhere.
    pub fn all(metrics: &[String]) -> Vec<Measure> {
        std::iter::once("loss").chain(metrics.iter().map(String::as_str)).map(Measure::named).collect()
    }

    /// The column `<prefix>_<name>`, said of `whom`.
    pub fn column(&self, prefix: &str, whom: &str) -> Column {
        Column {
            name: format!("{prefix}_{}", self.name),
            unit: self.unit,
            better: self.better,
            meaning: format!("{}, {whom}", self.meaning),
        }
    }
}

/// A column of a result file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As in the file's first line.
    pub name: String,
    /// Its unit; empty where it has none.
    pub unit: &'static str,
    /// Which way it is better.
    pub better: Better,
    /// What it says, in a sentence without full stop.
    pub meaning: String,
}

impl Column {
    /// A column that is a fact, not a merit.
    pub fn fact(name: &str, meaning: &str) -> Column {
        Column { name: name.to_owned(), unit: "", better: Better::Neither, meaning: meaning.to_owned() }
    }
}
