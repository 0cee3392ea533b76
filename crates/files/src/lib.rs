//! Files as every crate needs them: written whole or not at all, and named so that a name cannot harm who reads it.

mod atomic;
mod limit;
mod links;
mod own;
mod shown;

pub use atomic::{advice, sweep, write, write_if_changed};
pub use limit::limits_are_errors;
pub use links::{create, make_folder, refuse_links};
pub use own::{make_own_folder, open_lock, open_own};
pub use shown::{Shown, is_harmful, printable, shown};
