//! `dropout`. Its rate comes with the run.

use super::{Code, Type};

pub(super) fn code(sample: Type) -> Code {
    let summary = "dropout".to_owned();
    Code { name: "Dropout", parameters: vec![sample], summary, weighted: false, takes_pass: true }
}
