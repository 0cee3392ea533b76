//! `max_pool2d` and `average_pool2d`.

use super::{Code, Type, padding, window};
use plan::layer::Pool2d;

pub(super) fn code(name: &'static str, type_name: &str, pool: Pool2d, mut parameters: Vec<Type>) -> Code {
    parameters.extend([
        Type::new("Pool", &pool.window.size),
        Type::new("Strides", &pool.window.strides),
        padding(pool.window.padding),
    ]);
    let summary = format!("{type_name} {}", window(pool.window, pool.window.size));
    Code { name, parameters, summary, weighted: false, takes_pass: false }
}
