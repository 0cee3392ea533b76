//! `dense`.

use super::{Code, Type, bias, ending, function};
use plan::layer::Dense;

pub(super) fn code(dense: &Dense, mut parameters: Vec<Type>) -> Code {
    parameters.extend([bias(dense.use_bias), function(dense.activation)]);
    let summary = format!("dense {}{}", dense.units, ending(dense.use_bias, dense.activation));
    Code { name: "Dense", parameters, summary, weighted: true, takes_pass: false }
}
