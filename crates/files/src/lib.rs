//! Files as every crate needs them: written whole or not at all, and named so that a name cannot harm who reads it.

mod atomic;
mod lock;
mod own;
mod shown;

pub use atomic::{advice, sweep, write, write_if_changed};
pub use lock::open_lock;
pub use own::{create, make_folder, refuse_links};
pub use shown::{Shown, shown};
