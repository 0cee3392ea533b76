//! What stands where a warped image has no pixel.

use super::operation::levels;
use crate::fields::Fields;
use crate::log::{Finding, Log};
use crate::value::{choice, number};
use plan::FillMode;

/// Reads the mode and its value from the keys of these names; `None` where neither is written.
pub fn read(fields: &mut Fields, mode_key: &'static str, value_key: &'static str, log: &mut Log) -> Option<FillMode> {
    let words = FillMode::ALL.map(|mode| (mode.name(), mode));
    let written = fields.at(mode_key, log);
    let mode = written.as_ref().and_then(|at| choice(&words)(at, log)).unwrap_or_default();
    let at = fields.at(value_key, log);
    let value = at.as_ref().and_then(|at| number(levels())(at, log));
    match (mode, at) {
        (FillMode::Constant { .. }, _) => Some(FillMode::Constant { value: value.unwrap_or(0.0) as f32 }),
        (FillMode::Nearest | FillMode::Reflect | FillMode::Wrap, Some(at)) => {
            let message = format!("`{}` has no use here", at.path);
            let label = format!("only `{mode_key} = \"constant\"` takes a value");
            log.add(Finding::new(at.node.span, message, label));
            Some(mode)
        }
        (FillMode::Nearest | FillMode::Reflect | FillMode::Wrap, None) => written.map(|_| mode),
    }
}
