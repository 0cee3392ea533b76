//! Files as every crate needs them: written whole or not at all, and named so that a name cannot harm who reads it.

mod atomic;
mod limit;
mod links;
mod shown;

pub use atomic::{advice, sweep, write, write_if_changed};
pub use limit::limits_are_errors;
pub use links::{create, make_folder, open_own, refuse_links};
pub use shown::{Shown, is_harmful, printable, shown};
