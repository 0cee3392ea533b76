//! The resolved experiment as plain data: what goes into a run.
//!
//! Everything here is total: defaults are filled in, shapes are known, names are resolved. `spec` makes these values
//! from TOML text, `codegen` lowers the network to Rust, and a model program receives a [`Request`] as JSON.

pub mod activation;
pub mod augment;
pub mod data;
pub mod experiment;
pub mod initializer;
pub mod layer;
pub mod loss;
pub mod memory;
pub mod metric;
pub mod network;
pub mod optimizer;
mod path;
pub mod request;
pub mod run;
pub mod shape;
pub mod source;
pub mod step;
pub mod stream;
pub mod training;

pub use activation::Activation;
pub use augment::{Augmentation, FillMode, Mix, Operation};
pub use data::{
    Allow, ColorMode, DataPlan, Generate, GenerateKind, Interpolation, LabelMode, Normalization, OnError, Sampling,
};
pub use experiment::{Experiment, Factor, Level, Variant};
pub use initializer::Initializer;
pub use layer::{Layer, LayerPlan, Parameter};
pub use loss::Loss;
pub use metric::Metric;
pub use network::Network;
pub use optimizer::Optimizer;
pub use request::{Prepared, Request};
pub use run::{ENGINE_VERSION, Run, Settings, run_id, series_id};
pub use shape::{Padding, Shape, ShapeError, Window};
pub use source::{DataSource, Format, SplitKind, SplitPlan};
pub use stream::{Purpose, Stream};
pub use training::{ClassWeight, Direction, EarlyStopping, Monitor, Split, Training};
