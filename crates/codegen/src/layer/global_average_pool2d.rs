//! `global_average_pool2d`.

use super::{Code, Type};

pub(super) fn code(parameters: Vec<Type>) -> Code {
    let summary = "global_average_pool2d".to_owned();
    Code { name: "GlobalAveragePool2d", parameters, summary, weighted: false, takes_pass: false }
}
