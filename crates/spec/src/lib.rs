//! TOML text to plans, or diagnostics with line and caret.
//!
//! An experiment file goes through four steps, each in a module of its own:
//!
//! 1. `document`: text to a tree of values in which every key and value knows its place.
//! 2. `overrides`: `--set`, and what the levels of factors and hand-named variants change, act on that tree. So an
//!    override can set whatever can be written, and an error inside an override points to the override.
//! 3. `sweep`: factors, designs and exclusions become a list of variants, each with its overrides.
//! 4. `settings`: each variant's tree is read into plain `plan` values, checked, shapes included.
//!
//! Reading goes on after an error, so that all errors of a file come at once; what several variants share is reported
//! once. The vocabulary that users see is in `docs/experiment-file.md`; a test holds that file to the keys read here.

mod augmentation;
mod class_weight;
mod data;
mod diagnostics;
mod document;
mod fields;
mod foreign;
mod glob;
mod head;
mod header;
mod layer;
mod load;
mod log;
mod matrix;
mod mix;
mod model;
mod network;
mod optimizer;
mod overrides;
mod project;
mod set;
mod settings;
mod source;
mod suggest;
mod sweep;
mod training;
mod value;

pub use diagnostics::{Diagnostic, Diagnostics};
pub use glob::only;
pub use load::{Request, load, vocabulary};
pub use project::project_folder;
