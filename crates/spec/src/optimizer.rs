//! `training.optimizer`: a name, or a table with the name as `type`. Defaults are Keras's.

use crate::document::Value;
use crate::fields::{At, Fields, wrong_type};
use crate::log::Log;
use crate::typed::{self, Kinds};
use crate::value::{NOT_NEGATIVE, POSITIVE, SHARE, boolean, choice, number};
use plan::Optimizer;

#[derive(Clone, Copy)]
enum Kind {
    Sgd,
    Rmsprop,
    Adam,
    Adamw,
}

const KINDS: Kinds<Kind> = Kinds {
    section: "training.optimizer",
    what: "which optimizer",
    all: &[
        ("sgd", "training.optimizer.sgd", Kind::Sgd),
        ("rmsprop", "training.optimizer.rmsprop", Kind::Rmsprop),
        ("adam", "training.optimizer.adam", Kind::Adam),
        ("adamw", "training.optimizer.adamw", Kind::Adamw),
    ],
};

pub fn read(at: &At, log: &mut Log) -> Option<Optimizer> {
    if let Value::String(_) = at.node.value {
        let words: Vec<(&'static str, Kind)> = KINDS.all.iter().map(|(name, _, kind)| (*name, *kind)).collect();
        return Some(of_kind(choice(&words)(at, log)?, None, log));
    }
    if at.node.as_table().is_none() {
        log.add(wrong_type(at, "a string or a table"));
        return None;
    }
    typed::read(at, &KINDS, log, |kind, fields, log| Some(of_kind(kind, Some(fields), log))).1
}

fn of_kind(kind: Kind, fields: Written, log: &mut Log) -> Optimizer {
    match kind {
        Kind::Sgd => sgd(fields, log),
        Kind::Rmsprop => rmsprop(fields, log),
        Kind::Adam => adam(fields, log),
        Kind::Adamw => adamw(fields, log),
    }
}

/// The fields of a table, or none where only the name is written.
type Written<'f, 'd> = Option<&'f mut Fields<'d>>;

fn sgd(mut fields: Written, log: &mut Log) -> Optimizer {
    Optimizer::Sgd {
        learning_rate: positive(&mut fields, "learning_rate", 0.01, log),
        momentum: share(&mut fields, "momentum", 0.0, log),
        nesterov: fields.and_then(|fields| fields.optional("nesterov", log, boolean)).unwrap_or(false),
    }
}

fn rmsprop(mut fields: Written, log: &mut Log) -> Optimizer {
    Optimizer::Rmsprop {
        learning_rate: positive(&mut fields, "learning_rate", 0.001, log),
        rho: share(&mut fields, "rho", 0.9, log),
        momentum: share(&mut fields, "momentum", 0.0, log),
        epsilon: positive(&mut fields, "epsilon", 1e-7, log),
    }
}

fn adam(mut fields: Written, log: &mut Log) -> Optimizer {
    Optimizer::Adam {
        learning_rate: positive(&mut fields, "learning_rate", 0.001, log),
        beta_1: share(&mut fields, "beta_1", 0.9, log),
        beta_2: share(&mut fields, "beta_2", 0.999, log),
        epsilon: positive(&mut fields, "epsilon", 1e-7, log),
    }
}

fn adamw(mut fields: Written, log: &mut Log) -> Optimizer {
    Optimizer::Adamw {
        learning_rate: positive(&mut fields, "learning_rate", 0.001, log),
        beta_1: share(&mut fields, "beta_1", 0.9, log),
        beta_2: share(&mut fields, "beta_2", 0.999, log),
        epsilon: positive(&mut fields, "epsilon", 1e-7, log),
        weight_decay: fields
            .and_then(|fields| fields.optional("weight_decay", log, number(NOT_NEGATIVE)))
            .unwrap_or(0.004),
    }
}

fn positive(fields: &mut Written, key: &'static str, default: f64, log: &mut Log) -> f64 {
    fields.as_deref_mut().and_then(|fields| fields.optional(key, log, number(POSITIVE))).unwrap_or(default)
}

fn share(fields: &mut Written, key: &'static str, default: f64, log: &mut Log) -> f64 {
    fields.as_deref_mut().and_then(|fields| fields.optional(key, log, number(SHARE))).unwrap_or(default)
}
