//! What happened: typed rows of a run and the CSV files they stand in, the events a model program
//! reports, and the layout of a results folder.

pub mod column;
pub mod earlier;
pub mod epochs_csv;
pub mod event;
mod formula;
mod json_number;
pub mod layout;
pub mod number;
pub mod run;
pub mod runs_csv;
pub mod seal;
pub mod table;

pub use column::{Better, Column, Measure, Weights};
pub use earlier::{Earlier, EarlierError, EarlierRun};
pub use event::Event;
pub use layout::{ExperimentDirectory, RunDirectory};
pub use run::{Epoch, Measures, RunRecord, Status};
pub use table::CsvError;
