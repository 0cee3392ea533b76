//! The training program: loop, optimizers, metrics, checkpoints, explanations.
//!
//! A generated program is a model and `fn main() -> ExitCode { train::program::<Model>() }`. In come a request and
//! prepared images; out go events, and in the run's folder checkpoints, then the model and the record. What comes out is decided by the request and the images: no clock, thread or hash order takes part.

pub mod arrays;
pub mod channel;
pub mod checkpoint;
pub mod class_weight;
mod disk;
pub mod early_stopping;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod fit;
mod growing;
pub mod keeper;
pub mod l2;
pub mod learner;
pub mod lifeline;
mod log;
pub mod metric;
pub mod note;
pub mod optimizer;
pub mod order;
pub mod peak;
pub mod predict;
pub mod program;
pub mod rows;
mod saving;
pub mod splits;
pub mod timing;
pub mod weights;

// What the tests in tests/ share is for unit tests, too.
#[cfg(test)]
extern crate self as train;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

pub use error::TrainError;
pub use fit::fit;
pub use keeper::Pace;
pub use order::Order;
pub use program::program;
