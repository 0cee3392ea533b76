//! `flatten`.

use super::{Code, Type};

pub(super) fn code(parameters: Vec<Type>) -> Code {
    Code { name: "Flatten", parameters, summary: "flatten".to_owned(), weighted: false, takes_pass: false }
}
