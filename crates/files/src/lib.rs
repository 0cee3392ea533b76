//! Files as every crate needs them: written whole or not at all, and named so that a name cannot harm who reads it.

mod atomic;
mod limit;
mod shown;

pub use atomic::{advice, sweep, write, write_if_changed};
pub use limit::limits_are_errors;
pub use shown::{Shown, shown};
