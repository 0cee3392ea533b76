//! `training.optimizer`: a name, or a table with the name as `type`. Defaults are Keras's.

use crate::document::Value;
use crate::fields::{At, Fields, wrong_type};
use crate::log::Log;
use crate::value::{NOT_NEGATIVE, POSITIVE, SHARE, boolean, choice, number};
use plan::Optimizer;

#[derive(Clone, Copy)]
enum Kind {
    Sgd,
    Rmsprop,
    Adam,
    Adamw,
}

const KINDS: [(&str, Kind); 4] =
    [("sgd", Kind::Sgd), ("rmsprop", Kind::Rmsprop), ("adam", Kind::Adam), ("adamw", Kind::Adamw)];

pub fn read(at: &At, log: &mut Log) -> Option<Optimizer> {
    if let Value::String(_) = at.node.value {
        return Some(match choice(&KINDS)(at, log)? {
            Kind::Sgd => sgd(None, log),
            Kind::Rmsprop => rmsprop(None, log),
            Kind::Adam => adam(None, log),
            Kind::Adamw => adamw(None, log),
        });
    }
    if at.node.as_table().is_none() {
        log.add(wrong_type(at, "a string or a table"));
        return None;
    }
    let kind = Fields::open(at, "training.optimizer", log)?.required("type", "which optimizer", log, choice(&KINDS))?;
    let section = match kind {
        Kind::Sgd => "training.optimizer.sgd",
        Kind::Rmsprop => "training.optimizer.rmsprop",
        Kind::Adam => "training.optimizer.adam",
        Kind::Adamw => "training.optimizer.adamw",
    };
    let mut fields = Fields::open(at, section, log)?;
    fields.at("type", log);
    let optimizer = match kind {
        Kind::Sgd => sgd(Some(&mut fields), log),
        Kind::Rmsprop => rmsprop(Some(&mut fields), log),
        Kind::Adam => adam(Some(&mut fields), log),
        Kind::Adamw => adamw(Some(&mut fields), log),
    };
    fields.close(log);
    Some(optimizer)
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
